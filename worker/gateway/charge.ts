/** What an answer cost: the provider's own count and cost where they came, else what was counted, else the bound. */
import { type CostPart, costOf, type Nanos } from "../core/money.ts";
import type { PriceRecord } from "../core/policy.ts";
import { NO_TOKENS, type PriceSource, type Tokens, type UsageSource } from "../core/usage.ts";
import { isPlausible } from "../dialects/plausible.ts";
import type { Reading, Reported } from "../dialects/types.ts";
import {
  type Conditions,
  costOfUsage,
  type ModelPrice,
  priceFrom,
  priceOfServed,
  priceUnder,
  priceVersion,
  REGIONAL,
} from "../pricing/index.ts";
import { boundRequestOf, conditionsAsked } from "./bound-request.ts";
import type { Admission, Call } from "./call.ts";
import { atMost, countUsage } from "./count.ts";

export interface Charge {
  tokens: Tokens;
  units: Record<string, number>;
  costNanos: Nanos | null;
  usageSource: UsageSource;
  priceSource: PriceSource;
  priceVersion: string | null;
  /** What made it dearer or cheaper than the list price; null where nothing did. */
  conditions: Conditions | null;
  /** The tokens of each model, where the provider told them apart. */
  shares: Reported["byModel"];
  /** Units that were used and have no known price: then the cost is a floor. */
  unpriced: readonly string[];
}

export interface Priced {
  provider: string;
  model: string;
  /** Milliseconds since the epoch: prices have dates. */
  time: number;
  /** The price that the request was admitted at. */
  price: ModelPrice | null;
  /** The tenant's own. */
  prices: readonly PriceRecord[];
  /** As the request asked; what the answer says of itself wins. */
  conditions: Conditions;
}

/** No answer, or one that is not billed. */
export const NO_CHARGE: Charge = {
  tokens: NO_TOKENS,
  units: {},
  costNanos: 0,
  usageSource: "none",
  priceSource: "none",
  priceVersion: null,
  conditions: null,
  shares: null,
  unpriced: [],
};

/** An answer that tells nothing of what it cost. */
export const UNKNOWN_CHARGE: Charge = { ...NO_CHARGE, costNanos: null };

/** A charge at the bound, where nobody can say what was used. */
export const boundCharge = ({ boundNanos, price }: Pick<Admission, "boundNanos" | "price">): Charge => ({
  ...NO_CHARGE,
  costNanos: boundNanos,
  usageSource: "bound",
  priceSource: boundNanos === null ? "none" : sourceOf(price),
  priceVersion: boundNanos === null ? null : (price?.version ?? priceVersion()),
});

const sourceOf = (price: ModelPrice | null): PriceSource => (price?.source === "tenant" ? "tenant" : "catalog");

/**
 * What a complete answer cost. `text` is what it said, asked for only where the provider did not count; null where it was
 * too long to be kept.
 */
export async function chargeAnswer(
  call: Call,
  admission: Admission,
  reading: Reading,
  text: () => string | null,
): Promise<Charge> {
  const priced = pricedAt(call, admission);
  if (reading.reported) return chargeFor(priced, reading, reading.reported, "provider");
  // Work that goes on in the background tells its usage later, elsewhere: until then it is charged at the bound.
  if (call.facts.background) return boundCharge(admission);
  // An error inside a success is not billed, or it would have told its usage.
  if (reading.error !== null) return NO_CHARGE;
  const bought = boughtByThePiece(call, admission);
  if (bought) return chargeFor(priced, reading, bought, "counted");
  if (!COUNTABLE.has(call.place.endpoint.dialect ?? "")) return UNKNOWN_CHARGE;
  const said = text();
  if (said === null) return boundCharge(admission);
  return chargeFor(priced, reading, await countUsage(call, reading, said), "counted");
}

/**
 * What an answer cost of which only a part came; `reading` is null where nothing did. `aheadTokens`: what the provider
 * may have written beyond that.
 */
export async function chargePartial(
  call: Call,
  admission: Admission,
  reading: Reading | null,
  text: string | null,
  aheadTokens = 0,
): Promise<Charge> {
  const priced = pricedAt(call, admission);
  const seen = reading ?? { reported: null, modelServed: null, finished: false, error: null, conditions: {} };
  // Work in the background goes on though nobody reads its stream.
  const isCountable = COUNTABLE.has(call.place.endpoint.dialect ?? "") && !call.facts.background;
  if (!isCountable || text === null) return boundCharge(admission);
  const counted = chargeFor(priced, seen, await countUsage(call, seen, text, aheadTokens), "counted");
  // Of a stream in slices no more was ever held than its hold.
  const mostNanos = admission.slices && admission.hold ? admission.hold.nanos : admission.boundNanos;
  return { ...counted, costNanos: atMost(counted.costNanos, mostNanos) };
}

/** What is sold by the piece is told by the request alone: spoken characters, images of a size. Null where it is not. */
function boughtByThePiece(call: Call, { price }: Admission): Reported | null {
  if (!price) return null;
  const { units = {} } = boundRequestOf(call, price);
  const bought = { tokens: NO_TOKENS, units: { ...units }, costUsd: null, byModel: null };
  // Numbers of a body may be anything.
  return Object.keys(units).length > 0 && isPlausible(bought) ? bought : null;
}

/** Formats whose usage can be counted from their text. */
const COUNTABLE: ReadonlySet<string> = new Set([
  "chat",
  "completions",
  "responses",
  "messages",
  "gemini",
  "cohere",
  "embeddings",
]);

export const pricedAt = (call: Call, admission: Admission): Priced => ({
  provider: call.scope.provider,
  model: call.scope.model,
  time: call.arrivedAt,
  price: admission.price,
  prices: call.grant.prices,
  conditions: conditionsAsked(call),
});

/** The cost of what was reported (or counted) in an answer by `modelServed`. */
export function chargeFor(
  of: Priced,
  reading: Pick<Reading, "modelServed" | "conditions">,
  used: Reported,
  source: UsageSource,
): Charge {
  const known = { ...NO_CHARGE, tokens: used.tokens, units: used.units, usageSource: source };
  if (used.costUsd !== null) {
    // The provider's figure is a float; nine decimals of it are all that the books hold.
    return { ...known, costNanos: Math.max(0, Math.ceil(used.costUsd * 1e9 - 1e-6)), priceSource: "provider" };
  }
  const asked = of.conditions;
  // Where a path keeps the work in its region, the answer need not know of it.
  const kept = asked.inferenceGeo === REGIONAL ? { inferenceGeo: REGIONAL } : {};
  const conditions = { ...asked, ...reading.conditions, ...kept };
  const parts: CostPart[] = [];
  const unpriced: string[] = [];
  let main: ModelPrice | null = null;
  let scaled = false;
  for (const share of used.byModel ?? [{ model: null, tokens: used.tokens }]) {
    const price = priceOfShare(of, share.model, reading.modelServed);
    if (!price && main !== null) {
      // Another model had a part, and nobody knows its price: what is known is a floor.
      unpriced.push(String(share.model));
      continue;
    }
    if (!price) return { ...known, costNanos: null };
    // Fees that belong to no share (searches) are charged with the first.
    const under = priceUnder(price, conditions);
    scaled ||= under !== price;
    const cost = costOfUsage(under, share.tokens, main === null ? used.units : {});
    if (cost.nanos === null) return { ...known, costNanos: null, unpriced: cost.unpriced };
    main ??= price;
    parts.push(...cost.parts);
    unpriced.push(...cost.unpriced);
  }
  const costNanos = costOf(parts);
  // A tenant's own price may be anything, and what no counter holds is not booked.
  if (!Number.isSafeInteger(costNanos)) return { ...known, costNanos: null, unpriced };
  return {
    ...known,
    costNanos,
    priceSource: sourceOf(main),
    priceVersion: main?.version ?? null,
    conditions: scaled ? conditions : null,
    shares: used.byModel,
    unpriced,
  };
}

/** The price of a model that had a part: only the one that answered may be called by a name that the catalogue does not know. */
function priceOfShare(of: Priced, model: string | null, served: string | null): ModelPrice | null {
  if (model === null || model === served || model === of.model) return priceServed(of, model ?? served);
  return priceFrom(of.prices, { ...of, model });
}

/** The served model's price, or the requested one's where the served name is unknown (Azure's deployments, aliases). */
function priceServed(of: Priced, served: string | null): ModelPrice | null {
  if (served === null || (served === of.model && !of.price)) return of.price;
  return priceOfServed(of.prices, of, served) ?? of.price;
}

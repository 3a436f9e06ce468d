/** What an answer cost: the provider's own count and cost where they came, else what was counted, else the bound. */
import { type CostPart, costOf, type Nanos } from "../core/money.ts";
import { NO_TOKENS, type PriceSource, type Tokens, type UsageSource } from "../core/usage.ts";
import type { Reading, Reported } from "../dialects/types.ts";
import { catalogueVersion, costOfUsage, type ModelPrice, priceOf } from "../pricing/index.ts";
import type { Admission, Call } from "./call.ts";
import { atMost, countUsage } from "./count.ts";

export interface Charge {
  tokens: Tokens;
  units: Record<string, number>;
  costNanos: Nanos | null;
  usageSource: UsageSource;
  priceSource: PriceSource;
  priceVersion: string | null;
}

export interface Priced {
  provider: string;
  model: string;
  /** Milliseconds since the epoch: prices have dates. */
  time: number;
  /** The price that the request was admitted at. */
  price: ModelPrice | null;
}

/** No answer, or one that is not billed. */
export const NO_CHARGE: Charge = {
  tokens: NO_TOKENS,
  units: {},
  costNanos: 0,
  usageSource: "none",
  priceSource: "none",
  priceVersion: null,
};

/** An answer that tells nothing of what it cost. */
export const UNKNOWN_CHARGE: Charge = { ...NO_CHARGE, costNanos: null };

/** A charge at the bound, where nobody can say what was used. */
export const boundCharge = (boundNanos: Nanos | null): Charge => ({
  ...NO_CHARGE,
  costNanos: boundNanos,
  usageSource: "bound",
  priceSource: boundNanos === null ? "none" : "catalog",
  priceVersion: boundNanos === null ? null : catalogueVersion,
});

/** What a complete answer cost. `text` is what it said, asked for only where the provider did not count. */
export async function chargeAnswer(
  call: Call,
  admission: Admission,
  reading: Reading,
  text: () => string,
): Promise<Charge> {
  const priced = pricedAt(call, admission);
  if (reading.reported) return chargeFor(priced, reading, reading.reported, "provider");
  // Work that goes on in the background tells its usage later, elsewhere: until then it is charged at the bound.
  if (call.facts.background) return boundCharge(admission.boundNanos);
  // An error inside a success is not billed, or it would have told its usage.
  if (reading.error !== null) return NO_CHARGE;
  if (!COUNTABLE.has(call.place.endpoint.dialect ?? "")) return UNKNOWN_CHARGE;
  return chargeFor(priced, reading, await countUsage(call, reading, text()), "counted");
}

/**
 * What an answer cost of which only a part came; `reading` is null where nothing did. `aheadTokens`: what the provider
 * may have written beyond that.
 */
export async function chargePartial(
  call: Call,
  admission: Admission,
  reading: Reading | null,
  text: string,
  aheadTokens = 0,
): Promise<Charge> {
  const priced = pricedAt(call, admission);
  const seen = reading ?? { reported: null, modelServed: null, finished: false, error: null };
  if (!COUNTABLE.has(call.place.endpoint.dialect ?? "")) return boundCharge(admission.boundNanos);
  const counted = chargeFor(priced, seen, await countUsage(call, seen, text, aheadTokens), "counted");
  // Of a stream in slices no more was ever held than its hold.
  const mostNanos = admission.slices && admission.hold ? admission.hold.nanos : admission.boundNanos;
  return { ...counted, costNanos: atMost(counted.costNanos, mostNanos) };
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

const pricedAt = (call: Call, admission: Admission): Priced => ({
  provider: call.scope.provider,
  model: call.scope.model,
  time: call.arrivedAt,
  price: admission.price,
});

/** The cost of what was reported (or counted) in an answer by `modelServed`. */
export function chargeFor(
  of: Priced,
  reading: Pick<Reading, "modelServed">,
  used: Reported,
  source: UsageSource,
): Charge {
  const known = { tokens: used.tokens, units: used.units, usageSource: source };
  if (used.costUsd !== null) {
    // The provider's figure is a float; nine decimals of it are all that the books hold.
    return { ...known, costNanos: Math.ceil(used.costUsd * 1e9 - 1e-6), priceSource: "provider", priceVersion: null };
  }
  const parts: CostPart[] = [];
  for (const share of used.byModel ?? [{ model: null, tokens: used.tokens }]) {
    const price = priceServed(of, share.model ?? reading.modelServed);
    // Fees that belong to no share (searches) are charged with the first.
    const cost = price && costOfUsage(price, share.tokens, parts.length === 0 ? used.units : {});
    if (!cost || cost.nanos === null) return { ...known, costNanos: null, priceSource: "none", priceVersion: null };
    parts.push(...cost.parts);
  }
  return { ...known, costNanos: costOf(parts), priceSource: "catalog", priceVersion: catalogueVersion };
}

/** The served model's price, or the requested one's where the served name is unknown (Azure's deployments, aliases). */
function priceServed(of: Priced, served: string | null): ModelPrice | null {
  if (served === null || served === of.model) return of.price;
  return priceOf({ provider: of.provider, model: served, time: of.time }) ?? of.price;
}

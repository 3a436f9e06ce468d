/** What a request saved, by what: each reason against what it would have cost without it and with all else as it was. */
import type { Nanos } from "../core/money.ts";
import { targetOf } from "../core/route.ts";
import type { Savings, Shadow, Tokens } from "../core/usage.ts";
import type { Reading } from "../dialects/types.ts";
import { type Conditions, costOfUsage, isFlexTier, priceFrom, priceUnder } from "../pricing/index.ts";
import type { Call } from "./call.ts";
import { type Charge, chargeFor, type Priced } from "./charge.ts";
import type { Tried } from "./delivery.ts";

export interface Saved {
  savings?: Savings;
  shadow?: Shadow | undefined;
}

const NOTHING: Saved = {};

/** What a complete answer saved, and what its shadow would have cost; nothing where its own cost is not known. */
export function savedBy(
  call: Call,
  priced: Priced,
  answer: { reading: Pick<Reading, "modelServed" | "conditions">; charge: Charge; earlier: readonly Tried[] },
): Saved {
  const { levers } = call;
  if (!levers.marked && !levers.flex && levers.instead.length === 0 && levers.shadow === null) return NOTHING;
  const { charge } = answer;
  const paid = charge.costNanos;
  if (paid === null || charge.usageSource === "none" || charge.usageSource === "bound") return NOTHING;
  const savings: Savings = {};
  // Where the provider told its cost, or several models had a part, nothing says what else it would have been.
  if (charge.priceSource !== "provider" && charge.shares === null) {
    const costWith = (tokens: Tokens, conditions: Reading["conditions"]) =>
      chargeFor(
        priced,
        { modelServed: answer.reading.modelServed, conditions },
        { tokens, units: charge.units, costUsd: null, byModel: null },
        charge.usageSource,
      ).costNanos;
    const { conditions } = answer.reading;
    if (levers.marked) savings.prompt_cache = difference(costWith(unkept(charge.tokens), conditions), paid);
    if (levers.flex && isFlexTier(charge.conditions?.serviceTier)) {
      savings.flex = difference(costWith(charge.tokens, { ...conditions, serviceTier: null }), paid);
    }
  }
  // Whoever is asked for more than the list price, or less, would be at the provider's other models too; but for the tier that a
  // route chose, which is told for itself.
  const tierNanos = savings.flex ?? 0;
  const conditions = { ...charge.conditions, ...(tierNanos !== 0 && { serviceTier: null }) };
  const at: There = { call, charge, conditions };
  Object.assign(savings, otherwise(at, paid + tierNanos, answer.earlier));
  return { savings, shadow: shadowOf(at) };
}

const difference = (other: Nanos | null, paid: Nanos): Nanos => (other === null ? 0 : other - paid);

/** The same tokens, had nothing of the prompt been kept or found. */
const unkept = (tokens: Tokens): Tokens => ({ ...tokens, inputCached: 0, inputCacheWrite: 0, inputCacheWrite1h: 0 });

/** What would have been asked elsewhere. */
interface There {
  call: Call;
  charge: Charge;
  /** At the same provider. */
  conditions: Conditions;
}

/**
 * What the targets would have cost that were not asked, each against the next: a sum that goes from what was paid to what the
 * outermost choice saved. One that had failed would not have answered either, and ends it. `here`: what it would have been here.
 */
function otherwise(at: There, here: Nanos, earlier: readonly Tried[]): Savings {
  const savings: Savings = {};
  let before = here;
  for (const { saves, provider, model } of at.call.levers.instead) {
    if (earlier.some(({ attempt }) => attempt.provider === provider && attempt.model === model)) break;
    const cost = costAt(at, { provider, model });
    if (cost === null) continue;
    savings[saves] = (savings[saves] ?? 0) + cost - before;
    before = cost;
  }
  return savings;
}

function shadowOf(at: There): Shadow | undefined {
  const { shadow } = at.call.levers;
  const cost = shadow && costAt(at, targetOf(shadow.model));
  return shadow && cost !== null ? { ...shadow, costNanos: cost } : undefined;
}

/** What these tokens cost at another model, at its list price or the tenant's own. */
function costAt({ call, charge, conditions }: There, target: { provider: string; model: string }): Nanos | null {
  const price = priceFrom(call.grant.prices, { ...target, time: call.arrivedAt });
  if (!price) return null;
  const isHere = target.provider === call.scope.provider;
  const cost = costOfUsage(isHere ? priceUnder(price, conditions) : price, charge.tokens, charge.units);
  return cost.unpriced.length > 0 ? null : cost.nanos;
}

/** Why a usage record costs what it costs: tokens × price by kind = part, summed. */
import { type CostPart, costOf, usdFromNanos, usdFromPicos } from "../core/money.ts";
import type { PriceRecord } from "../core/policy.ts";
import type { UsageEvent } from "../core/usage.ts";
import {
  costOfUsage,
  dearestKnown,
  type ModelPrice,
  priceFrom,
  priceOf,
  priceOfRecord,
  priceUnder,
  priceVersion,
} from "../pricing/index.ts";
import type { Mismatch } from "./cost-shapes.ts";

interface Part extends CostPart {
  model: string;
}

interface Explained {
  price: ModelPrice | null;
  parts: Part[];
}

const NOTHING: Explained = { price: null, parts: [] };

/** The explanation of `event`'s cost, as the API shows it. `own`: the tenant's price that it names, if that is still there. */
export function explainCost(event: UsageEvent, own: PriceRecord | null) {
  const { price, parts } = explained(event, own);
  const sumNanos = costOf(parts);
  const matches = event.costNanos !== null && sumNanos === event.costNanos;
  return {
    id: event.id,
    cost_usd: event.costNanos === null ? null : usdFromNanos(event.costNanos),
    price_source: event.priceSource,
    price_version: event.priceVersion,
    priced_as: price && { provider: price.provider, model: price.model, version: price.version },
    conditions: {
      service_tier: event.conditions?.serviceTier ?? null,
      speed: event.conditions?.speed ?? null,
      inference_geo: event.conditions?.inferenceGeo ?? null,
      search_context: event.conditions?.searchContext ?? null,
    },
    cost_parts: parts.map(showPart),
    // Rounded up once, as the cost was.
    sum_usd: usdFromNanos(sumNanos),
    matches,
    mismatch: matches ? null : mismatchOf(event, own),
  };
}

function explained(event: UsageEvent, own: PriceRecord | null): Explained {
  switch (event.priceSource) {
    case "provider":
    case "none":
      return NOTHING;
    case "tenant":
      return own ? partsAt(event, priceOfRecord(own, event.time), [own]) : NOTHING;
    case "catalog":
      return atCatalogue(event);
  }
}

/**
 * At the served model's price, or at the asked one's: whichever explains the cost, else the first that is known. Where none is, a
 * budget had it charged at the dearest of all.
 */
function atCatalogue(event: UsageEvent): Explained {
  const names = new Set([event.modelServed ?? event.model, event.model]);
  const known = [...names]
    .map((model) => partsAt(event, priceOf({ provider: event.provider, model, time: event.time }), []))
    .filter(({ price }) => price !== null);
  const explains = known.find(({ parts }) => costOf(parts) === event.costNanos) ?? known[0];
  return explains ?? partsAt(event, dearestKnown(event.time), []);
}

/** `price` is that of the model that answered; others that took part are priced by their names. */
function partsAt(event: UsageEvent, price: ModelPrice | null, own: readonly PriceRecord[]): Explained {
  if (!price || event.usageSource === "bound") return { price, parts: [] };
  const shares = event.shares ?? [{ model: null, tokens: event.tokens }];
  const parts = shares.flatMap(({ model, tokens }, index) => {
    const isOther = model !== null && model !== event.modelServed && model !== event.model;
    const at = model === null ? price : (priceFrom(own, { ...event, model }) ?? (isOther ? null : price));
    // Of another's part nobody knows the price: the cost is without it, and says so.
    if (!at) return [];
    // Fees that belong to no share were charged with the first.
    const cost = costOfUsage(priceUnder(at, event.conditions ?? {}), tokens, index === 0 ? event.units : {});
    return cost.parts.map((part) => ({ ...part, model: at.model }));
  });
  return { price, parts };
}

function mismatchOf(event: UsageEvent, own: PriceRecord | null): Mismatch {
  if (event.priceSource === "provider") return "provider_cost";
  if (event.usageSource === "bound") return "charged_at_bound";
  if (event.costNanos === null || event.priceSource === "none") return "unpriced";
  if (event.priceSource === "tenant" && !own) return "price_removed";
  const changed = own ? own.changedAt > event.time : event.priceVersion !== priceVersion();
  return changed ? "price_changed" : "not_reproducible";
}

const showPart = ({ model, kind, units, pricePicos }: Part) => ({
  model,
  kind,
  units,
  /** Of one unit. */
  price_usd: usdFromPicos(BigInt(pricePicos)),
  cost_usd: usdFromPicos(BigInt(units) * BigInt(pricePicos)),
});

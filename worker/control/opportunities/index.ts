/** All that could be saved, the largest first. Pure. */
import type { KeyRecord, PriceRecord } from "../../core/policy.ts";
import type { RouteRecord } from "../../core/route.ts";
import type { SampledRequest } from "../../db/report-sample.ts";
import type { ShadowRow } from "../../db/savings.ts";
import type { SummaryRow } from "../../db/summary.ts";
import { cheaper } from "./cheaper.ts";
import { flex } from "./flex.ts";
import { promptCache } from "./prompt-cache.ts";
import { repeats } from "./repeats.ts";
import { shadowed } from "./shadow.ts";
import type { Opportunity, Sample } from "./types.ts";

const MOST = 20;
/** Of what was spent: less is not worth a switch. */
const LEAST_PART = 0.001;

export interface Known {
  sample: Sample<SampledRequest>;
  /** Sums by provider and model. */
  models: readonly SummaryRow[];
  shadows: readonly ShadowRow[];
  /** The tenant's own. */
  prices: readonly PriceRecord[];
  keys: readonly KeyRecord[];
  routes: readonly RouteRecord[];
  /** Providers that there is a credential for. */
  connected: ReadonlySet<string>;
  spentNanos: number;
  now: number;
}

/** What would have saved anything worth a switch, and is not switched on since. */
export function opportunitiesIn({ sample, models, shadows, spentNanos, keys, routes, ...at }: Known): Opportunity[] {
  const uses = models.map(({ group, requests, costNanos, ...tokens }) => ({
    provider: String(group.provider),
    model: String(group.model),
    requests,
    costNanos,
    tokens: {
      input: tokens.input,
      inputCached: tokens.inputCached,
      inputCacheWrite: tokens.inputCacheWrite,
      output: tokens.output,
      outputReasoning: tokens.outputReasoning,
    },
  }));
  const all = [...repeats(sample), ...promptCache(sample), ...flex(sample), ...cheaper(uses, at), ...shadowed(shadows)];
  return all
    .filter((each) => each.savingNanos > spentNanos * LEAST_PART && isToDo(each, { keys, routes }))
    .sort((a, b) => b.savingNanos - a.savingNanos)
    .slice(0, MOST);
}

/** Whether there is still something to switch: what a key or a route was set to is left as it is, and a name is not taken twice. */
function isToDo({ lever, subject, change }: Opportunity, { keys, routes }: Pick<Known, "keys" | "routes">): boolean {
  if (subject.key !== undefined) {
    const key = keys.find(({ id }) => id === subject.key);
    if (!key || key.revokedAt !== null) return false;
    return lever === "cache" ? key.cache === null : key.promptCache !== "auto";
  }
  const route = routes.find(({ id }) => change.path === `/routes/${id}`);
  return change.method === "PUT" ? route === undefined : route !== undefined && route.strategy !== "auto";
}

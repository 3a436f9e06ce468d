/** Why a record costs what it costs, as the API shows it. */
import * as z from "zod";
import { money } from "./shapes.ts";

/**
 * Why the parts do not add up to the record's cost, or null where they do. `provider_cost`: the provider told the cost itself;
 * `charged_at_bound`: nobody counted; `unpriced`: no price was known; `price_changed`, `price_removed`: since then;
 * `not_reproducible`: most often it was capped at what was held.
 */
const MISMATCHES = [
  "provider_cost",
  "charged_at_bound",
  "unpriced",
  "price_changed",
  "price_removed",
  "not_reproducible",
] as const;
export type Mismatch = (typeof MISMATCHES)[number];

const token = z.string().nullable();

/** What `explainCost` answers. Prices are of one unit, with twelve decimals, as their parts' costs. */
export const explainedCost = z.strictObject({
  id: z.string(),
  cost_usd: money.nullable(),
  price_source: z.enum(["provider", "tenant", "catalog", "none"]),
  price_version: z.string().nullable(),
  priced_as: z.strictObject({ provider: z.string(), model: z.string(), version: z.string() }).nullable(),
  conditions: z.strictObject({ service_tier: token, speed: token, inference_geo: token, search_context: token }),
  cost_parts: z.array(
    z.strictObject({ model: z.string(), kind: z.string(), units: z.number(), price_usd: money, cost_usd: money }),
  ),
  sum_usd: money,
  matches: z.boolean(),
  mismatch: z.enum(MISMATCHES).nullable(),
});
export type ExplainedCost = z.infer<typeof explainedCost>;

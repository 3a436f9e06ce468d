/** Usage as the outside sees it: a record, and a row of sums. */
import * as z from "zod";
import { GROUPS, type Group, SAVING_REASONS } from "../core/usage.ts";
import { money, time } from "./shapes.ts";

const name = z.string().nullable();
const tokens = {
  input: z.int(),
  input_cached: z.int(),
  input_cache_write: z.int(),
  output: z.int(),
  output_reasoning: z.int(),
};

/** A usage record of the contract. */
export const usageRecord = z.strictObject({
  id: z.string(),
  time,
  tenant: z.string(),
  key: name,
  team: name,
  user: name,
  session: name,
  tags: z.record(z.string(), z.string()),
  mode: z.enum(["live", "test"]),
  provider: z.string(),
  model: z.string(),
  model_served: name,
  endpoint: z.string(),
  dialect: z.string(),
  stream: z.boolean(),
  status: z.enum(["ok", "error", "cut", "aborted", "truncated", "cached", "denied", "lost"]),
  http_status: z.int().nullable(),
  tokens: z.strictObject({
    ...tokens,
    input_cache_write_1h: z.int(),
    input_audio: z.int(),
    input_image: z.int(),
    output_audio: z.int(),
    output_image: z.int(),
  }),
  units: z.record(z.string(), z.number()),
  cost_usd: money.nullable().meta({ description: "Null where it is not known, which is not 0." }),
  saved_usd: money.meta({ description: "The sum of `savings`." }),
  savings: z.partialRecord(z.enum(SAVING_REASONS), money).meta({
    description: "By what it was saved; `prompt_cache` is negative where a prompt was written and not read yet.",
  }),
  shadow: z
    .strictObject({ route: z.string(), model: z.string(), cost_usd: money })
    .optional()
    .meta({ description: "What the same tokens would have cost at the model that the route names as its shadow." }),
  bound_usd: money.nullable(),
  usage_source: z.enum(["provider", "counted", "bound", "none"]),
  price_source: z.enum(["provider", "tenant", "catalog", "none"]),
  price_version: name,
  cache: z.enum(["hit", "miss", "off"]),
  latency_ms: z.number(),
  ttft_ms: z.number().nullable(),
  overhead_ms: z.number().nullable(),
  error_code: name,
  refused_by: name.meta({ description: "The budget that refused it, or cut it short." }),
  bodies_until: time.nullable().meta({ description: "Until when its bodies are kept; null where they are not." }),
  flags: z.array(z.string()),
  attempts: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      http_status: z.int().nullable(),
      ms: z.number(),
      cost_usd: money.nullable(),
      error: z.string().optional(),
    }),
  ),
});

const ofGroup = name.optional();
const groups = Object.fromEntries(GROUPS.map((group) => [group, ofGroup])) as Record<Group, typeof ofGroup>;

/** The sums of a group, with the values that it is of. */
export const summaryRow = z.strictObject({
  ...groups,
  requests: z.int(),
  tokens: z.strictObject(tokens),
  cost_usd: money,
  saved_usd: money,
  unpriced: z.int(),
  errors: z.int(),
  latency_ms: z.number().nullable().meta({ description: "The average." }),
  latency_p50_ms: z.number().nullable().optional().meta({ description: "With `percentiles=true`; from a histogram." }),
  latency_p95_ms: z.number().nullable().optional(),
  others: z.literal(true).optional().meta({ description: "With `top`: all that is not among the largest." }),
});
export type SummaryRow = z.infer<typeof summaryRow>;

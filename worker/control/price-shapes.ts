/** A tenant's own prices, and all models with what they cost, as the API shows them. */
import * as z from "zod";
import { TOKEN_KINDS } from "../core/policy.ts";
import { time } from "./shapes.ts";

/** Dollars for a million tokens, by kind. */
const byKind = z.partialRecord(z.enum(TOKEN_KINDS), z.string());
const figures = {
  per_million_tokens: byKind,
  per_unit: z.record(z.string(), z.string()),
  per_request: z.string(),
  tiers: z.array(z.strictObject({ above_input_tokens: z.int(), per_million_tokens: byKind })),
  context_window: z.int().nullable(),
  max_output: z.int().nullable(),
};

export const price = z.strictObject({
  id: z.string(),
  name: z.string(),
  provider: z.string(),
  model: z.string(),
  ...figures,
  changed_at: time,
  created_at: time,
});
export type Price = z.infer<typeof price>;

export const pricedModel = z.strictObject({
  provider: z.string(),
  model: z.string(),
  source: z
    .enum(["tenant", "catalog", "none"])
    .meta({ description: "Whose price it is; `none` where nobody says what the model costs." }),
  price: z.string().nullable().meta({ description: "The id of the tenant's own price, where that counts." }),
  ...figures,
});
export type PricedModel = z.infer<typeof pricedModel>;

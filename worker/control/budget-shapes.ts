/** Budgets as the API shows them. */
import * as z from "zod";
import { PERIODS, SCOPE_TYPES } from "../core/policy.ts";
import { money, time } from "./shapes.ts";

/** Whose requests a limit covers. */
export const scope = z.strictObject({ type: z.enum(SCOPE_TYPES), id: z.string().nullable() });
export type Scope = z.infer<typeof scope>;

export const policies = {
  on_unbounded: z.enum(["block", "allow"]),
  on_unpriced: z.enum(["block", "dearest", "allow"]),
};

const dollars = money.nullable();
const count = z.int().optional();
export const budget = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope,
  period: z.enum(PERIODS),
  rolling: z.boolean(),
  timezone: z.string(),
  unit: z.enum(["usd", "tokens", "requests"]),
  limit_usd: dollars,
  spent_usd: dollars,
  held_usd: dollars,
  remaining_usd: dollars,
  limit_tokens: count,
  spent_tokens: count,
  held_tokens: count,
  remaining_tokens: count,
  limit_requests: count,
  spent_requests: count,
  held_requests: count,
  remaining_requests: count,
  enforcement: z.enum(["hard", "soft"]),
  ...policies,
  alert_at: z.array(z.number()),
  alert_to: z.array(z.string()),
  subject: z.string().nullable().meta({ description: "Of a budget that counts apart: whose counters are shown." }),
  resets_at: time.nullable(),
  created_at: time,
});
export type Budget = z.infer<typeof budget>;

/** A team or a user as the API shows it. */
import * as z from "zod";
import { rates, usedRates } from "./rate-limit-shapes.ts";
import { time } from "./shapes.ts";

export const party = z.strictObject({
  id: z.string(),
  name: z.string(),
  rate_limits: rates,
  rate_limits_used: usedRates,
  created_at: time,
});
export type Party = z.infer<typeof party>;

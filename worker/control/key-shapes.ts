/** API keys as the API shows them. */
import * as z from "zod";
import { shownBodiesSetting } from "./body-shapes.ts";
import { rates, usedRates } from "./rate-limit-shapes.ts";
import { time } from "./shapes.ts";

const names = z.array(z.string()).nullable();

export const key = z.strictObject({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  mode: z.enum(["live", "test"]),
  team: z.string().nullable(),
  user: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  require: z.array(z.string()),
  allow: z.strictObject({ providers: names, models: names, endpoints: names }),
  rate_limits: rates,
  rate_limits_used: usedRates,
  max_identical_requests: z.int().nullable(),
  cache: z.strictObject({ ttl_seconds: z.int() }).nullable(),
  prompt_cache: z.enum(["auto", "off"]).nullable(),
  bodies: shownBodiesSetting.nullable(),
  on_disconnect: z.enum(["abort", "drain"]),
  expires_at: time.nullable(),
  created_at: time,
  revoked_at: time.nullable(),
});
export type Key = z.infer<typeof key>;

export const keySecret = { key: z.string().meta({ description: "Shown this once." }) };
const newKey = key.extend(keySecret);
/** What creating and rotating answer: the only time that the key itself is seen. */
export type NewKey = z.infer<typeof newKey>;

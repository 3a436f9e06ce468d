/** A tenant as the API shows it. */
import * as z from "zod";
import { time } from "./shapes.ts";

export const tenant = z.strictObject({
  id: z.string(),
  name: z.string(),
  raw_retention_days: z.int(),
  created_at: time,
});
export type Tenant = z.infer<typeof tenant>;

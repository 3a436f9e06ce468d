/** Credentials for providers as the API shows them. */
import * as z from "zod";
import { time } from "./shapes.ts";

export const credential = z.strictObject({
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  last4: z.string(),
  origin: z.string().nullable(),
  base_url: z.string().nullable(),
  dialect: z.string().nullable(),
  weight: z.number(),
  created_at: time,
});
export type Credential = z.infer<typeof credential>;

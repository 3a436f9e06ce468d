/** Credentials for providers, and the providers that the gateway knows, as the API shows them. */
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

export const knownProvider = z.strictObject({
  slug: z.string(),
  origin: z.string().nullable().meta({ description: "Null where every customer has one, which a credential names." }),
  operator_credential: z
    .boolean()
    .meta({ description: "Whether a tenant without a credential of its own is served with the operator's." }),
});
export type KnownProvider = z.infer<typeof knownProvider>;

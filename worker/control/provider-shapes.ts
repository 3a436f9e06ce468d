/** Providers, and how they do, as the API shows them. */
import * as z from "zod";
import { time } from "./shapes.ts";

export const knownProvider = z.strictObject({
  slug: z.string(),
  origin: z.string().nullable().meta({ description: "Null where every customer has one, which a credential names." }),
  operator_credential: z
    .boolean()
    .meta({ description: "Whether a tenant without a credential of its own is served with the operator's." }),
});
export type KnownProvider = z.infer<typeof knownProvider>;

export const providerStatus = z.strictObject({
  provider: z.string(),
  model: z.string(),
  credential: z
    .string()
    .meta({ description: "A credential's id; `operator`, or `client` where clients bring their own." }),
  state: z.enum(["closed", "open", "half-open"]).meta({
    description: "Closed: it is used. Open: it failed and is left alone. Half-open: the next request tries it.",
  }),
  since: time.nullable().meta({ description: "Since when it is closed, or is not; null while it never failed so." }),
  open_until: time.nullable(),
  attempts: z.int().meta({ description: "Of the last five minutes, as are the next three." }),
  failures: z.int(),
  error_rate: z.number().nullable(),
  last_error: z
    .strictObject({ error: z.string().nullable(), time })
    .nullable()
    .meta({ description: "A status, or a code, as a record's attempts have it." }),
  first_byte_ms: z.number().nullable().meta({ description: "The median time to the head of an answer." }),
  first_token_ms: z.number().nullable(),
  last_seen_at: time,
});
export type ProviderStatus = z.infer<typeof providerStatus>;

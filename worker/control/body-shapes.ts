/** Kept bodies as the API shows them, and a key's setting for them. */
import * as z from "zod";
import { REDACTED_KINDS } from "../core/redact.ts";
import { time } from "./shapes.ts";

const body = z.strictObject({
  type: z.string(),
  bytes: z.int().meta({ description: "Of the body as it was." }),
  cut: z.boolean().meta({ description: "Its end is missing: it was longer than 1 MiB." }),
  json: z.unknown().optional(),
  text: z.string().optional(),
  stream: z
    .strictObject({ events: z.int(), texts: z.record(z.string(), z.string()), last: z.unknown() })
    .optional()
    .meta({ description: "A stream's texts by their place, joined: `choices[0].delta.content`." }),
});

export const keptBodies = z.strictObject({
  request: body.nullable(),
  response: body.nullable(),
  until: time.meta({ description: "When they are removed, in the course of the day after." }),
});
export type KeptBodies = z.infer<typeof keptBodies>;

const words = z.array(z.string().min(1).max(200)).max(100);

/** A key's `bodies`. */
export const bodiesSetting = z.strictObject({
  keep_days: z.int().min(1).max(365),
  redact: z
    .strictObject({
      kinds: z.array(z.enum(REDACTED_KINDS)).default(["secrets"]),
      fields: words.default([]).meta({ description: "Names of JSON fields whose value goes, wherever they stand." }),
      texts: words.default([]).meta({ description: "Texts that go as they are." }),
    })
    .prefault({}),
});
export const shownBodiesSetting = z.strictObject({
  keep_days: z.int(),
  redact: z.strictObject({
    kinds: z.array(z.enum(REDACTED_KINDS)),
    fields: z.array(z.string()),
    texts: z.array(z.string()),
  }),
});

/** Sinks as the API shows them. */
import * as z from "zod";
import { SIGNALS, SINK_TYPES } from "../core/sink.ts";
import { signingSecret } from "./alert-shapes.ts";
import { time } from "./shapes.ts";

export const sink = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.enum(SINK_TYPES),
  url: z.string().nullable(),
  header_names: z.array(z.string()),
  signals: z.array(z.enum(SIGNALS)),
  enabled: z.boolean(),
  status: z
    .strictObject({
      pending: z.int(),
      delivered: z.int(),
      dropped: z.int(),
      failures: z.int(),
      retry_at: time.nullable(),
      last_success_at: time.nullable(),
      last_error_at: time.nullable(),
      last_error: z.string().nullable(),
    })
    .nullable(),
  created_at: time,
});
export type Sink = z.infer<typeof sink>;

const newSink = sink.extend(signingSecret);
export type NewSink = z.infer<typeof newSink>;

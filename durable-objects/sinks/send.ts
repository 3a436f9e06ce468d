/** How each type of sink gets a batch. Loaded only where a tenant has a sink. */
import type { SinkType } from "../../worker/core/sink.ts";
import type { Delivery, Sent } from "./batch.ts";
import { sendNdjson } from "./ndjson.ts";
import { sendOtlp } from "./otlp.ts";
import { sendWebhook } from "./webhook.ts";

const SEND: Readonly<Record<SinkType, (delivery: Delivery) => Promise<Sent>>> = {
  otlp: sendOtlp,
  webhook: sendWebhook,
  r2: sendNdjson,
};

export const send = (delivery: Delivery): Promise<Sent> => SEND[delivery.sink.type](delivery);

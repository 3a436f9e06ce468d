/** Alert channels, attempts to deliver to them, and the alerts that fired, as the API shows them. */
import * as z from "zod";
import { ALERT_TYPES, CHANNEL_TYPES } from "../core/alert.ts";
import { time } from "./shapes.ts";

export const alertChannel = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.enum(CHANNEL_TYPES),
  url: z.string().nullable().meta({ description: "Enough of it to recognize it by." }),
  to: z.array(z.string()),
  events: z.array(z.enum(ALERT_TYPES)),
  enabled: z.boolean(),
  disabled_reason: z.string().nullable(),
  created_at: time,
});
export type AlertChannel = z.infer<typeof alertChannel>;

export const signingSecret = {
  secret: z.string().optional().meta({ description: "Of a webhook: what signs it. Shown this once." }),
};
const newAlertChannel = alertChannel.extend(signingSecret);
export type NewAlertChannel = z.infer<typeof newAlertChannel>;

export const deliveryAttempt = z.strictObject({
  id: z.string(),
  alert: z.string(),
  event: z.string(),
  attempt: z.int(),
  time,
  status: z.enum(["sending", "delivered", "failed", "gave_up", "interrupted"]),
  http_status: z.int().nullable(),
  error: z.string().nullable(),
  latency_ms: z.number().nullable(),
  next_attempt_at: time.nullable(),
});
export type DeliveryAttempt = z.infer<typeof deliveryAttempt>;

export const testedDelivery = deliveryAttempt.extend({ delivered: z.boolean() });
export type TestedDelivery = z.infer<typeof testedDelivery>;

/** Each type of alert has facts of its own besides. */
export const firedAlert = z.looseObject({ type: z.enum(ALERT_TYPES), time, id: z.string(), tenant: z.string() });
export type FiredAlert = z.infer<typeof firedAlert>;

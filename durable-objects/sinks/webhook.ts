/** Usage as a signed webhook: a JSON array of usage records, by the Standard Webhooks specification. */
import { Webhook } from "standardwebhooks";
import { recordOf } from "../../worker/core/record.ts";
import { type Delivery, post, type Sent } from "./batch.ts";

/** Posts a batch. `webhook-id` is the batch's own, so that a receiver can tell a repeat. */
export function sendWebhook({ batch, sink, secret, signal, now }: Delivery): Promise<Sent> {
  const body = JSON.stringify(batch.events.map(recordOf));
  const id = `usage_${sink.id}_${batch.last}`;
  const headers = {
    ...secret.headers,
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1_000)),
    "webhook-signature": new Webhook(secret.signing ?? "").sign(id, new Date(now), body),
  };
  return post(sink.url ?? "", { headers, body, signal });
}

/**
 * Usage as OpenTelemetry's traces and metrics, by OTLP over HTTP in JSON, with the semantic conventions of generative
 * AI. A repeat is the same to the byte: ids follow from the events', times from the batch.
 */
import { type Batch, type Delivery, post, type Sent } from "./batch.ts";
import { isRequest } from "./gen-ai.ts";
import { metricsOf } from "./otlp-metrics.ts";
import { spanOf } from "./otlp-spans.ts";
import { attributes } from "./otlp-values.ts";

const SCOPE = { name: "meterr" };

/** Posts a batch's spans and metrics to `/v1/traces` and `/v1/metrics` below the sink's URL. */
export async function sendOtlp({ batch, sink, secret, signal }: Delivery): Promise<Sent> {
  const headers = { ...secret.headers, "content-type": "application/json" };
  for (const signalName of sink.signals) {
    const payload = signalName === "traces" ? await tracesPayload(batch) : metricsPayload(batch);
    const sent = await post(`${sink.url}/v1/${signalName}`, { headers, body: JSON.stringify(payload), signal });
    if (!sent.ok) return { ...sent, reason: `${signalName}: ${sent.reason}` };
  }
  return { ok: true };
}

/** An `ExportTraceServiceRequest` in JSON. */
export async function tracesPayload({ tenant, events }: Pick<Batch, "tenant" | "events">) {
  const spans = await Promise.all(events.filter(isRequest).map(spanOf));
  return { resourceSpans: [{ resource: resourceOf(tenant), scopeSpans: [{ scope: SCOPE, spans }] }] };
}

/** An `ExportMetricsServiceRequest` in JSON. */
export function metricsPayload(batch: Pick<Batch, "tenant" | "events" | "cutAt" | "cutBefore">) {
  const metrics = metricsOf(batch.events, { fromMs: batch.cutBefore, toMs: batch.cutAt });
  return { resourceMetrics: [{ resource: resourceOf(batch.tenant), scopeMetrics: [{ scope: SCOPE, metrics }] }] };
}

const resourceOf = (tenant: string) => ({
  attributes: attributes({ "service.name": "meterr", "meterr.tenant": tenant }),
});

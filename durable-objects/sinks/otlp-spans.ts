/** Usage events as spans. */
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_REQUEST_STREAM,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_USER_ID,
} from "@opentelemetry/semantic-conventions/incubating";
import { hex } from "../../worker/core/master.ts";
import type { UsageEvent } from "../../worker/core/usage.ts";
import { commonAttributes, errorTypeOf, operationOf } from "./gen-ai.ts";
import { attributes, unixNano, type Value } from "./otlp-values.ts";

/** Of `Span.SpanKind` and `Status.StatusCode`: enums are numbers in OTLP's JSON. */
const KIND_CLIENT = 3;
const STATUS_ERROR = 2;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** An event as a span; its ids follow from the event's, so that a repeat is the same span. */
export async function spanOf(event: UsageEvent) {
  const seed = new TextEncoder().encode(`${event.tenant}/${event.id}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", seed));
  return {
    traceId: hex(digest.subarray(0, TRACE_ID_BYTES)),
    spanId: hex(digest.subarray(TRACE_ID_BYTES, TRACE_ID_BYTES + SPAN_ID_BYTES)),
    name: `${operationOf(event)} ${event.model}`.trim(),
    kind: KIND_CLIENT,
    startTimeUnixNano: unixNano(event.time),
    endTimeUnixNano: unixNano(event.time + event.latencyMs),
    attributes: attributes({ ...commonAttributes(event), ...usageAttributes(event), ...ownAttributes(event) }),
    status: errorTypeOf(event) === null ? {} : { code: STATUS_ERROR, message: errorTypeOf(event) },
  };
}

const usageAttributes = ({ tokens, usageSource, ...event }: UsageEvent): Record<string, Value> => ({
  [ATTR_GEN_AI_REQUEST_STREAM]: event.stream,
  [ATTR_GEN_AI_CONVERSATION_ID]: event.session,
  [ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]:
    event.stream && event.ttftMs !== null ? { double: event.ttftMs / 1_000 } : null,
  [ATTR_HTTP_RESPONSE_STATUS_CODE]: event.httpStatus,
  [ATTR_USER_ID]: event.user,
  ...(usageSource !== "none" && {
    [ATTR_GEN_AI_USAGE_INPUT_TOKENS]: tokens.input,
    [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: tokens.output,
    [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: tokens.inputCached,
    [ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS]: tokens.inputCacheWrite,
    [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: tokens.outputReasoning,
  }),
});

/** What the conventions have no name for. A cost that is not known is not there. */
const ownAttributes = (event: UsageEvent): Record<string, Value> => ({
  "meterr.request.id": event.id,
  "meterr.status": event.status,
  "meterr.mode": event.mode,
  "meterr.endpoint": event.endpoint,
  "meterr.key": event.key,
  "meterr.team": event.team,
  "meterr.cost.nanousd": event.costNanos,
  "meterr.saved.nanousd": event.savedNanos,
  "meterr.usage_source": event.usageSource,
  "meterr.price_source": event.priceSource,
  "meterr.cache": event.cache,
  "meterr.attempts": event.attempts.length,
  ...Object.fromEntries(Object.entries(event.tags).map(([name, value]) => [`meterr.tag.${name}`, value])),
});

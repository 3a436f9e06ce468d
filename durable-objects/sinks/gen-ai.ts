/** What a usage event is in the words of OpenTelemetry's semantic conventions for generative AI. */
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  GEN_AI_OPERATION_NAME_VALUE_CHAT,
  GEN_AI_OPERATION_NAME_VALUE_EMBEDDINGS,
  GEN_AI_OPERATION_NAME_VALUE_GENERATE_CONTENT,
  GEN_AI_OPERATION_NAME_VALUE_TEXT_COMPLETION,
  GEN_AI_PROVIDER_NAME_VALUE_AZURE_AI_OPENAI,
  GEN_AI_PROVIDER_NAME_VALUE_GCP_GEMINI,
  GEN_AI_PROVIDER_NAME_VALUE_GCP_VERTEX_AI,
  GEN_AI_PROVIDER_NAME_VALUE_MISTRAL_AI,
  GEN_AI_PROVIDER_NAME_VALUE_X_AI,
} from "@opentelemetry/semantic-conventions/incubating";
import type { UsageEvent } from "../../worker/core/usage.ts";
import type { Value } from "./otlp-values.ts";

/** The conventions' names where they differ from our slugs; any other provider is called by its slug. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  azure: GEN_AI_PROVIDER_NAME_VALUE_AZURE_AI_OPENAI,
  google: GEN_AI_PROVIDER_NAME_VALUE_GCP_GEMINI,
  mistral: GEN_AI_PROVIDER_NAME_VALUE_MISTRAL_AI,
  vertex: GEN_AI_PROVIDER_NAME_VALUE_GCP_VERTEX_AI,
  xai: GEN_AI_PROVIDER_NAME_VALUE_X_AI,
};

const OPERATION_OF_DIALECT: Readonly<Record<string, string>> = {
  chat: GEN_AI_OPERATION_NAME_VALUE_CHAT,
  responses: GEN_AI_OPERATION_NAME_VALUE_CHAT,
  messages: GEN_AI_OPERATION_NAME_VALUE_CHAT,
  completions: GEN_AI_OPERATION_NAME_VALUE_TEXT_COMPLETION,
  gemini: GEN_AI_OPERATION_NAME_VALUE_GENERATE_CONTENT,
};

/** The conventions' name of what was asked for; of what they have none for, the endpoint's. */
export function operationOf({ dialect, endpoint }: UsageEvent): string {
  if (/embed/i.test(endpoint)) return GEN_AI_OPERATION_NAME_VALUE_EMBEDDINGS;
  return OPERATION_OF_DIALECT[dialect] ?? endpoint;
}

/** The attributes that spans and metrics share. */
export const commonAttributes = (event: UsageEvent): Record<string, Value> => ({
  [ATTR_GEN_AI_OPERATION_NAME]: operationOf(event),
  [ATTR_GEN_AI_PROVIDER_NAME]: PROVIDER_NAMES[event.provider] ?? event.provider,
  [ATTR_GEN_AI_REQUEST_MODEL]: event.model || null,
  [ATTR_GEN_AI_RESPONSE_MODEL]: event.modelServed,
  [ATTR_ERROR_TYPE]: errorTypeOf(event),
});

/** Null where all went well. A client that left, and a budget that ended a stream, are told apart by `meterr.status`. */
export function errorTypeOf({ status, errorCode, httpStatus }: UsageEvent): string | null {
  if (status === "ok" || status === "cached" || status === "aborted" || status === "cut") return null;
  return errorCode ?? (httpStatus !== null && httpStatus >= 400 ? String(httpStatus) : status);
}

/** What takes a lost event back is no request of its own. */
export const isRequest = ({ costNanos }: UsageEvent): boolean => costNanos === null || costNanos >= 0;

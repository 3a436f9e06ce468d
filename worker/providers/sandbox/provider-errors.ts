/** A failure in each provider's own error body and headers, as recorded from them. */
import type { Failure, FailureKind } from "./failures.ts";
import { CREATED_ISO, type Ids } from "./ids.ts";
import { plain, type Reply } from "./reply.ts";

/** The text of a failure that nobody gave a text. */
const MESSAGES: Record<FailureKind, string> = {
  invalid: "The request is not valid.",
  context_length: "Your input exceeds the context window of this model. Please adjust your input and try again.",
  content_policy: "The request was rejected because it does not comply with the content policy.",
  authentication: "Incorrect API key provided: sandbox.",
  billing: "Insufficient Balance",
  permission: "You do not have permission to use this resource.",
  not_found: "Not Found",
  model_not_found: "The requested model does not exist or you do not have access to it.",
  timeout: "The request timed out.",
  too_large: "The request is larger than allowed.",
  rate_limit: "Rate limit reached for requests. Please try again later.",
  quota: "You exceeded your current quota, please check your plan and billing details.",
  server: "The server had an error while processing your request. Sorry about that!",
  bad_gateway: "Bad gateway.",
  unavailable: "The model is overloaded. Please try again later.",
  gateway_timeout: "The upstream timed out.",
  overloaded: "Overloaded",
};

const OPENAI: Record<FailureKind, { type: string; code: string | null }> = {
  invalid: { type: "invalid_request_error", code: null },
  context_length: { type: "invalid_request_error", code: "context_length_exceeded" },
  content_policy: { type: "invalid_request_error", code: "content_policy_violation" },
  authentication: { type: "invalid_request_error", code: "invalid_api_key" },
  billing: { type: "unknown_error", code: "invalid_request_error" },
  permission: { type: "invalid_request_error", code: "insufficient_permissions" },
  not_found: { type: "invalid_request_error", code: null },
  model_not_found: { type: "invalid_request_error", code: "model_not_found" },
  timeout: { type: "timeout", code: null },
  too_large: { type: "invalid_request_error", code: "request_too_large" },
  rate_limit: { type: "requests", code: "rate_limit_exceeded" },
  quota: { type: "insufficient_quota", code: "insufficient_quota" },
  server: { type: "server_error", code: null },
  bad_gateway: { type: "server_error", code: null },
  unavailable: { type: "server_error", code: "server_error" },
  gateway_timeout: { type: "server_error", code: null },
  overloaded: { type: "server_error", code: "server_overloaded" },
};

const ANTHROPIC: Record<FailureKind, string> = {
  invalid: "invalid_request_error",
  context_length: "invalid_request_error",
  content_policy: "invalid_request_error",
  authentication: "authentication_error",
  billing: "billing_error",
  permission: "permission_error",
  not_found: "not_found_error",
  model_not_found: "not_found_error",
  timeout: "timeout_error",
  too_large: "request_too_large",
  rate_limit: "rate_limit_error",
  quota: "rate_limit_error",
  server: "api_error",
  bad_gateway: "api_error",
  unavailable: "overloaded_error",
  gateway_timeout: "timeout_error",
  overloaded: "overloaded_error",
};

const GOOGLE: Record<FailureKind, string> = {
  invalid: "INVALID_ARGUMENT",
  context_length: "INVALID_ARGUMENT",
  content_policy: "INVALID_ARGUMENT",
  authentication: "UNAUTHENTICATED",
  billing: "FAILED_PRECONDITION",
  permission: "PERMISSION_DENIED",
  not_found: "NOT_FOUND",
  model_not_found: "NOT_FOUND",
  timeout: "DEADLINE_EXCEEDED",
  too_large: "INVALID_ARGUMENT",
  rate_limit: "RESOURCE_EXHAUSTED",
  quota: "RESOURCE_EXHAUSTED",
  server: "INTERNAL",
  bad_gateway: "UNAVAILABLE",
  unavailable: "UNAVAILABLE",
  gateway_timeout: "DEADLINE_EXCEEDED",
  overloaded: "UNAVAILABLE",
};

/** Seconds to wait after a 429 where no `retry_after` was asked for. */
const USUAL_RETRY_SECONDS = 1;

const messageOf = (failed: Failure): string => failed.message ?? MESSAGES[failed.kind];

/** What `provider` answers to a request that failed so. */
export function errorReply(provider: string, failed: Failure, ids: Ids): Reply {
  const headers = { "content-type": "application/json", ...headersOf(provider, failed, ids) };
  const body = errorBody(provider, failed, ids, headers);
  const indent = provider === "openai" || provider === "google" || provider === "vertex" ? 2 : 0;
  return plain(failed.status, headers, JSON.stringify(body, null, indent));
}

/** The error body of `provider`, also sent inside streams. */
export function errorBody(
  provider: string,
  failed: Failure,
  ids: Ids,
  headers: Record<string, string> = providerHeaders(provider, ids),
): unknown {
  const message = messageOf(failed);
  const { type } = OPENAI[failed.kind];
  const code = failed.code ?? OPENAI[failed.kind].code;
  switch (provider) {
    case "anthropic":
      return {
        type: "error",
        error: { type: ANTHROPIC[failed.kind], message },
        request_id: headers["request-id"],
      };
    case "google":
    case "vertex":
      return { error: { code: failed.status, message, status: GOOGLE[failed.kind], ...googleDetails(failed) } };
    case "azure":
      return { error: { code: code ?? String(failed.status), message } };
    case "mistral":
      if (failed.kind === "authentication") return { detail: message };
      return { object: "error", message, type, param: null, code: code ?? String(failed.status) };
    case "cohere":
      return { id: ids.uuid(), message };
    case "xai":
      return { code: type, error: message };
    case "openrouter":
      return { error: { message, code: failed.status } };
    case "perplexity":
      return { error: { message, type, code: failed.status } };
    case "voyage":
      return { detail: message };
    case "bedrock":
      return { message };
    default:
      return { error: { message, type, param: failed.param ?? null, code } };
  }
}

function googleDetails(failed: Failure): { details?: unknown[] } {
  const seconds = retrySeconds(failed);
  if (seconds === null) return {};
  return { details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` }] };
}

function retrySeconds(failed: Failure): number | null {
  return failed.retryAfterSeconds ?? (failed.kind === "rate_limit" ? USUAL_RETRY_SECONDS : null);
}

function headersOf(provider: string, failed: Failure, ids: Ids): Record<string, string> {
  const seconds = retrySeconds(failed);
  // Gemini tells the delay in its body alone.
  const retry: Record<string, string> =
    seconds === null || provider === "google" || provider === "vertex"
      ? {}
      : { "retry-after": String(Math.ceil(seconds)) };
  if (seconds !== null && (provider === "openai" || provider === "azure")) {
    retry["retry-after-ms"] = String(Math.round(seconds * 1000));
  }
  return { ...providerHeaders(provider, ids), ...retry };
}

/** The headers that `provider` puts on every answer. */
export function providerHeaders(provider: string, ids: Ids): Record<string, string> {
  switch (provider) {
    case "openai":
      return {
        "openai-version": "2020-10-01",
        "openai-processing-ms": String(20 + ids.below(200)),
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-reset-requests": "6ms",
        "x-request-id": `req_${ids.hex(32)}`,
      };
    case "anthropic":
      return {
        "anthropic-ratelimit-requests-limit": "10000",
        "anthropic-ratelimit-requests-remaining": "9999",
        "anthropic-ratelimit-requests-reset": CREATED_ISO,
        "request-id": `req_011${ids.text(21)}`,
      };
    case "azure":
      return { "apim-request-id": ids.uuid(), "x-request-id": ids.uuid() };
    case "google":
    case "vertex":
      return { "server-timing": `gfet4t7; dur=${20 + ids.below(400)}` };
    case "mistral":
      return { "mistral-correlation-id": ids.uuid() };
    case "groq":
      return { "x-request-id": `req_01${ids.text(24).toLowerCase()}` };
    default:
      return { "x-request-id": ids.uuid() };
  }
}

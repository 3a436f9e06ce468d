/** The gateway's own errors in each family's shape, so that every SDK raises its own class with our stable code. */
import type { GatewayError } from "../core/errors.ts";
import type { ErrorShape } from "./types.ts";

/** OpenAI's `type` by status; its SDK chooses the class by the status and shows `code`. */
const OPENAI_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "insufficient_quota",
  403: "permission_error",
  404: "not_found_error",
  413: "invalid_request_error",
  424: "invalid_request_error",
  429: "rate_limit_error",
};
/** Anthropic's `type` by status. Source: its API reference, "errors". */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  424: "invalid_request_error",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};
/** Google's canonical status names. Source: google.rpc.Code. */
const GOOGLE_STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "RESOURCE_EXHAUSTED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  413: "INVALID_ARGUMENT",
  424: "FAILED_PRECONDITION",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

export const openAiError: ErrorShape = (error) => ({
  error: {
    message: error.message,
    type: OPENAI_TYPES[error.status] ?? "api_error",
    param: null,
    code: error.code,
    ...detailsOf(error),
  },
});

export const anthropicError: ErrorShape = (error, requestId) => ({
  type: "error",
  error: {
    type: ANTHROPIC_TYPES[error.status] ?? "api_error",
    message: error.message,
    code: error.code,
    ...detailsOf(error),
  },
  request_id: requestId,
});

export const googleError: ErrorShape = (error) => ({
  error: {
    code: error.status,
    message: error.message,
    status: GOOGLE_STATUSES[error.status] ?? "INTERNAL",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: error.code,
        domain: "meterr",
        // Protobuf's map<string, string>.
        metadata: Object.fromEntries(Object.entries(error.details ?? {}).map(([name, value]) => [name, String(value)])),
      },
    ],
  },
});

export const cohereError: ErrorShape = (error, requestId) => ({
  id: requestId,
  message: error.message,
  code: error.code,
  ...detailsOf(error),
});

const detailsOf = (error: GatewayError) => (error.details ? { details: error.details } : {});

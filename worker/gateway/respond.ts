/** The gateway's own answers. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { openAiError } from "../dialects/errors.ts";
import { rateHeaders } from "../dialects/rate-headers.ts";
import type { ErrorShape } from "../dialects/types.ts";

/** `error` in the shape of the dialect that was asked in. */
export function errorResponse(error: GatewayError, requestId: string, shape: ErrorShape = openAiError): Response {
  const headers = new Headers({
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-meterr-request-id": requestId,
    "x-meterr-error": error.code,
  });
  if (error.retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(error.retryAfterSeconds)));
  if (error.rates) {
    // The official SDKs wait by the finer one.
    headers.set("retry-after-ms", String(Math.ceil((error.retryAfterSeconds ?? 0) * 1000)));
    for (const [name, value] of rateHeaders(error.rates, shape, Date.now())) headers.set(name, value);
  }
  return new Response(JSON.stringify(shape(error, requestId)), { status: error.status, headers });
}

/** Refuses a request whose address is none. */
export const noHost = (): Response =>
  errorResponse(
    gatewayError("invalid_request", "The Host header names no host, or more than one."),
    newId("req", Date.now()),
  );

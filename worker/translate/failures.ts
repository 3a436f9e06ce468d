/** A provider's failures in the client's format: their status and their message stay. */
import { gatewayError } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import type { ErrorShape } from "../dialects/types.ts";
import { messageOf } from "./pieces.ts";

/** What the provider said of its failure, in `shape`. */
export async function failureIn(shape: ErrorShape, response: Response): Promise<Response> {
  const text = await response.text().catch(() => "");
  const json = parseJson(text);
  const message = messageOf(Array.isArray(json) ? json[0] : (json ?? (text.slice(0, 1_000) || undefined)));
  return failed(shape, response, { status: response.status, message });
}

/** An answer that is none. */
export const noAnswer = (shape: ErrorShape, response: Response, cause: unknown): Response =>
  failed(shape, response, { status: 502, message: cause instanceof Error ? cause.message : "That was no answer." });

function failed(shape: ErrorShape, response: Response, told: { status: number; message: string }): Response {
  const error = { ...gatewayError("upstream_error", told.message), status: told.status };
  const body = shape(error, response.headers.get("x-meterr-request-id") ?? "");
  return new Response(JSON.stringify(body), {
    status: told.status,
    headers: headersAs(response, "application/json"),
  });
}

/** A response's headers, for a body of another `type`. */
export function headersAs(response: Response, type: string): Headers {
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.set("content-type", type);
  return headers;
}

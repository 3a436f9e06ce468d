/**
 * A request that its client's leaving must not cut belongs to a Durable Object before it is sent: a Worker's work ends 30 s
 * after its client is gone, an object's does not.
 */
import type { Env } from "../env.ts";
import type { Call } from "./call.ts";

/** Carries the request's id to the object, in the place of whatever the client sent under this name. */
export const REQUEST_ID_HEADER = "x-meterr-request-id";

/** Whether an object has to own `call`: its key says so, and its answer tells what it costs. */
export const isDrained = (call: Call): boolean =>
  call.grant.key.onDisconnect === "drain" && call.place.endpoint.dialect !== null;

/**
 * The answer of the object that owns `call` from here on, its body as it comes. Rejects where the client left before there
 * was an answer, and where the object is out of reach.
 */
export function handOver(env: Env, request: Request, call: Call): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set(REQUEST_ID_HEADER, call.id);
  const body = call.unified?.asked ?? call.body;
  const bytes = body.kind === "json" || body.kind === "form" ? body.bytes : null;
  return env.DRAIN.getByName(objectFor(request, call)).fetch(
    new Request(request.url, { method: request.method, headers, body: bytes, signal: request.signal }),
  );
}

/** One of 62 objects near the client: they stay where they were first asked for. The last digit of an id is random. */
function objectFor(request: Request, call: Call): string {
  const { colo } = (request as Request<unknown, IncomingRequestCfProperties>).cf ?? {};
  return `${colo ?? "local"}/${call.id.slice(-1)}`;
}

/**
 * Requests that belong to a Durable Object before they are sent: those that their client's leaving must not cut, for a
 * Worker's work ends 30 s after its client is gone, an object's does not; and streams that identical requests share, for
 * what one request has open no other one of a Worker may touch, and of an object any may.
 */
import type { Env } from "../env.ts";
import { askedOf, type Call } from "./call.ts";

/** Carries the request's id to the object, in the place of whatever the client sent under this name. */
export const REQUEST_ID_HEADER = "x-meterr-request-id";

/** Whether an object has to own `call`: its key says so, and its answer tells what it costs. */
export const isDrained = (call: Call): boolean =>
  call.grant.key.onDisconnect === "drain" && call.place.endpoint.dialect !== null;

/**
 * The answer of the object that owns `call` from here on, its body as it comes; null where the object has too much to do to
 * take it. `shared`: the key of what identical requests share. Rejects where the object is out of reach.
 */
export async function handOver(
  env: Env,
  request: Request,
  call: Call,
  shared: string | null,
): Promise<Response | null> {
  const headers = new Headers(request.headers);
  headers.set(REQUEST_ID_HEADER, call.id);
  const body = askedOf(call);
  const bytes = body.kind === "json" || body.kind === "form" ? body.bytes : null;
  try {
    return await env.DRAIN.getByName(objectFor(request, shared ? shared.slice(-2) : call.id.slice(-1))).fetch(
      new Request(request.url, { method: request.method, headers, body: bytes, signal: request.signal }),
    );
  } catch (cause) {
    if ((cause as { overloaded?: boolean }).overloaded) return null;
    // Nobody hears this answer; the runtime wants one.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    throw cause;
  }
}

/**
 * An object near the client: objects stay where they were first asked for. The last digit of a request's id, one of 62, is
 * random; the last two of a shared answer's key, one of 256, are the same for all who share it.
 */
function objectFor(request: Request, digits: string): string {
  const { colo } = (request as Request<unknown, IncomingRequestCfProperties>).cf ?? {};
  return `${colo ?? "local"}/${digits}`;
}

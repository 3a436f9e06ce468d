/** The second half of the story: send, relay, settle. Whatever happens after the hold, it ends in one settlement. */
import { gatewayError } from "../core/errors.ts";
import { isObject } from "../core/json.ts";
import { setField } from "../core/json-edit.ts";
import type { UsageEvent } from "../core/usage.ts";
import { type Answered, type Begun, passThrough, readsAnswer } from "./answer.ts";
import { tellsEarlier } from "./background.ts";
import type { RequestBody } from "./body.ts";
import type { Call } from "./call.ts";
import { boundCharge, chargePartial } from "./charge.ts";
import type { Delivery } from "./delivery.ts";
import { type Ending, eventOf } from "./event.ts";
import { withoutFollowers } from "./lead.ts";
import { noteEnding } from "./note-health.ts";
import { Pulse } from "./pulse.ts";
import { relayed } from "./relayed-answer.ts";
import { errorResponse } from "./respond.ts";
import { type Answer, attempt } from "./upstream.ts";
import { whole } from "./whole-answer.ts";

/** Sends the call to its provider and sees it through to its settlement. */
export async function deliver(admitted: Delivery): Promise<void> {
  const of = admitted.admission.isCapped ? withoutFollowers(admitted) : admitted;
  const { call, wallet, admission, lead } = of;
  const { hold } = admission;
  if (hold && !wallet.dispatch(hold)) {
    of.respond(errorResponse(gatewayError("invalid_api_key", "This key was revoked."), call.id, of.shape));
    return;
  }
  const pulse = new Pulse(() => {
    if (hold) wallet.alive(hold);
    lead?.flight.alive(Date.now());
  });
  const dispatchedAt = Date.now();
  lead?.flight.alive(dispatchedAt);
  let event: UsageEvent;
  try {
    const ending = await run(of, pulse);
    noteEnding(call, of.access.credential, ending, dispatchedAt);
    event = finished(of, dispatchedAt, ending);
  } catch (cause) {
    // A fault of ours after the request left: what it cost is not known, so the bound is spent, never nothing.
    console.error(JSON.stringify({ level: "error", request: call.id, message: String(cause) }));
    of.respond(errorResponse(gatewayError("internal", "An unexpected error."), call.id, of.shape));
    const charge = boundCharge(admission);
    event = finished(of, dispatchedAt, { status: "error", httpStatus: null, charge, errorCode: "internal" });
  } finally {
    pulse.stop();
  }
  // Who waits for this answer need not wait for its settlement.
  lead?.end();
  await wallet.settle(hold, event);
}

const finished = (of: Delivery, dispatchedAt: number, ending: Ending): UsageEvent =>
  eventOf(
    of.call,
    { ...ending, cache: of.cache.outcome, boundNanos: of.admission.boundNanos, dispatchedAt, attempted: true },
    Date.now(),
  );

async function run(of: Delivery, pulse: Pulse): Promise<Ending> {
  const sent = await send(of, pulse);
  if (sent.answer.outcome !== "failed") return conclude(of, { ...sent, answer: sent.answer });
  const { error } = sent.answer;
  of.respond(errorResponse(error, of.call.id, of.shape));
  return { status: "error", httpStatus: error.status, errorCode: error.code };
}

/** What was sent, and what came of it. */
export interface Sent<A extends Answer = Answer> {
  answer: A;
  /** Cancels the upstream. */
  upstream: AbortController;
  /** The stream carries a usage chunk that the client did not ask for. */
  removesUsage: boolean;
}

/** Sends a delivery's call and waits for the head of its answer. */
export async function send(of: Delivery, pulse: Pulse, firstByteMs?: number): Promise<Sent> {
  const { call, admission, request } = of;
  const upstream = new AbortController();
  const asks = asksForUsage(call, admission.body);
  const answer = await attempt({
    call,
    access: of.access,
    headers: of.headers,
    method: request.method,
    body: asks ? withUsageAsked(admission.body) : admission.body,
    client: of.client,
    upstream,
    pulse,
    firstByteMs,
  });
  return { answer, upstream, removesUsage: asks };
}

/** Sees an answer through to the client; `begun` is what was read of its stream already. */
export async function conclude(
  of: Delivery,
  { answer, upstream, removesUsage }: Sent<Exclude<Answer, { outcome: "failed" }>>,
  begun: Begun | null = null,
): Promise<Ending> {
  const { call, admission } = of;
  switch (answer.outcome) {
    case "aborted":
      // Nobody hears this answer; the runtime wants one.
      of.respond(new Response(null, { status: 499 }));
      return { status: "aborted", httpStatus: null, charge: await chargePartial(call, admission, null, "") };
    case "answered": {
      const answered: Answered = { of, response: answer.response, upstream, removesUsage };
      const { tellsEarlier: dialect } = call.place.endpoint;
      if (dialect && answer.response.ok && answer.response.body) return tellsEarlier(answered, dialect);
      if (!readsAnswer(answered)) return passThrough(answered);
      const type = answer.response.headers.get("content-type") ?? "";
      if (begun) return relayed(answered, begun);
      return /event-stream|stream\+json|ndjson/i.test(type) || call.facts.stream ? relayed(answered) : whole(answered);
    }
  }
}

/** Whether the stream would tell its usage only if asked, and the client did not ask. */
function asksForUsage(call: Call, body: RequestBody): boolean {
  const { dialect } = call.place.endpoint;
  if (!call.facts.stream || !call.place.provider.asksForUsage(call.search) || body.kind !== "json") return false;
  if (dialect !== "chat" && dialect !== "completions") return false;
  const options = body.json.stream_options;
  return !(isObject(options) && options.include_usage === true);
}

function withUsageAsked(body: RequestBody): RequestBody {
  if (body.kind !== "json") return body;
  const text = setField(body.text, ["stream_options", "include_usage"], "true");
  return { ...body, text, bytes: new TextEncoder().encode(text) };
}

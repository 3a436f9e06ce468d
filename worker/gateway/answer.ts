/** What becomes of a provider's answer: passed on unread, read whole, or relayed while it is read. */

import type { Landing } from "../cache/flights.ts";
import { MAX_STORED_BYTES, writeAnswer } from "../cache/store.ts";
import { gatewayError } from "../core/errors.ts";
import { usdFromNanos } from "../core/money.ts";
import type { Status } from "../core/usage.ts";
import { cutterOf } from "../dialects/cut.ts";
import { DIALECTS, type DialectName } from "../dialects/index.ts";
import type { Dialect, Reading } from "../dialects/types.ts";
import { countIsExactFor, encodingFor } from "../pricing/index.ts";
import type { Call } from "./call.ts";
import {
  boundCharge,
  type Charge,
  chargeAnswer,
  chargePartial,
  NO_CHARGE,
  pricedAt,
  UNKNOWN_CHARGE,
} from "./charge.ts";
import type { Delivery } from "./delivery.ts";
import type { Ending } from "./event.ts";
import { towardsClient } from "./headers.ts";
import { tapedWay } from "./lead.ts";
import { observed } from "./observed.ts";
import { type LastingWay, outlast, sendWhole } from "./outlast.ts";
import { ownHeaders, rateLimitHeaders } from "./own-headers.ts";
import { readAnswer } from "./read-answer.ts";
import { type RelayEnd, relay } from "./relay.ts";
import { errorResponse } from "./respond.ts";
import { savedBy } from "./savings.ts";
import { AHEAD_TOKENS, SlicedStream } from "./slices.ts";
import { split } from "./split.ts";
import { StreamMeter } from "./stream-meter.ts";
import { leadUploadsBack } from "./unified/upload-address.ts";
import { UsageChunkRemover } from "./usage-chunk.ts";
import { WholeEvents } from "./whole-events.ts";

export interface Answered {
  of: Delivery;
  response: Response;
  /** Cancels the upstream. */
  upstream: AbortController;
  /** The stream carries a usage chunk that the client did not ask for. */
  removesUsage: boolean;
}

/** A stream of which something was read already. */
export interface Begun {
  first: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
}

/** Answers up to this size are read whole, so that their cost stands in a header. */
const MAX_WHOLE_BYTES = 1_048_576;
/** One that is to be translated has to be whole, however long: vectors of a batch, pictures. */
const MAX_TRANSLATED_BYTES = 33_554_432;

/** How much of an unstreamed answer is read before any of it goes out. */
export const mostWhole = ({ unified }: Call): number => (unified?.translation ? MAX_TRANSLATED_BYTES : MAX_WHOLE_BYTES);

/** Formats whose unstreamed answers are JSON, always. */
const JSON_DIALECTS: ReadonlySet<DialectName> = new Set([
  "chat",
  "completions",
  "responses",
  "messages",
  "gemini",
  "cohere",
  "embeddings",
]);

/** Whether the meter has anything to read in it: a success of an endpoint whose format is known. */
export const readsAnswer = ({ of, response }: Answered): boolean =>
  response.ok && response.body !== null && of.call.place.endpoint.dialect !== null;

/** An error, a redirect, or an answer that tells no usage: its bytes go on without a look. */
export async function passThrough(answered: Answered): Promise<Ending> {
  const { of, response } = answered;
  const headers = headersOf(answered, false);
  const init = { status: response.status, headers, webSocket: response.webSocket };
  const failed = response.status >= 400;
  const answer = new Response(response.webSocket ? null : response.body, init);
  const translation = of.call.unified?.translation;
  of.respond(translation && failed ? await translation.failure(answer) : answer);
  const unknown = !failed && of.call.place.endpoint.billing !== "free";
  return {
    status: failed ? "error" : "ok",
    httpStatus: response.status,
    charge: unknown ? UNKNOWN_CHARGE : NO_CHARGE,
    firstByteAt: Date.now(),
  };
}

/** An unstreamed answer: metered before it goes out, where it is small enough. */
export async function whole(answered: Answered): Promise<Ending> {
  const { of, response } = answered;
  const dialect = dialectOf(of);
  const type = response.headers.get("content-type") ?? "";
  const read = await readAnswer(response, mostWhole(of.call));
  if (read.kind === "broken") {
    if (of.client.aborted) {
      of.respond(new Response(null, { status: 499 }));
      return {
        status: "aborted",
        httpStatus: response.status,
        charge: await chargePartial(of.call, of.admission, null, ""),
      };
    }
    return garbage(of, "broke its answer off");
  }
  if (read.kind === "long") return relayed(answered, read);

  const meter = new StreamMeter(dialect, type);
  meter.seeAll(read.bytes);
  const reading = meter.end();
  if (
    !reading.finished &&
    !reading.error &&
    of.call.place.endpoint.dialect &&
    JSON_DIALECTS.has(of.call.place.endpoint.dialect)
  ) {
    return garbage(of, "answered with something that is no JSON");
  }
  const charge = await chargeAnswer(of.call, of.admission, reading, () => meter.answerText());
  const isKept = of.cache.store !== null && isWhole(reading);
  // Who waits for the same answer need not wait until the client has taken it.
  const landing = isKept ? await land(answered, { reading, charge, chunks: [read.bytes] }) : null;
  const headers = headersOf(answered, true, charge);
  const init = { status: response.status, headers };
  const translation = of.call.unified?.translation;
  const answer = translation ? await translation.whole(new Response(read.bytes, init)) : null;
  const bytes = answer ? new Uint8Array(await answer.arrayBuffer()) : read.bytes;
  const head = answer ? { status: answer.status, headers: answer.headers } : init;
  const isLeft = of.onDisconnect === "drain" && (await sendDrained(of, bytes, head));
  if (of.onDisconnect === "abort") of.respond(new Response(bytes, head));
  const ending = endingOf(answered, reading, isLeft ? "left" : "complete", charge, Date.now());
  if (landing) await store(of, landing, isLeft);
  return ending;
}

/** A stream, or a long answer: every chunk to the client first, then to the meter. */
export async function relayed(answered: Answered, begun: Begun | null = null): Promise<Ending> {
  const { of, response, upstream } = answered;
  const meter = new StreamMeter(dialectOf(of), response.headers.get("content-type") ?? "");
  if (of.call.unified?.translation && !of.call.facts.stream && !meter.isEventStream) return tooLong(answered);
  const kept = of.cache.store ? new Kept() : null;
  let firstByteAt: number | null = null;
  const sliced = slicedStream(answered);
  const tape = of.lead?.flight.tape ?? null;
  const see = (chunk: Uint8Array, passed: Uint8Array) => {
    firstByteAt ??= Date.now();
    of.watch?.moved();
    meter.see(chunk);
    kept?.add(passed);
    if (tape) goLive(answered, meter);
  };
  const way = { client: of.client, cancel: () => upstream.abort() };
  const body = response.body as ReadableStream<Uint8Array>;
  const { watch } = of;
  const isOver = () => {
    const { finished, error } = meter.end();
    return finished || error !== null;
  };
  const mend = watch && meter.isEventStream ? { isWhole: isOver, terminal: () => watch.terminal() } : null;
  const first = begun?.first ?? [];
  const translation = of.call.unified?.translation;
  const isUnchanged = !sliced && !answered.removesUsage && of.onDisconnect === "abort" && !tape;
  let end: RelayEnd;
  let lasting: LastingWay | null = null;
  if (translation && isUnchanged) {
    const reader = begun?.reader ?? body.getReader();
    const seeing = observed({
      ...way,
      first,
      reader,
      edit: mend ? new WholeEvents() : null,
      mend,
      see: (chunk) => see(chunk, chunk),
    });
    const head = new Response(null, { status: response.status, headers: headersOf(answered, true) });
    of.respond(translation.stream(head, seeing.chunks));
    end = await seeing.end;
  } else {
    const taped = of.lead && tapedWay(of.lead, of.request.signal);
    const { readable, writable } = taped ?? new IdentityTransformStream();
    const answer = new Response(readable, { status: response.status, headers: headersOf(answered, true) });
    of.respond(translation?.stream(answer) ?? answer);
    lasting = taped ?? (of.onDisconnect === "drain" ? outlast(writable, of.request.signal) : null);
    const isAsItIs = isUnchanged && !watch && !begun && meter.isEventStream;
    end = isAsItIs
      ? await split({ ...way, body, to: writable, see: (chunk) => see(chunk, chunk) })
      : await relay({
          ...way,
          first,
          reader: begun?.reader ?? body.getReader(),
          to: lasting?.to ?? writable,
          see,
          edit: sliced ?? (answered.removesUsage ? new UsageChunkRemover() : mend ? new WholeEvents() : null),
          mend,
          guard: sliced && { covers: () => sliced.covers(), terminal: () => sliced.terminal(CUT_REASON) },
        });
  }
  const reading = meter.end();
  const ended = end === "complete" && (reading.finished || reading.error !== null);
  const charge = ended
    ? await chargeAnswer(of.call, of.admission, reading, () => meter.answerText())
    : await chargePartial(of.call, of.admission, reading, meter.answerText(), end === "cut" ? AHEAD_TOKENS : 0);
  const isLeft = lasting?.left() ?? false;
  const ending = endingOf(answered, reading, isLeft && ended ? "left" : end, charge, firstByteAt);
  if (ending.status === "cut") ending.refusedBy = sliced?.refusedBy;
  if (end === "complete" && isWhole(reading)) {
    const landing = await land(answered, { reading, charge, chunks: kept?.chunks ?? null });
    if (landing) await store(of, landing, isLeft);
  }
  return ending;
}

/** Whether the client was gone. */
async function sendDrained(of: Delivery, bytes: Uint8Array, init: ResponseInit): Promise<boolean> {
  const { readable, writable } = new FixedLengthStream(bytes.byteLength);
  of.respond(new Response(readable, init));
  return (await sendWhole(bytes, outlast(writable, of.request.signal), { askedAt: of.call.arrivedAt })).isLeft;
}

const isWhole = (reading: Reading): boolean => reading.finished && reading.error === null;

const CUT_REASON = "The budget is used up: meterr ended the answer here.";

/** Where the admission holds in slices: the stream's watcher. */
function slicedStream({ of, response, removesUsage }: Answered): SlicedStream | null {
  const { slices, hold } = of.admission;
  const cutter = cutterOf(of.call.place.endpoint.dialect);
  const isSse = /event-stream/i.test(response.headers.get("content-type") ?? "");
  if (!slices || !hold || !cutter || !isSse) return null;
  const { provider, model } = of.call.scope;
  const encoding = countIsExactFor(provider, model) ? encodingFor(model) : null;
  return new SlicedStream({
    plan: slices,
    wallet: of.wallet,
    hold,
    dialect: dialectOf(of),
    cutter,
    removesUsage,
    encoding,
  });
}

/** Nobody can be billed for what is no answer. */
export function garbage(of: Delivery, what: string): Ending {
  const error = gatewayError("upstream_unreachable", `${of.call.scope.provider} ${what}. Nothing was charged.`);
  of.respond(errorResponse(error, of.call.id, of.shape));
  return { status: "error", httpStatus: error.status, errorCode: error.code };
}

/** It is billed all the same. */
function tooLong({ of, upstream }: Answered): Ending {
  upstream.abort();
  const { provider } = of.call.scope;
  const error = gatewayError("upstream_unreachable", `${provider} answered with more than can be translated.`);
  of.respond(errorResponse(error, of.call.id, of.shape));
  return { status: "error", httpStatus: error.status, errorCode: error.code, charge: boundCharge(of.admission) };
}

function endingOf(
  { of, response }: Answered,
  reading: Reading,
  end: RelayEnd,
  charge: Charge,
  firstByteAt: number | null,
): Ending {
  const status: Status =
    end === "left"
      ? "aborted"
      : end === "cut"
        ? "cut"
        : reading.error !== null
          ? "error"
          : end === "broken" || !reading.finished
            ? "truncated"
            : "ok";
  const isComplete = isWhole(reading) && (end === "complete" || end === "left");
  const { call, admission, earlier } = of;
  return {
    ...(isComplete && savedBy(call, pricedAt(call, admission), { reading, charge, earlier })),
    status,
    httpStatus: response.status,
    charge,
    modelServed: reading.modelServed,
    firstByteAt,
    errorCode: status === "error" ? "upstream_error" : null,
    background: reading.backgroundId === undefined ? null : { id: reading.backgroundId, used: null },
  };
}

export function headersOf(answered: Answered, decoded: boolean, charge?: Charge): Record<string, string> {
  const { of, response } = answered;
  const { hold } = of.admission;
  const headers = towardsClient(response.headers, decoded);
  if (of.call.unified) leadUploadsBack(headers, of.request.url);
  const before = of.earlier.reduce((sum, one) => sum + (one.charge.costNanos ?? 0), 0);
  const spent = charge?.costNanos == null ? null : charge.costNanos + before;
  const left = hold?.remainingNanos ?? null;
  ownHeaders(headers, of.call, {
    cache: of.cache.outcome,
    attempts: of.earlier.length + 1,
    // Of a hold, what was not spent is back.
    remainingNanos: hold && left !== null && spent !== null ? left + hold.nanos - spent : left,
  });
  if (charge && spent !== null) headers.set("x-meterr-cost-usd", usdFromNanos(spent));
  if (hold && hold.rates.length > 0) rateLimitHeaders(headers, hold.rates, of.shape);
  return headers.toInit();
}

function dialectOf(of: Delivery): Dialect {
  const name = of.call.place.endpoint.dialect;
  if (name === null) throw new Error("an answer without a dialect is not read");
  return DIALECTS[name];
}

/** Whoever follows may have the stream as it comes, from what is no error on; but none that a budget may still cut. */
function goLive({ of, response }: Answered, meter: StreamMeter): void {
  const flight = of.lead?.flight;
  if (!flight || flight.live || of.admission.slices || meter.hasFailed) return;
  flight.live = { status: response.status, headers: [...towardsClient(response.headers, true)] };
}

/** The complete answer, for the cache and for who waits for it; null where nobody wants it. `chunks`: null where it is too long. */
async function land(
  { of, response }: Answered,
  { reading, charge, chunks }: { reading: Reading; charge: Charge; chunks: readonly Uint8Array[] | null },
): Promise<Landing | null> {
  const { store } = of.cache;
  if (!store) return null;
  const landing: Landing = {
    status: response.status,
    headers: [...towardsClient(response.headers, true)],
    modelServed: reading.modelServed,
    tokens: charge.tokens,
    costNanos: charge.costNanos,
    expiresAt: Date.now() + store.plan.ttlSeconds * 1000,
    body: chunks && new Uint8Array(await new Blob([...chunks]).arrayBuffer()),
  };
  of.lead?.flight.land(landing);
  return landing;
}

async function store({ cache }: Delivery, { body, ...head }: Landing, isLeft: boolean): Promise<void> {
  const place = cache.store;
  if (!place || !body || (place.plan.write === "abandoned" && !isLeft)) return;
  await writeAnswer(place.kv, place.key, { ...head, body }, place.plan.ttlSeconds);
}

/** The chunks that the client got, as long as they may be stored. */
class Kept {
  chunks: Uint8Array[] | null = [];
  #bytes = 0;

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > MAX_STORED_BYTES) this.chunks = null;
    this.chunks?.push(chunk);
  }
}

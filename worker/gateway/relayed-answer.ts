/** Streams, and answers too long to be read first: to the client as they come, and read on the way. */
import { gatewayError } from "../core/errors.ts";
import { cutterOf } from "../dialects/cut.ts";
import { countIsExactFor, encodingFor } from "../pricing/index.ts";
import { type Answered, type Begun, dialectOf, endingOf, headersOf, isWhole } from "./answer.ts";
import { boundCharge, chargeAnswer, chargePartial } from "./charge.ts";
import type { Ending } from "./event.ts";
import { goLive, Kept, land, store } from "./landing.ts";
import { tapedWay } from "./lead.ts";
import { observed } from "./observed.ts";
import { type LastingWay, outlast } from "./outlast.ts";
import { type RelayEnd, relay } from "./relay.ts";
import { errorResponse } from "./respond.ts";
import { SlicedStream } from "./slices.ts";
import { split } from "./split.ts";
import { StreamMeter } from "./stream-meter.ts";
import { UsageChunkRemover } from "./usage-chunk.ts";
import { WholeEvents } from "./whole-events.ts";

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
  // Where the client or the provider left after the last count, it holds; of several choices each has an end of its own.
  const isTold = end !== "cut" && reading.finished && reading.reported !== null && of.call.facts.choices === 1;
  const ended = isTold || (end === "complete" && (reading.finished || reading.error !== null));
  const charge = ended
    ? await chargeAnswer(of.call, of.admission, reading, () => meter.answerText())
    : await chargePartial(
        of.call,
        of.admission,
        reading,
        meter.answerText(),
        end === "cut" ? (sliced?.aheadTokens ?? 0) : 0,
      );
  const isLeft = lasting?.left() ?? false;
  const ending = endingOf(answered, reading, isLeft && ended ? "left" : end, charge, firstByteAt);
  if (ending.status === "cut") ending.refusedBy = sliced?.refusedBy;
  if (end === "complete" && isWhole(reading)) {
    const landing = await land(answered, { reading, charge, chunks: kept?.chunks ?? null });
    if (landing) store(of, landing, isLeft);
  }
  return ending;
}

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

/** It is billed all the same. */
function tooLong({ of, upstream }: Answered): Ending {
  upstream.abort();
  const { provider } = of.call.scope;
  const error = gatewayError("upstream_unreachable", `${provider} answered with more than can be translated.`);
  of.respond(errorResponse(error, of.call.id, of.shape));
  return { status: "error", httpStatus: error.status, errorCode: error.code, charge: boundCharge(of.admission) };
}

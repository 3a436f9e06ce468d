/** Unstreamed answers: read, metered and, where need be, translated before they go out. */
import type { DialectName } from "../dialects/index.ts";
import { type Answered, dialectOf, endingOf, garbage, headersOf, isWhole, mostWhole } from "./answer.ts";
import { chargeAnswer, chargePartial } from "./charge.ts";
import type { Delivery } from "./delivery.ts";
import type { Ending } from "./event.ts";
import { land, store } from "./landing.ts";
import { outlast, sendWhole } from "./outlast.ts";
import { readAnswer } from "./read-answer.ts";
import { relayed } from "./relayed-answer.ts";
import { StreamMeter } from "./stream-meter.ts";

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
  if (landing) store(of, landing, isLeft);
  return ending;
}

/** Whether the client was gone. */
async function sendDrained(of: Delivery, bytes: Uint8Array, init: ResponseInit): Promise<boolean> {
  const { readable, writable } = new FixedLengthStream(bytes.byteLength);
  of.respond(new Response(readable, init));
  return (await sendWhole(bytes, outlast(writable, of.request.signal), { askedAt: of.call.arrivedAt })).isLeft;
}

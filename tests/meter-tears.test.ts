/** Every recorded stream, torn and framed in every way that the wire may: the meter reads the same, the client gets the same. */
import { isDeepStrictEqual } from "node:util";
import Anthropic from "@anthropic-ai/sdk";
import fc from "fast-check";
import OpenAI from "openai";
import { beforeAll, describe, expect, test } from "vitest";
import { cutterOf } from "../worker/dialects/cut.ts";
import { DIALECTS, type DialectName } from "../worker/dialects/index.ts";
import type { Reading } from "../worker/dialects/types.ts";
import { SlicedStream } from "../worker/gateway/slices.ts";
import { StreamMeter } from "../worker/gateway/stream-meter.ts";
import { UsageChunkRemover } from "../worker/gateway/usage-chunk.ts";
import { providerOf } from "../worker/providers/registry.ts";
import type { Wallet } from "../worker/wallet/types.ts";
import { blocksOf, FRAMINGS, framed, isUsageChunk } from "./support/frames.ts";
import { type Recording, readRecordings, recordingsPresent } from "./support/recordings.ts";

/** Streams up to this size are torn in two at every byte, and the shortest ones of each provider's endpoint in any case. */
const EVERY_BYTE_UP_TO = 1_500;
const SHORTEST_OF_EACH = 2;
/** Longer ones are torn at so many places, evenly. */
const PLACES = 8;
/** Tearing at every byte is work of ten seconds, alone on a machine. */
const TEARS_MS = 300_000;

interface Stream {
  recording: Recording;
  dialect: DialectName;
  type: string;
  bytes: Uint8Array;
  reading: Reading;
  text: string | null;
}

const encoder = new TextEncoder();
const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

function dialectFor({ provider, request }: Recording): DialectName | null {
  return providerOf(provider)?.endpoint(request.method, new URL(request.url).pathname).dialect ?? null;
}

function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const all: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.byteLength]) {
    all.push(bytes.subarray(from, cut));
    from = cut;
  }
  return all;
}

const singles = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

/** What the meter makes of an answer in these pieces. */
function read({ dialect, type }: Pick<Stream, "dialect" | "type">, of: readonly Uint8Array[]): StreamMeter {
  const meter = new StreamMeter(DIALECTS[dialect], type);
  for (const piece of of) meter.see(piece);
  return meter;
}

function expectSame(stream: Stream, of: readonly Uint8Array[], what: string): void {
  const reading = read(stream, of).end();
  // A hundred thousand times: what is told of a difference costs more than finding none.
  if (isDeepStrictEqual(reading, stream.reading)) return;
  expect(reading, `${stream.recording.id} ${what}`).toEqual(stream.reading);
}

/** What the client gets of a stream in these pieces where a usage chunk was asked for on its behalf. */
function removed(of: readonly Uint8Array[]): string {
  const remover = new UsageChunkRemover();
  return asText(Buffer.concat([...of.map((piece) => remover.pass(piece)), remover.end()]));
}

/** Likewise of a stream in slices; `passed` are its parts. */
function sliced(dialect: DialectName, of: readonly Uint8Array[], removesUsage: boolean): string[] | null {
  const stream = slicedStream(dialect, removesUsage);
  return stream && [...of.map((piece) => asText(stream.pass(piece))), asText(stream.end())];
}

function slicedStream(dialect: DialectName, removesUsage: boolean): SlicedStream | null {
  const cutter = cutterOf(dialect);
  if (!cutter) return null;
  return new SlicedStream({
    plan: { input: { nanos: 0, tokens: 0 }, tokenPicos: 0, whole: { nanos: 0, tokens: 0 }, aheadTokens: 0 },
    // Nothing is topped up here.
    wallet: {} as Wallet,
    hold: { id: "h", nanos: 0, tenant: "t", tokens: null, remainingNanos: null, rates: [] } as ConstructorParameters<
      typeof SlicedStream
    >[0]["hold"],
    dialect: DIALECTS[dialect],
    cutter,
    removesUsage,
    encoding: null,
  });
}

/** A stream that a budget ended after `bytes` of it, as the client gets it. */
function cutAfter(dialect: DialectName, bytes: Uint8Array): string | null {
  const stream = slicedStream(dialect, false);
  return stream && asText(stream.pass(bytes)) + asText(stream.terminal("The budget is used up."));
}

/** How the official SDK ends with a stream; undefined where there is none for it here. */
async function finishBySdk(dialect: DialectName, text: string): Promise<unknown> {
  const fetch = async () => new Response(text, { headers: { "content-type": "text/event-stream" } });
  const openai = new OpenAI({ apiKey: "none", maxRetries: 0, fetch });
  switch (dialect) {
    case "chat": {
      const { choices } = await openai.chat.completions.stream({ model: "m", messages: [] }).finalChatCompletion();
      return choices.map((choice) => choice.finish_reason).find((reason) => reason !== null);
    }
    case "responses":
      return (await openai.responses.stream({ model: "m", input: "" }).finalResponse()).status;
    case "messages": {
      const anthropic = new Anthropic({ apiKey: "none", maxRetries: 0, fetch });
      return (await anthropic.messages.stream({ model: "m", max_tokens: 1, messages: [] }).finalMessage()).stop_reason;
    }
    default:
      return undefined;
  }
}

describe.skipIf(!recordingsPresent)("recorded streams", () => {
  const streams: Stream[] = [];
  let short: Stream[] = [];
  let events: Stream[] = [];

  beforeAll(() => {
    for (const recording of readRecordings()) {
      const dialect = recording.stream ? dialectFor(recording) : null;
      if (!dialect || recording.response.body_encoding || recording.response.status >= 400) continue;
      const type = recording.response.headers["content-type"] ?? "";
      const bytes = encoder.encode(recording.response.body);
      const meter = read({ dialect, type }, [bytes]);
      streams.push({ recording, dialect, type, bytes, reading: meter.end(), text: meter.answerText() });
    }
    streams.sort((a, b) => a.bytes.byteLength - b.bytes.byteLength);
    const taken = new Map<string, number>();
    short = streams.filter(({ recording: { provider, endpoint }, bytes }) => {
      const count = (taken.get(`${provider} ${endpoint}`) ?? 0) + 1;
      taken.set(`${provider} ${endpoint}`, count);
      return bytes.byteLength <= EVERY_BYTE_UP_TO || (count <= SHORTEST_OF_EACH && bytes.byteLength < 20_000);
    });
    events = streams.filter(({ recording }) => /^(?:\uFEFF|:|data|event)/.test(recording.response.body.trimStart()));
    console.log(
      `${streams.length} streams, ${events.length} of them event streams; ${short.length} are torn at every byte: ` +
        [...taken].map(([name, count]) => `${name} ${count}`).join(", "),
    );
  });

  test(
    "tell the same usage torn in two at every byte",
    () => {
      for (const stream of short) {
        for (let at = 0; at <= stream.bytes.byteLength; at++)
          expectSame(stream, pieces(stream.bytes, [at]), `at ${at}`);
      }
      for (const stream of streams) {
        const step = Math.max(1, Math.floor(stream.bytes.byteLength / PLACES));
        for (let at = 0; at < stream.bytes.byteLength; at += step)
          expectSame(stream, pieces(stream.bytes, [at]), `at ${at}`);
      }
    },
    TEARS_MS,
  );

  test("ended by a budget anywhere, in an event or a character, are finished by the official SDKs", async () => {
    let cuts = 0;
    for (const { dialect, bytes, recording, reading } of events) {
      const text = recording.response.body;
      // The API before Messages is never held in slices, and what the SDK cannot finish as it is, it cannot finish cut.
      if (reading.error !== null || recording.endpoint === "complete") continue;
      if (
        await finishBySdk(dialect, text)
          .catch(() => "failed")
          .then((end) => end === "failed")
      )
        continue;
      const first = encoder.encode(/^.*?data:.*?\r?\n\r?\n/s.exec(text)?.[0] ?? text).byteLength;
      for (const at of [first, bytes.byteLength >> 1, bytes.byteLength - (bytes.byteLength >> 2)]) {
        // Before a first event nothing is cut.
        const cut = cutAfter(dialect, bytes.subarray(0, Math.max(first, at)));
        if (cut === null) continue;
        const end = await finishBySdk(dialect, cut).catch((cause: unknown) => `failed: ${String(cause)}`);
        if (end === undefined) continue;
        cuts++;
        expect(end, `${recording.id} at ${at}`).not.toMatch(/^failed/);
      }
    }
    console.log(`${cuts} cuts finished by the SDKs`);
    expect(cuts).toBeGreaterThan(400);
  });

  test("tell the same usage and text byte by byte", () => {
    for (const stream of streams) {
      const meter = read(stream, singles(stream.bytes));
      expect(meter.end(), stream.recording.id).toEqual(stream.reading);
      expect(meter.answerText(), stream.recording.id).toBe(stream.text);
    }
  });

  test.each(FRAMINGS)("tell the same usage and text framed with $name", (framing) => {
    for (const stream of events) {
      const bytes = encoder.encode(framed(blocksOf(asText(stream.bytes)), framing));
      expectSame(stream, [bytes], "whole");
      const meter = read(stream, bytes.byteLength < 20_000 ? singles(bytes) : pieces(bytes, [bytes.byteLength >> 1]));
      expect(meter.end(), `${stream.recording.id} in bytes`).toEqual(stream.reading);
      expect(meter.answerText(), stream.recording.id).toBe(stream.text);
    }
  });

  test("tell the same usage in any pieces of any framing, and reach the client but for the usage chunk", () => {
    fc.assert(
      fc.property(
        fc.nat(events.length - 1),
        fc.constantFrom(...FRAMINGS),
        fc.array(fc.nat(5_000), { maxLength: 30 }),
        fc.nat(64),
        (which, framing, places, grain) => {
          const stream = events[which] as Stream;
          const blocks = blocksOf(asText(stream.bytes));
          const text = framed(blocks, framing);
          const bytes = encoder.encode(text);
          const even = Array.from({ length: grain }, (_, n) => Math.floor(((n + 1) * bytes.byteLength) / (grain + 1)));
          const cuts = [...places.map((place) => place % bytes.byteLength), ...even].sort((a, b) => a - b);
          const torn = pieces(bytes, cuts);
          expectSame(stream, torn, `${framing.name} at ${cuts}`);
          const without = framed(blocks, framing, (block) => !isUsageChunk(block));
          expect(removed(torn)).toBe(without);
          const whole = sliced(stream.dialect, torn, false);
          const less = sliced(stream.dialect, torn, true);
          if (!whole || !less) return;
          expect(whole.join("")).toBe(text);
          expect(less.join("")).toBe(without);
          for (const part of whole.slice(0, -1)) if (part !== "") expect(part).toMatch(/(\r\n|\n|\r)(\r\n|\n|\r)$/);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test("reach the client but for the usage chunk, torn at every byte and byte by byte", () => {
    for (const framing of FRAMINGS.filter(({ name }) => /^(?:LF|CR|CR LF|data on several lines)$/.test(name))) {
      for (const { bytes, dialect, recording } of short.filter((one) => events.includes(one))) {
        const blocks = blocksOf(asText(bytes));
        if (bytes.byteLength > EVERY_BYTE_UP_TO || !blocks.some(isUsageChunk)) continue;
        const text = encoder.encode(framed(blocks, framing));
        const without = framed(blocks, framing, (block) => !isUsageChunk(block));
        for (let at = 0; at <= text.byteLength; at++) {
          const torn = pieces(text, [at]);
          expect(removed(torn), `${recording.id} ${framing.name} at ${at}`).toBe(without);
        }
        expect(removed(singles(text)), recording.id).toBe(without);
        expect(sliced(dialect, singles(text), true)?.join("") ?? without, recording.id).toBe(without);
      }
    }
  });
});

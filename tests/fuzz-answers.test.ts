/** Answers as no provider should send them: recorded ones, broken in every way. No crash, no hang, no total that cannot be. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { parseJson } from "../worker/core/json.ts";
import { SseSplitter } from "../worker/core/sse.ts";
import { DIALECTS, type DialectName } from "../worker/dialects/index.ts";
import type { Reported } from "../worker/dialects/types.ts";
import { StreamMeter } from "../worker/gateway/stream-meter.ts";
import { UsageChunkRemover } from "../worker/gateway/usage-chunk.ts";
import { EventGate } from "../worker/gateway/whole-events.ts";
import { hostile, type Json } from "./support/hostile-json.ts";
import { type Metered, metered } from "./support/metering.ts";
import { type Recording, readRecordings, recordingsPresent, responseBytes } from "./support/recordings.ts";

/** A case that takes longer hangs; a machine that does other things takes its time too. */
const SLOWEST_MS = 2_000;
/** Larger recordings would be most of the time. */
const LONGEST_BYTES = 60_000;

/** One way to break bytes. */
type Break = { how: "flip" | "delete" | "insert" | "cut" | "repeat" | "digit"; at: number; size: number };

const breaks: fc.Arbitrary<Break[]> = fc.array(
  fc.record({
    how: fc.constantFrom("flip", "delete", "insert", "cut", "repeat", "digit"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    size: fc.nat(400),
  }) as fc.Arbitrary<Break>,
  { minLength: 1, maxLength: 4 },
);

function broken(bytes: Uint8Array, all: readonly Break[]): Uint8Array {
  let now = Buffer.from(bytes);
  for (const { how, at, size } of all) {
    const from = Math.floor(at * now.length);
    const [head, tail] = [now.subarray(0, from), now.subarray(from)];
    if (how === "flip")
      now = Buffer.concat([head, Buffer.from([(tail[0] ?? 0) ^ (1 << (size % 8))]), tail.subarray(1)]);
    if (how === "delete") now = Buffer.concat([head, tail.subarray(size)]);
    if (how === "insert") now = Buffer.concat([head, Buffer.alloc(size % 50, size), tail]);
    if (how === "cut") now = Buffer.from(head);
    if (how === "repeat") now = Buffer.concat([head, tail.subarray(0, size), tail]);
    // A number that has become longer is what hurts a bill.
    if (how === "digit")
      now = Buffer.from(now.toString("latin1").replace(/tokens?"\s*:\s*/gi, `$&${"9".repeat(size % 30)}`), "latin1");
  }
  return now;
}

/** Events left out, doubled and in another order: each whole. */
function shuffled(text: string, picks: readonly number[]): string {
  const blocks = text.split("\n\n");
  return picks.map((pick) => blocks[pick % blocks.length] ?? "").join("\n\n");
}

/** Nothing in it is negative, no number, or beyond what the books hold; where nothing was told, the record says who counted. */
function expectSound({ charge, reading, call }: Metered): void {
  const { costNanos, tokens, units, usageSource, priceSource, unpriced } = charge;
  expect(costNanos === null || (Number.isSafeInteger(costNanos) && costNanos >= 0), `cost ${costNanos}`).toBe(true);
  for (const counts of [tokens, ...(charge.shares ?? []).map((share) => share.tokens)]) {
    for (const [kind, count] of Object.entries(counts)) {
      expect(Number.isSafeInteger(count) && count >= 0, `${kind} ${count}`).toBe(true);
    }
  }
  for (const [unit, count] of Object.entries(units)) expect(count >= 0 && count <= 1e8, `${unit} ${count}`).toBe(true);
  if (usageSource === "provider") expect(reading.reported).not.toBeNull();
  if (reading.reported === null && !call.facts.background) expect(["counted", "none", "bound"]).toContain(usageSource);
  if (priceSource === "none") expect(costNanos === null || costNanos === 0 || unpriced.length > 0).toBe(true);
  expect((reading.modelServed ?? "").length).toBeLessThanOrEqual(256);
}

/** As `recording` with another body in its answer. */
const withAnswer = (recording: Recording, body: Uint8Array): Recording => ({
  ...recording,
  response: { ...recording.response, body: Buffer.from(body).toString("base64"), body_encoding: "base64" },
});

async function meteredInTime(recording: Recording): Promise<void> {
  const from = performance.now();
  const one = await metered(recording);
  if (one) expectSound(one);
  expect(performance.now() - from).toBeLessThan(SLOWEST_MS);
}

describe.skipIf(!recordingsPresent)("a recorded answer", () => {
  let all: Recording[] = [];
  let streams: Recording[] = [];

  beforeAll(() => {
    all = readRecordings().filter(
      (one) =>
        one.response.status < 400 &&
        one.response.body.length < LONGEST_BYTES &&
        JSON.stringify(one.request).length < LONGEST_BYTES,
    );
    streams = all.filter((one) => one.stream && !one.response.body_encoding);
    expect(streams.length).toBeGreaterThan(50);
  });

  test("with bytes flipped, left out, put in and repeated is metered soundly", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), breaks, async (which, how) => {
        const recording = all[which % all.length] as Recording;
        await meteredInTime(withAnswer(recording, broken(responseBytes(recording), how)));
      }),
      { numRuns: 1_000 },
    );
  });

  test("with its events left out, doubled and out of order is metered soundly", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat(400), { maxLength: 40 }), async (which, picks) => {
        const recording = streams[which % streams.length] as Recording;
        await meteredInTime(withAnswer(recording, Buffer.from(shuffled(recording.response.body, picks))));
      }),
      { numRuns: 1_000 },
    );
  });

  test("that breaks off before its usage is never billed as the provider's count", async () => {
    const silent = streams.filter((one) => !/usage/i.test(one.response.body.slice(0, one.response.body.length >> 1)));
    expect(silent.length).toBeGreaterThan(20);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (which) => {
        const recording = silent[which % silent.length] as Recording;
        const bytes = responseBytes(recording);
        const one = await metered(withAnswer(recording, bytes.subarray(0, bytes.byteLength >> 1)));
        if (one) expect(one.charge.usageSource).not.toBe("provider");
      }),
      { numRuns: 200 },
    );
  });
});

/** One whole answer of each format, with all that is read of it. */
const ANSWERS: Partial<Record<DialectName, Json>> = {
  chat: {
    model: "gpt-4o-mini",
    service_tier: "default",
    choices: [
      { finish_reason: "stop", message: { content: "Hi", tool_calls: [{ function: { name: "f", arguments: "{}" } }] } },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      cost: 0.1,
      prompt_tokens_details: { cached_tokens: 2, audio_tokens: 1, image_tokens: 1, cache_write_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 1, audio_tokens: 1 },
      cost_details: { upstream_inference_cost: 0.1 },
      server_side_tool_usage_details: { web_search_calls: 1 },
    },
  },
  responses: {
    id: "resp_1",
    model: "gpt-5-mini",
    status: "completed",
    background: false,
    output: [
      { type: "web_search_call", action: { type: "search" } },
      { type: "code_interpreter_call", container_id: "c" },
    ],
    tools: [{ type: "code_interpreter", container: { memory_limit: "4g" } }],
    usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15, cost_in_usd_ticks: 100 },
  },
  messages: {
    model: "claude-haiku-4-5",
    type: "message",
    usage: {
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: 1,
      cache_creation_input_tokens: 1,
      cache_creation: { ephemeral_1h_input_tokens: 1 },
      server_tool_use: { web_search_requests: 1 },
      iterations: [{ model: "claude-opus-4-5", input_tokens: 10, output_tokens: 5 }],
      service_tier: "standard",
    },
  },
  gemini: {
    modelVersion: "gemini-2.5-flash",
    candidates: [
      {
        finishReason: "STOP",
        content: { parts: [{ text: "Hi" }, { functionCall: { args: {} } }] },
        groundingMetadata: { webSearchQueries: ["q"], groundingChunks: [{ maps: {} }] },
      },
    ],
    usageMetadata: {
      promptTokenCount: 10,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 1,
      cachedContentTokenCount: 1,
      toolUsePromptTokenCount: 1,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 1 }],
      cacheTokensDetails: [{ modality: "IMAGE", tokenCount: 1 }],
    },
    predictions: [{ embeddings: { statistics: { token_count: 1 } } }],
    metadata: { billableCharacterCount: 1 },
  },
  cohere: {
    delta: {},
    meta: {
      billed_units: { input_tokens: 10, output_tokens: 5, search_units: 1, image_tokens: 1 },
      tokens: { reasoning_tokens: 1 },
    },
  },
  embeddings: {
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 1, total_tokens: 1 },
    usage_info: { pages_processed: 1 },
    pages: [{ images: [{ image_annotation: 1 }] }],
  },
  transcription: { text: "Hi", duration: 12.5, usage: { type: "duration", seconds: 13 } },
};

const isSoundReport = ({ tokens, units, costUsd }: Reported): boolean =>
  [...Object.values(tokens), ...Object.values(units), costUsd ?? 0].every((count) => count >= 0 && count <= 1e9);

describe("an answer", () => {
  test.each(Object.keys(ANSWERS) as DialectName[])(
    "of %s with anything anywhere is read soundly, whole and as events",
    (name) => {
      fc.assert(
        fc.property(
          hostile(ANSWERS[name] as Json, ["error", "type", "x_groq", "response", "message"]),
          fc.boolean(),
          (text, isStream) => {
            const meter = new StreamMeter(DIALECTS[name], isStream ? "text/event-stream" : "application/json");
            const from = performance.now();
            meter.seeAll(new TextEncoder().encode(isStream ? `data: ${text}\n\ndata: ${text}\n\n` : text));
            const { reported, modelServed } = meter.end();
            expect(reported === null || isSoundReport(reported), JSON.stringify(reported)).toBe(true);
            expect((modelServed ?? "").isWellFormed()).toBe(true);
            expect(typeof meter.answerText()).toBe("string");
            expect(performance.now() - from).toBeLessThan(SLOWEST_MS);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  test("that is one event without an end is let go, not kept", () => {
    const piece = "x".repeat(1_000_000);
    const lengths: number[] = [];
    const read = () => new SseSplitter(({ data }) => lengths.push(data.length));
    const inOneLine = read();
    inOneLine.push("data: ");
    for (let n = 0; n < 100; n++) inOneLine.push(piece);
    // What follows it is read again.
    inOneLine.push("\n\ndata: abc\n\n");
    expect(lengths).toEqual([3]);
    const inManyLines = read();
    for (let n = 0; n < 100; n++) inManyLines.push(`data: ${piece}\n`);
    inManyLines.push("\ndata: abc\n\n");
    expect(Math.max(...lengths)).toBeLessThan(65_000_000);
    expect(lengths.at(-1)).toBe(3);
    const before = process.memoryUsage().arrayBuffers;
    const meter = new StreamMeter(DIALECTS.chat, "text/event-stream");
    for (let n = 0; n < 100; n++) meter.see(Buffer.from(piece));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
    // It cannot be counted, so that its bound is what counts.
    expect(meter.answerText()).toBeNull();
    expect(meter.end().reported).toBeNull();
  });
});

describe("any bytes in any pieces", () => {
  const lines = fc.constantFrom(
    "data: {}",
    "data:",
    "event: x",
    ":",
    "data: [DONE]",
    "id: 1",
    '{"choices":[],"usage":{}}',
    'data: {"choices":[],"usage":{}}',
    "\uFEFF",
    "é",
  );
  const ends = fc.constantFrom("\n", "\r", "\r\n", "\n\n", "\r\r", "\n\r", "");
  const stream = fc
    .array(
      fc.oneof(
        fc.tuple(lines, ends).map(([line, end]) => line + end),
        fc.string({ unit: "binary", maxLength: 10 }),
      ),
      { maxLength: 20 },
    )
    .map((all) => new TextEncoder().encode(all.join("")));
  const torn = fc.tuple(stream, fc.array(fc.nat(200), { maxLength: 12 })).map(([bytes, cuts]) => {
    const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
    return { bytes, pieces: [0, ...at].map((from, n) => bytes.subarray(from, at[n] ?? bytes.length)) };
  });

  test("pass the gate unchanged, and end there where an event ends", () => {
    fc.assert(
      fc.property(torn, ({ bytes, pieces }) => {
        const gate = new EventGate();
        const out = pieces.map((piece) => Buffer.from(gate.take(piece) ?? []));
        expect(gate.heldBytes).toBe(bytes.length - Buffer.concat(out).length);
        expect(Buffer.concat([...out, gate.rest()]).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("are the same events, however they are torn", () => {
    const eventsOf = (pieces: readonly string[]) => {
      const events: string[] = [];
      const splitter = new SseSplitter(({ name, data }) => events.push(`${name} ${data}`));
      for (const piece of pieces) splitter.push(piece);
      splitter.end();
      return events;
    };
    fc.assert(
      fc.property(torn, ({ bytes, pieces }) => {
        const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
        const texts = pieces.map((piece) => decoder.decode(piece, { stream: true }));
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        expect(eventsOf([...texts, decoder.decode()])).toEqual(eventsOf([whole]));
      }),
      { numRuns: 2_000 },
    );
  });

  test("lose nothing but usage chunks on their way to the client", () => {
    fc.assert(
      fc.property(torn, ({ bytes, pieces }) => {
        const remover = new UsageChunkRemover();
        const out = Buffer.concat([...pieces.map((piece) => remover.pass(piece)), remover.end()]);
        const isUsage = bytes.length !== out.length;
        if (isUsage) expect(Buffer.from(bytes).toString("utf8")).toContain('"usage":{}');
        else expect(out.equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of JSON's are parsed or no JSON, never an exception", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.json(),
          fc.nat(20_000).map((n) => "[".repeat(n) + "]".repeat(n)),
        ),
        (text) => {
          parseJson(text);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_TOKENS, type Tokens } from "../core/usage.ts";
import { cutterOf } from "../dialects/cut.ts";
import { DIALECTS, type DialectName } from "../dialects/index.ts";
import type { Hold, Wallet } from "../wallet/types.ts";
import { SlicedStream } from "./slices.ts";
import { StreamMeter } from "./stream-meter.ts";
import { UsageChunkRemover } from "./usage-chunk.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const data = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`;
const named = (json: { type: string } & Record<string, unknown>) => `event: ${json.type}\n${data(json)}`;

interface Sample {
  dialect: DialectName;
  type: string;
  /** The stream whose answer says `big`. */
  stream: (big: string) => string;
  tokens: Partial<Tokens>;
  /** Without it the text is not told. */
  told: boolean;
}

const EVENT_STREAM = "text/event-stream";
const SAMPLES: Record<string, Sample> = {
  chat: {
    dialect: "chat",
    type: EVENT_STREAM,
    stream: (big) =>
      data({ id: "c", model: "gpt-4o", choices: [{ index: 0, delta: { content: big } }] }) +
      data({ id: "c", model: "gpt-4o", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) +
      data({ id: "c", choices: [], usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 } }) +
      "data: [DONE]\n\n",
    tokens: { input: 7, output: 9 },
    told: true,
  },
  responses: {
    dialect: "responses",
    type: EVENT_STREAM,
    stream: (big) =>
      named({ type: "response.created", response: { id: "r", model: "gpt-5", usage: null } }) +
      named({ type: "response.output_text.delta", delta: big }) +
      named({
        type: "response.completed",
        // The whole answer comes again, beside its usage.
        response: { id: "r", output: [{ type: "message", text: big }], usage: { input_tokens: 7, output_tokens: 9 } },
      }),
    tokens: { input: 7, output: 9 },
    told: true,
  },
  messages: {
    dialect: "messages",
    type: EVENT_STREAM,
    stream: (big) =>
      named({
        type: "message_start",
        message: { model: "claude-haiku-4-5", usage: { input_tokens: 7, output_tokens: 1 } },
      }) +
      named({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: big } }) +
      named({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } }) +
      named({ type: "message_stop" }),
    tokens: { input: 7, output: 9 },
    told: true,
  },
  gemini: {
    dialect: "gemini",
    type: EVENT_STREAM,
    stream: (big) =>
      data({
        candidates: [
          { content: { parts: [{ inlineData: { mimeType: "image/png", data: big } }] }, finishReason: "STOP" },
        ],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 9 },
        modelVersion: "gemini-2.5-flash-image",
      }),
    tokens: { input: 7, output: 9 },
    told: false,
  },
  "gemini's array": {
    dialect: "gemini",
    type: "application/json",
    stream: (big) =>
      JSON.stringify([
        { candidates: [{ content: { parts: [{ text: big }] } }], usageMetadata: { promptTokenCount: 7 } },
        { candidates: [{ finishReason: "STOP" }], usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 9 } },
      ]),
    tokens: { input: 7, output: 9 },
    told: true,
  },
  cohere: {
    dialect: "cohere",
    type: EVENT_STREAM,
    stream: (big) =>
      data({ type: "content-delta", delta: { message: { content: { text: big } } } }) +
      data({ type: "message-end", delta: { usage: { billed_units: { input_tokens: 7, output_tokens: 9 } } } }),
    tokens: { input: 7, output: 9 },
    told: true,
  },
  "cohere's lines": {
    dialect: "cohere",
    type: "application/stream+json",
    stream: (big) =>
      `${[
        { event_type: "text-generation", text: big },
        { event_type: "stream-end", response: { meta: { billed_units: { input_tokens: 7, output_tokens: 9 } } } },
      ]
        .map((line) => JSON.stringify(line))
        .join("\n")}\n`,
    tokens: { input: 7, output: 9 },
    told: true,
  },
  images: {
    dialect: "images",
    type: EVENT_STREAM,
    stream: (big) =>
      named({ type: "image_generation.partial_image", b64_json: big }) +
      named({ type: "image_generation.completed", b64_json: big, usage: { input_tokens: 7, output_tokens: 9 } }),
    tokens: { input: 7, output: 9, outputImage: 9 },
    told: false,
  },
  transcription: {
    dialect: "transcription",
    type: EVENT_STREAM,
    stream: (big) =>
      data({ type: "transcript.text.delta", delta: big }) +
      data({ type: "transcript.text.done", text: big, usage: { type: "tokens", input_tokens: 7, output_tokens: 9 } }),
    tokens: { input: 7, output: 9 },
    told: true,
  },
};
const SAID = 'say "usage":{"prompt_tokens":1} \n\ndata: [DONE]\r\né€😀 \u2028 end';

function meterOf({ dialect, type }: Sample, pieces: Iterable<Uint8Array>): StreamMeter {
  const meter = new StreamMeter(DIALECTS[dialect], type);
  for (const piece of pieces) meter.see(piece);
  return meter;
}

function* torn(bytes: Uint8Array, ...lengths: number[]): Generator<Uint8Array> {
  for (let from = 0, turn = 0; from < bytes.byteLength; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(from, from + length);
    from += length;
  }
}

const slicedStream = (dialect: DialectName): SlicedStream => {
  const cutter = cutterOf(dialect);
  if (!cutter) throw new Error(`${dialect} has no cutter`);
  return new SlicedStream({
    plan: { input: { nanos: 0, tokens: 0 }, tokenPicos: 0, whole: { nanos: 0, tokens: 0 }, aheadTokens: 0 },
    // Nothing is topped up here.
    wallet: {} as Wallet,
    hold: { nanos: 0, tokens: null } as Hold,
    dialect: DIALECTS[dialect],
    cutter,
    removesUsage: true,
    encoding: null,
  });
};

describe.each(Object.entries(SAMPLES))("a stream of %s", (_, sample) => {
  const { stream, tokens, told } = sample;

  test("tells the same in pieces of any length: characters, lines and events torn", () => {
    const bytes = encode(stream(SAID));
    const whole = meterOf(sample, [bytes]).end();
    expect(whole.reported?.tokens).toEqual({ ...NO_TOKENS, ...tokens });
    expect(whole).toMatchObject({ finished: true, error: null });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (lengths) => {
        const meter = meterOf(sample, torn(bytes, ...lengths));
        expect(meter.end()).toEqual(whole);
        if (told) expect(meter.answerText()).toBe(SAID);
      }),
      { numRuns: 100 },
    );
  });

  test("tells the same with an event of 5 MB, in linear time", () => {
    const bytes = encode(stream("QUJD".repeat(1_250_000)));
    const started = performance.now();
    const meter = meterOf(sample, torn(bytes, 700, 1, 1_500));
    expect(meter.end()).toMatchObject({ finished: true, reported: { tokens } });
    if (told) expect(meter.answerText()?.length).toBe(5_000_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

test("an event of 5 MB reaches the client whole, and the usage chunk behind it does not", () => {
  const sample = SAMPLES.chat as Sample;
  const text = sample.stream("QUJD".repeat(1_250_000));
  const usage = /data: \{"id":"c","choices":\[\].*?\n\n/.exec(text)?.[0] ?? "";
  for (const edit of [new UsageChunkRemover(), slicedStream("chat")]) {
    const started = performance.now();
    let passed = 0;
    for (const piece of torn(encode(text), 700, 1, 1_500)) passed += edit.pass(piece).byteLength;
    passed += edit.end().byteLength;
    expect(passed).toBe(text.length - usage.length);
    expect(performance.now() - started).toBeLessThan(5_000);
  }
});

test("a stream under a type of JSON is read as what its first bytes show, even after blank space", () => {
  const { stream } = SAMPLES.chat as Sample;
  const sample: Sample = { ...(SAMPLES.chat as Sample), type: "application/json" };
  const meter = meterOf(sample, torn(encode(`\n  \n${stream("hi")}`), 1));
  expect(meter.end().reported?.tokens).toMatchObject({ input: 7, output: 9 });
});

test("a line of NDJSON ends in CR LF or in nothing at all", () => {
  const sample = SAMPLES["cohere's lines"] as Sample;
  const text = sample.stream("hi").replaceAll("\n", "\r\n").trimEnd();
  expect(meterOf(sample, torn(encode(text), 3)).end()).toMatchObject({
    finished: true,
    reported: { tokens: { input: 7 } },
  });
});

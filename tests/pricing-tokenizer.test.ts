/** Our byte-pair counts against js-tiktoken's own encoder, and how fast they and the bounds are. */
import fc from "fast-check";
import { Tiktoken } from "js-tiktoken/lite";
import cl100k from "js-tiktoken/ranks/cl100k_base";
import o200k from "js-tiktoken/ranks/o200k_base";
import { describe, expect, it } from "vitest";
import { boundOf, countTokens, priceOf } from "../worker/pricing/index.ts";

const SOON_MS = 15_000;

const ENCODINGS = { o200k_base: new Tiktoken(o200k), cl100k_base: new Tiktoken(cl100k) };

const words = fc.constantFrom(
  "the",
  " quick",
  "日本",
  "🙂",
  "fox.",
  "\n",
  "  ",
  "don't",
  "12345",
  "<|endoftext|>",
  "aaaa",
  "é",
);
const texts = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 200 }),
  // Anything that JSON can carry, halves of pairs among it.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
  fc.array(words, { maxLength: 100 }).map((parts) => parts.join("")),
  // Long pieces: nothing but letters.
  fc.array(fc.constantFrom("a", "b", "q", "ä"), { maxLength: 400 }).map((parts) => parts.join("")),
);

describe.each(["o200k_base", "cl100k_base"] as const)("%s", (encoding) => {
  it("counts what js-tiktoken encodes", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await countTokens(text, encoding)).toBe(ENCODINGS[encoding].encode(text, [], []).length);
      }),
      { numRuns: 500 },
    );
  });

  const letters = (n: number, pick: () => string): string => Array.from({ length: n }, pick).join("");
  const random = () => String.fromCharCode(97 + Math.floor(Math.random() * 26));
  it.each([
    ["one letter", "a".repeat(1_000_000)],
    ["one capital", "A".repeat(1_000_000)],
    ["spaces", " ".repeat(1_000_000)],
    ["spaces and a letter", `${" ".repeat(999_999)}x`],
    ["line ends and spaces", "\n ".repeat(500_000)],
    ["one sign", "!".repeat(1_000_000)],
    ["one ideograph", "日".repeat(333_333)],
    ["emoji", "🙂".repeat(250_000)],
    ["joined emoji", "👩‍👩‍👧‍👦".repeat(40_000)],
    ["mixed ideographs", letters(333_333, () => String.fromCharCode(0x4e00 + Math.floor(Math.random() * 20_000)))],
    ["base64", Buffer.from(letters(750_000, random)).toString("base64")],
    ["one repeated bigram", "ab".repeat(500_000)],
    [
      "random bytes, decoded",
      Buffer.from(Uint8Array.from({ length: 1_000_000 }, () => Math.random() * 256)).toString(),
    ],
    ["digits", "7".repeat(1_000_000)],
    ["letters and apostrophes", "a'".repeat(500_000)],
    ["random letters", letters(1_000_000, random)],
    ["random words", letters(40_000, () => `${letters(24, random)} `)],
  ])("ends soon on a megabyte of %s", async (_, text) => {
    await countTokens("x", encoding);
    const started = performance.now();
    const count = await countTokens(text, encoding);
    const took = performance.now() - started;
    expect(count).toBeLessThanOrEqual(Buffer.byteLength(text));
    expect(count).toBeGreaterThan(0);
    // 200 ms on a machine of its own; a busy one gets many times that. Quadratic merging takes minutes.
    expect(took).toBeLessThan(SOON_MS);
    console.log(`${took.toFixed(0)} ms, ${count} tokens`);
  });
});

it("a price that is known and a bound take microseconds", () => {
  const query = { provider: "anthropic", model: "claude-sonnet-4-5-20250929", time: Date.UTC(2026, 10, 24) };
  priceOf(query);
  const rounds = 20_000;
  const started = performance.now();
  for (let i = 0; i < rounds; i++) {
    const price = priceOf(query);
    if (!price) throw new Error("no price");
    const media = { images: 1, audio: 0, video: 0, documents: 0 };
    boundOf({
      price,
      bodyBytes: i,
      endpointKind: "messages",
      maxOutputTokens: i,
      choices: 1,
      media,
      references: false,
    });
  }
  const microseconds = ((performance.now() - started) / rounds) * 1000;
  console.log(`price and bound: ${microseconds.toFixed(2)} µs`);
  expect(microseconds).toBeLessThan(100);
});

import { expect, it } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { priceOf } from "./catalogue.ts";
import { costOfUsage } from "./cost.ts";
import type { ModelPrice } from "./types.ts";

const TIME = Date.UTC(2026, 10, 24);
function known(provider: string, model: string): ModelPrice {
  const price = priceOf({ provider, model, time: TIME });
  if (!price) throw new Error(`no price for ${provider} ${model}`);
  return price;
}
const units = (cost: { parts: { kind: string; units: number }[] }) =>
  Object.fromEntries(cost.parts.map((part) => [part.kind, part.units]));

it("prices each kind apart and rounds up once", () => {
  const cost = costOfUsage(known("openai", "gpt-5-mini"), {
    ...NO_TOKENS,
    input: 1_200,
    inputCached: 1_024,
    output: 310,
    outputReasoning: 128,
  });
  // 176 × 0.25 + 1,024 × 0.025 + 310 × 2 dollars a million.
  expect(cost.nanos).toBe(44_000 + 25_600 + 620_000);
  expect(units(cost)).toEqual({ input: 176, input_cached: 1_024, output: 182, output_reasoning: 128 });
  expect(costOfUsage(known("openai", "gpt-5-nano"), { ...NO_TOKENS, input: 1, inputCached: 1 }).nanos).toBe(5);
});

it("prices cache writes by their lifetime", () => {
  const cost = costOfUsage(known("anthropic", "claude-haiku-4-5"), {
    ...NO_TOKENS,
    input: 1_000,
    inputCached: 100,
    inputCacheWrite: 500,
    inputCacheWrite1h: 200,
  });
  expect(units(cost)).toEqual({ input: 400, input_cached: 100, input_cache_write: 300, input_cache_write_1h: 200 });
  expect(cost.nanos).toBe(400_000 + 10_000 + 375_000 + 400_000);
});

it("chooses the tier by the whole input, cached tokens included", () => {
  const sonnet = known("anthropic", "claude-sonnet-4-5");
  const at = (input: number) => costOfUsage(sonnet, { ...NO_TOKENS, input, inputCached: input, output: 1_000 }).nanos;
  expect(at(200_000)).toBe(200_000 * 300 + 15_000_000);
  expect(at(200_001)).toBe(200_001 * 600 + 22_500_000);
});

it("clamps reports that contradict themselves to the input", () => {
  const grok = known("xai", "grok-4-1-fast-non-reasoning");
  expect(units(costOfUsage(grok, { ...NO_TOKENS, input: 100, inputCached: 164 }))).toEqual({ input_cached: 100 });
  const both = { ...NO_TOKENS, input: 2_168, inputCached: 2_161, inputCacheWrite: 2_161 };
  expect(units(costOfUsage(known("openrouter", "google/gemini-2.5-flash"), both))).toEqual({
    input_cache_write: 2_161,
    input_cached: 7,
  });
  expect(units(costOfUsage(grok, { ...NO_TOKENS, output: 10, outputReasoning: 30 }))).toEqual({ output_reasoning: 10 });
});

it("takes cached tokens that overlap audio for cached audio", () => {
  const gemini = known("google", "gemini-2.5-flash");
  const tokens = { ...NO_TOKENS, input: 100, inputCached: 90, inputAudio: 50 };
  expect(units(costOfUsage(gemini, tokens))).toEqual({ input_cached: 50, input_audio: 10, input_audio_cached: 40 });
  expect(units(costOfUsage(gemini, tokens, { input_audio_cached: 45 }))).toEqual({
    input: 5,
    input_cached: 45,
    input_audio: 5,
    input_audio_cached: 45,
  });
});

it("prices units beside tokens, seconds by the millisecond", () => {
  expect(costOfUsage(known("openai", "whisper-1"), NO_TOKENS, { seconds: 4 }).nanos).toBe(400_000);
  expect(costOfUsage(known("openai", "whisper-1"), NO_TOKENS, { seconds: 0.0015 }).nanos).toBe(200);
  // Groq bills ten seconds at least: 10,000 of 3,600,000 thousandths of $0.111 an hour.
  const groq = (seconds: number) => costOfUsage(known("groq", "whisper-large-v3"), NO_TOKENS, { seconds });
  expect(units(groq(4))).toEqual({ milliseconds: 10_000 });
  expect(units(groq(12))).toEqual({ milliseconds: 12_000 });
  const searched = costOfUsage(known("anthropic", "claude-haiku-4-5"), NO_TOKENS, {
    web_search_requests: 2,
    web_fetch_requests: 3,
  });
  expect(searched).toMatchObject({ nanos: 20_000_000, unpriced: [] });
  expect(costOfUsage(known("perplexity", "sonar"), NO_TOKENS).nanos).toBe(12_000_000);
});

it("prices video apart where the model does, and as any other token where it does not", () => {
  const embedded = { ...NO_TOKENS, input: 300 };
  const video = { input_video_tokens: 290 };
  // 10 × 0.2 + 290 × 12 dollars a million.
  expect(costOfUsage(known("google", "gemini-embedding-2"), embedded, video)).toMatchObject({
    nanos: 3_482_000,
    unpriced: [],
  });
  const plain = costOfUsage(known("google", "gemini-2.5-flash"), embedded, video);
  expect(plain).toMatchObject({ nanos: 90_000, unpriced: [] });
});

it("prices what deep research thinks, reads and searches beside its completion; others tell of it only", () => {
  const tokens = { ...NO_TOKENS, input: 1_000, output: 1_000 };
  const research = { reasoning_tokens: 1_000, citation_tokens: 1_000, search_queries: 1 };
  expect(costOfUsage(known("perplexity", "sonar-deep-research"), tokens, research)).toMatchObject({
    nanos: 2_000_000 + 8_000_000 + 3_000_000 + 2_000_000 + 5_000_000,
    unpriced: [],
  });
  expect(costOfUsage(known("openai", "gpt-5"), tokens, { reasoning_tokens: 1_000 })).toMatchObject({
    nanos: 11_250_000,
    unpriced: [],
  });
});

it("says what it has no price for, and knows no cost where nothing has one", () => {
  const whisper = known("openai", "whisper-1");
  expect(costOfUsage(whisper, { ...NO_TOKENS, input: 5 })).toMatchObject({ nanos: null, unpriced: ["tokens"] });
  const part = costOfUsage(known("openai", "gpt-5"), { ...NO_TOKENS, input: 4 }, { toString: 1 });
  expect(part).toMatchObject({ nanos: 5_000, unpriced: ["toString"] });
});

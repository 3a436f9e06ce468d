import { expect, it } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { priceOf } from "./catalogue.ts";
import { costOfUsage } from "./cost.ts";
import { unitsOfRequest } from "./units.ts";

const TIME = Date.UTC(2026, 10, 24);
function nanosOf(
  model: string,
  endpointKind: "images" | "speech" | "rerank",
  body: Record<string, unknown>,
  bytes = 100,
) {
  const provider = endpointKind === "rerank" ? "cohere" : "openai";
  const price = priceOf({ provider, model, time: TIME });
  if (!price) throw new Error(`no price for ${model}`);
  return costOfUsage(price, NO_TOKENS, unitsOfRequest(price, { endpointKind, body, bodyBytes: bytes })).nanos;
}

it("images are sold by quality and size", () => {
  expect(nanosOf("dall-e-3", "images", { prompt: "a cat" })).toBe(40_000_000);
  expect(nanosOf("dall-e-3", "images", { quality: "hd", size: "1792x1024" })).toBe(120_000_000);
  expect(nanosOf("dall-e-2", "images", { size: "256x256", n: 4 })).toBe(64_000_000);
  // A size that the list does not know: the dearest that it does.
  expect(nanosOf("dall-e-3", "images", { size: "9x9" })).toBe(120_000_000);
});

it("speech is sold by the character", () => {
  expect(nanosOf("tts-1", "speech", { input: "Hello 🙂" })).toBe(7 * 15_000);
  expect(nanosOf("tts-1-hd", "speech", { input: "a".repeat(1_000) })).toBe(30_000_000);
});

it("reranking is sold by the hundred documents", () => {
  expect(nanosOf("rerank-v3.5", "rerank", { documents: ["a", "b"] })).toBe(2_000_000);
  expect(nanosOf("rerank-v3.5", "rerank", { documents: Array(101).fill("a") }, 450)).toBe(4_000_000);
  expect(nanosOf("rerank-v3.5", "rerank", { documents: ["a".repeat(99_000)] }, 100_000)).toBe(6_000_000);
});

it("what is sold by the token has none", () => {
  const price = priceOf({ provider: "openai", model: "gpt-image-1", time: TIME });
  expect(price && unitsOfRequest(price, { endpointKind: "images", body: { n: 2 }, bodyBytes: 50 })).toEqual({});
});

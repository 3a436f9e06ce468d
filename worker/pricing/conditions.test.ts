import { expect, it } from "vitest";
import { priceOf } from "./catalogue.ts";
import { conditionsOf, dearestUnder, priceUnder } from "./conditions.ts";

const TIME = Date.UTC(2026, 10, 24);
const inputPicos = (provider: string, model: string, conditions: Parameters<typeof priceUnder>[1], of = priceUnder) => {
  const price = priceOf({ provider, model, time: TIME });
  return price && of(price, conditions).tokens?.input;
};

it("a service tier multiplies the price", () => {
  expect(inputPicos("openai", "gpt-5", { serviceTier: "flex" })).toBe(625_000);
  expect(inputPicos("openai", "gpt-5", { serviceTier: "priority" })).toBe(2_500_000);
  expect(inputPicos("openai", "gpt-4o-mini", { serviceTier: "priority" })).toBe(250_000);
  // Its name since GPT-6.
  expect(inputPicos("openai", "gpt-6-astra", { serviceTier: "fast" })).toBe(20_000_000);
  expect(inputPicos("openai", "gpt-6-astra", { serviceTier: "ultrafast" })).toBe(60_000_000);
  expect(inputPicos("openrouter", "openai/gpt-5.4", { serviceTier: "priority" })).toBe(6_250_000);
  expect(inputPicos("vertex", "gemini-2.5-flash", { serviceTier: "ON_DEMAND_FLEX" })).toBe(150_000);
  expect(inputPicos("anthropic", "claude-haiku-4-5", { serviceTier: "batch" })).toBe(500_000);
});

it("speed and place multiply each other", () => {
  expect(inputPicos("anthropic", "claude-opus-4-6", { speed: "fast" })).toBe(30_000_000);
  expect(inputPicos("anthropic", "claude-opus-4-8", { speed: "fast", inferenceGeo: "us" })).toBe(11_000_000);
});

it("Claude costs a tenth more in a region of Vertex, from 4.5 on", () => {
  const regional = { inferenceGeo: "regional" };
  expect(inputPicos("vertex", "claude-sonnet-4-5-20250929", regional)).toBe(3_300_000);
  expect(inputPicos("vertex", "claude-opus-5", regional)).toBe(5_500_000);
  expect(inputPicos("vertex", "claude-4-sonnet", regional)).toBe(3_000_000);
  expect(inputPicos("vertex", "gemini-2.5-flash", regional)).toBe(300_000);
  expect(inputPicos("vertex", "claude-sonnet-4-5-20250929", regional, dearestUnder)).toBe(3_300_000);
});

it("what is not known changes nothing", () => {
  const conditions = { serviceTier: "default", speed: "standard", inferenceGeo: "global" };
  expect(inputPicos("openai", "gpt-5", conditions)).toBe(1_250_000);
  expect(inputPicos("anthropic", "claude-opus-4-6", conditions)).toBe(5_000_000);
});

it("a bound grants no discount", () => {
  expect(inputPicos("openai", "gpt-5", { serviceTier: "flex" }, dearestUnder)).toBe(1_250_000);
  expect(inputPicos("openai", "gpt-5", { serviceTier: "priority" }, dearestUnder)).toBe(2_500_000);
  expect(inputPicos("openai", "gpt-5", { serviceTier: "auto" }, dearestUnder)).toBe(2_500_000);
});

it("a bound takes the dearer place where the request names none", () => {
  expect(inputPicos("anthropic", "claude-opus-4-6", {}, dearestUnder)).toBe(5_500_000);
  expect(inputPicos("anthropic", "claude-opus-4-6", { inferenceGeo: "global" }, dearestUnder)).toBe(5_000_000);
  expect(inputPicos("anthropic", "claude-haiku-4-5", {}, dearestUnder)).toBe(1_000_000);
});

it("are read from bodies and usage objects", () => {
  expect(conditionsOf({ service_tier: "flex", speed: "fast", inference_geo: "us" })).toEqual({
    serviceTier: "flex",
    speed: "fast",
    inferenceGeo: "us",
  });
  expect(conditionsOf({ trafficType: "ON_DEMAND_FLEX", speed: null })).toEqual({ serviceTier: "ON_DEMAND_FLEX" });
  // Vertex writes enums as numbers where it is asked to; nothing else that is a number is a tier.
  const tiers = [1, 2, 3, 4, 99].map((trafficType) => conditionsOf({ trafficType }).serviceTier);
  expect(tiers).toEqual(["ON_DEMAND", "PROVISIONED_THROUGHPUT", "ON_DEMAND_PRIORITY", "ON_DEMAND_FLEX", undefined]);
  expect(conditionsOf({ service_tier: 4, speed: 1.5 })).toEqual({});
});

it("tiers for long inputs are multiplied too", () => {
  const price = priceOf({ provider: "google", model: "gemini-2.5-pro", time: TIME });
  expect(price && priceUnder(price, { serviceTier: "batch" }).tiers[0]?.tokens.input).toBe(1_250_000);
});

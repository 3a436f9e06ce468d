import { expect, it } from "vitest";
import { sampleEvent } from "../core/samples.ts";
import { NO_TOKENS, type UsageEvent } from "../core/usage.ts";
import { priceVersion } from "../pricing/index.ts";
import { explainCost } from "./cost.ts";

const TIME = Date.UTC(2026, 10, 24);
const tokens = (input: number, output: number) => ({ ...NO_TOKENS, input, output });

const eventOf = (more: Partial<UsageEvent>): UsageEvent =>
  sampleEvent({
    ...{ time: TIME, key: null, provider: "anthropic", model: "claude-sonnet-4-5", endpoint: "messages" },
    ...{ dialect: "messages", tokens: tokens(1_000, 100), costNanos: 4_500_000, priceVersion: priceVersion(), ...more },
  });

it("prices each model's share of the work at its own price", () => {
  const shares = [
    { model: null, tokens: tokens(1_000, 100) },
    { model: "claude-haiku-4-5", tokens: tokens(1_000, 100) },
  ];
  const cost = explainCost(eventOf({ tokens: tokens(2_000, 200), shares, costNanos: 6_000_000 }), null);
  expect(cost).toMatchObject({ matches: true, sum_usd: "0.006000000" });
  expect(cost.cost_parts.map(({ model, kind, cost_usd }) => [model, kind, cost_usd])).toEqual([
    ["claude-sonnet-4-5", "input", "0.003000000000"],
    ["claude-sonnet-4-5", "output", "0.001500000000"],
    ["claude-haiku-4-5", "input", "0.001000000000"],
    ["claude-haiku-4-5", "output", "0.000500000000"],
  ]);
});

it("falls back on the asked name where no price is known of the one that answered", () => {
  expect(explainCost(eventOf({ modelServed: "my-deployment" }), null).matches).toBe(true);
});

it.each([
  ["the provider told it", { priceSource: "provider", costNanos: 7 }, "provider_cost"],
  ["nobody counted", { usageSource: "bound", costNanos: 9_000, tokens: NO_TOKENS }, "charged_at_bound"],
  ["no price was known", { priceSource: "none", costNanos: null, priceVersion: null }, "unpriced"],
  ["the catalogue has moved on", { priceVersion: "genai-prices@0.0.1", costNanos: 1 }, "price_changed"],
  ["it was capped", { costNanos: 4_000_000 }, "not_reproducible"],
  ["the tenant's price is gone", { priceSource: "tenant", priceVersion: "price_1" }, "price_removed"],
] as const)("says so where it cannot be multiplied out: %s", (_, more, mismatch) => {
  expect(explainCost(eventOf(more), null)).toMatchObject({ matches: false, mismatch });
});

it("is nothing where nothing was charged", () => {
  const cost = explainCost(eventOf({ status: "cached", priceSource: "none", costNanos: 0, usageSource: "none" }), null);
  expect(cost).toMatchObject({ matches: true, cost_parts: [], sum_usd: "0.000000000" });
});

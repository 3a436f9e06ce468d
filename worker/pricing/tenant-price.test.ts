import { expect, it } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { priceOf } from "./catalogue.ts";
import { costOfUsage } from "./cost.ts";
import { tenantPrice } from "./tenant-price.ts";

const OF = { provider: "openai", model: "gpt-5", version: "price_1" };
const catalogue = priceOf({ provider: "openai", model: "gpt-5", time: Date.UTC(2026, 10, 24) });

it("a tenant's price wins over the catalogue's, which still knows the limits and the tools", () => {
  const price = tenantPrice(OF, { perMillionTokens: { input: "1", input_cached: "0.1", output: "8" } }, catalogue);
  expect(price).toMatchObject({ source: "tenant", version: "price_1", contextWindow: 400_000, maxOutput: 128_000 });
  expect(price?.tokens).toMatchObject({ input: 1_000_000, inputCached: 100_000, output: 8_000_000 });
  expect(price?.units.web_search_requests).toBe(10_000_000_000);
});

it("has tiers, units and a fee", () => {
  const price = tenantPrice(
    { provider: "mine", model: "big", version: "price_2" },
    {
      perMillionTokens: { input: "0.5", output: "2" },
      perUnit: { pages: "0.003" },
      perRequest: "0.001",
      tiers: [{ aboveInputTokens: 1_000, perMillionTokens: { input: "1" } }],
    },
    null,
  );
  if (!price) throw new Error("no price");
  expect(costOfUsage(price, { ...NO_TOKENS, input: 1_000, output: 10 }).nanos).toBe(500_000 + 20_000 + 1_000_000);
  expect(costOfUsage(price, { ...NO_TOKENS, input: 2_000, output: 10 }, { pages: 2 }).nanos).toBe(
    2_000_000 + 20_000 + 6_000_000 + 1_000_000,
  );
});

it("is none without a price of input, and refuses what is no decimal", () => {
  expect(tenantPrice(OF, { perMillionTokens: { output: "8" } }, catalogue)).toBeNull();
  expect(() => tenantPrice(OF, { perMillionTokens: { input: "a lot" } }, catalogue)).toThrow(RangeError);
});

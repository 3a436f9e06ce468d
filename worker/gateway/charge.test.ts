import { expect, test } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { priceFrom } from "../pricing/index.ts";
import { chargeFor, type Priced } from "./charge.ts";

const NOW = Date.UTC(2026, 10, 24);
const priced = (provider: string, model: string): Priced => ({
  ...{ provider, model, time: NOW, price: priceFrom([], { provider, model, time: NOW }), prices: [], conditions: {} },
});
const tokens = { ...NO_TOKENS, input: 1_000, output: 100 };
const made = { ...NO_TOKENS, input: 10, output: 200, outputImage: 200 };
/** What an answer cost in which `other` had a part. */
const withPartOf = (other: string) =>
  chargeFor(
    priced("openai", "gpt-5"),
    { modelServed: "gpt-5-2025-08-07", conditions: {} },
    {
      tokens,
      units: {},
      costUsd: null,
      byModel: [
        { model: null, tokens },
        { model: other, tokens: made },
      ],
    },
    "provider",
  );

test("each model that had a part is billed at its own price", () => {
  expect(withPartOf("gpt-image-1.5")).toMatchObject({
    tokens,
    costNanos: 1_250_000 + 1_000_000 + 50_000 + 6_400_000,
    unpriced: [],
  });
  expect(withPartOf("gpt-5-2025-08-07").costNanos).toBe(1_250_000 + 1_000_000 + 12_500 + 2_000_000);
});

test("another model's part is not billed at the answering model's price: where its own is not known, the cost is a floor", () => {
  expect(withPartOf("gpt-image-9-nebula")).toMatchObject({
    costNanos: 1_250_000 + 1_000_000,
    priceSource: "catalog",
    unpriced: ["gpt-image-9-nebula"],
  });
});

test("what a path keeps in its region costs the region's price, whatever the answer says of the place", () => {
  const of = { ...priced("vertex", "claude-sonnet-4-5"), conditions: { inferenceGeo: "regional" } };
  const reported = { tokens, units: {}, costUsd: null, byModel: null };
  const reading = { modelServed: "claude-sonnet-4-5-20250929", conditions: { inferenceGeo: "not_available" } };
  expect(chargeFor(of, reading, reported, "provider")).toMatchObject({
    costNanos: 3_300_000 + 1_650_000,
    conditions: { inferenceGeo: "regional" },
  });
});

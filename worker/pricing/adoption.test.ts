/** @own-process The prices that it adopts are there to stay. */
import { findProvider, type Provider } from "@pydantic/genai-prices";
import { expect, it } from "vitest";
import { adoptPrices, catalogueVersion, priceOf, priceVersion } from "./catalogue.ts";
import { dearestKnown } from "./dearest.ts";

const TIME = Date.UTC(2026, 10, 24);
const inputOf = (model: string) => priceOf({ provider: "openai", model, time: TIME })?.tokens?.input;

/** The bundled data of three providers, as the published file has it. */
const published = (): Provider[] =>
  ["openai", "anthropic", "google"].map((providerId) => structuredClone(findProvider({ providerId })) as Provider);

it("what is not sound is refused, and prices stay as they are", () => {
  const reasonFor = (data: unknown) => {
    const adoption = adoptPrices(data, "bad");
    return adoption.outcome === "refused" ? adoption.reason : "adopted";
  };
  expect(reasonFor(null)).toBe("not a list of providers");
  expect(reasonFor([])).toBe("too few models of openai");
  expect(reasonFor([null, ...published()])).not.toBe("adopted");
  const negative = published();
  for (const model of negative[0]?.models ?? []) if (model.id === "gpt-5") model.prices = { input_mtok: -1 };
  expect(reasonFor(negative)).toBe("no sound price of openai gpt-5");
  const undated = published();
  for (const model of undated[0]?.models ?? []) {
    if (model.id === "gpt-5") model.prices = [{ constraint: { type: "start_date", start_date: "soon" }, prices: {} }];
  }
  expect(reasonFor(undated)).not.toBe("adopted");
  expect(priceVersion()).toBe(catalogueVersion);
  expect(inputOf("gpt-5")).toBe(1_250_000);
});

it("fresher data takes the place of the bundled at once, and its prices say so", () => {
  expect(inputOf("gpt-5")).toBe(1_250_000);
  dearestKnown(TIME);
  const data = published();
  for (const model of data[0]?.models ?? [])
    if (model.id === "gpt-5") model.prices = { input_mtok: 999, output_mtok: 1 };
  expect(adoptPrices(data, "2026-11-25")).toEqual({ outcome: "adopted" });
  expect(inputOf("gpt-5")).toBe(999_000_000);
  expect(priceOf({ provider: "openai", model: "gpt-5", time: TIME })?.version).toMatch(/^genai-prices@2026-11-25\+/);
  expect(dearestKnown(TIME).tokens?.input).toBe(999_000_000);
});

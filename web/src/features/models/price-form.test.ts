import { expect, test } from "vitest";
import { figuresOf, textsOf, unitProblems } from "./price-form.ts";

const listed = {
  per_million_tokens: { input: "1.250000", input_cached: "0.125000", input_image: "1.250000", output: "10.000000" },
  per_unit: { web_search_requests: "0.010000000000" },
  per_request: "0.000000000000",
  tiers: [
    {
      above_input_tokens: 200_000,
      per_million_tokens: { input: "2.500000", input_cached: "2.500000", output: "15.000000" },
    },
  ],
};

test("a form that nobody touched says what there was: tiers and own units are not lost", () => {
  expect(textsOf(listed, undefined).units).toEqual([]);
  expect(figuresOf(textsOf(listed, listed))).toEqual({
    per_million_tokens: { input: "1.25", input_cached: "0.125", output: "10" },
    per_unit: { web_search_requests: "0.01" },
    per_request: null,
    tiers: [{ above_input_tokens: 200_000, per_million_tokens: { input: "2.5", input_cached: "2.5", output: "15" } }],
  });
});

test("what is wrong is told at its place, and nothing is sent", () => {
  const texts = textsOf(listed, listed);
  const units = [...texts.units, { name: "web_search_requests", price: "1" }, { name: "", price: "" }];
  expect(unitProblems(units, 1).name).toMatch(/already/);
  expect(unitProblems([{ name: "Web search", price: "0,1" }], 0)).toEqual({
    name: expect.stringContaining("web_search_requests"),
    price: expect.stringContaining("decimals"),
  });
  expect(unitProblems(units, 2)).toEqual({ name: null, price: null });
  expect(figuresOf({ ...texts, units })).toBeNull();
  expect(figuresOf({ ...texts, perRequest: "0,1" })).toBeNull();
  expect(figuresOf({ ...texts, tiers: [{ above: "200k", kinds: { input: "1" } }] })).toBeNull();
  expect(figuresOf({ ...texts, tiers: [{ above: "1", kinds: { input: "", output: "3" } }] })?.tiers).toEqual([
    { above_input_tokens: 1, per_million_tokens: { output: "3" } },
  ]);
  expect(figuresOf({ ...texts, units: [{ name: "pages", price: "0.000000000001" }] })?.per_unit).toEqual({
    pages: "0.000000000001",
  });
});

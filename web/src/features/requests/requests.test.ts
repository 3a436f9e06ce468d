import { describe, expect, test } from "vitest";
import type { UsageRecord } from "../../api/types.ts";
import { costLines } from "./cost-lines.ts";
import { filterOf } from "./filters.tsx";
import { tokenLines } from "./token-lines.ts";
import { merged } from "./use-requests.ts";

const at = (id: string, time: string): UsageRecord => ({ id, time }) as UsageRecord;

test("live and stored records make one list, newest first, each once", () => {
  const list = merged([at("c", "3"), at("b", "2")], [at("b", "2"), at("a", "1")]);
  expect(list.map((record) => record.id)).toEqual(["c", "b", "a"]);
});

describe("a typed filter", () => {
  test.each([
    ["gpt-5-mini", { q: "gpt-5-mini" }],
    ["model:gpt-5-mini", { model: "gpt-5-mini" }],
    ["tag:env=prod", { tag: "env=prod" }],
    ["User: anna", { user: "anna" }],
    ["llama3:8b", { q: "llama3:8b" }],
  ])("%s is %o", (text, filter) => expect(filterOf(text)).toEqual(filter));
});

describe("the lines of tokens", () => {
  const tokens = {
    input: 1200,
    input_cached: 1024,
    input_cache_write: 0,
    input_cache_write_1h: 0,
    input_audio: 0,
    input_image: 0,
    output: 310,
    output_reasoning: 128,
    output_audio: 0,
    output_image: 0,
  };
  test("add up to their totals", () => {
    const lines = tokenLines({ tokens, units: {} });
    expect(lines.map((line) => [line.name, line.count])).toEqual([
      ["Input", 1200],
      ["not cached", 176],
      ["read from the provider's cache", 1024],
      ["Output", 310],
      ["visible", 182],
      ["reasoning", 128],
    ]);
  });
  test("show other billed units by their name", () => {
    expect(tokenLines({ tokens, units: { web_search_requests: 2 } }).at(-1)).toEqual({
      name: "web search requests",
      count: 2,
      part: false,
    });
  });
});

describe("the parts of a cost", () => {
  const part = (kind: string, units: number, price_usd: string, cost_usd: string, model = "gpt-5-mini") => ({
    model,
    kind,
    units,
    price_usd,
    cost_usd,
  });

  test("are told to the digit that the longest needs, with prices per million tokens and per unit", () => {
    const shown = costLines({
      cost_parts: [
        part("input", 3, "0.000000250000", "0.000000750000"),
        part("output", 5, "0.000002000000", "0.000010000000"),
        part("web_search_requests", 1, "0.010000000000", "0.010000000000"),
      ],
      cost_usd: "0.010010750",
      sum_usd: "0.010010750",
      matches: true,
    });
    expect(shown.lines.map((line) => [line.kind, line.model, line.price, line.per, line.cost])).toEqual([
      ["Input", null, "$0.25", "per 1M", "$0.00000075"],
      ["Output", null, "$2.00", "per 1M", "$0.00001000"],
      ["Web search requests", null, "$0.01", "each", "$0.01000000"],
    ]);
    expect(shown).toMatchObject({ sum: "$0.01001075", charged: "$0.01001075", rounded: false });
  });

  test("say that their sum was rounded up, and which model each is of", () => {
    const shown = costLines({
      cost_parts: [
        part("input", 1, "0.000000037500", "0.000000037500"),
        part("input", 1, "0.000001000000", "0.000001000000", "gpt-5"),
        part("input_cached", 2, "0.000000000000", "0.000000000000", "gpt-5"),
      ],
      cost_usd: "0.000001038",
      sum_usd: "0.000001038",
      matches: true,
    });
    expect(shown.lines.map((line) => [line.model, line.price, line.cost])).toEqual([
      ["gpt-5-mini", "$0.0375", "$0.0000000375"],
      ["gpt-5", "$1.00", "$0.0000010000"],
      [null, "$0.00", "$0.0000000000"],
    ]);
    expect(shown).toMatchObject({ charged: "$0.0000010380", rounded: true });
  });

  test("of a cost that is not known leave it open", () => {
    expect(costLines({ cost_parts: [], cost_usd: null, sum_usd: "0.000000000", matches: false }).charged).toBeNull();
  });
});

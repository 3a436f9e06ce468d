import { describe, expect, test } from "vitest";
import type { UsageRecord } from "../../api/types.ts";
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
    ["gpt-5-mini", { model: "gpt-5-mini" }],
    ["tag:env=prod", { tag: "env=prod" }],
    ["User: anna", { user: "anna" }],
    ["llama3:8b", { model: "llama3:8b" }],
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

import { expect, test } from "vitest";
import { type BoundRequest, boundOf } from "./bound.ts";
import { priceOf } from "./catalogue.ts";
import { type LimitedTool, toolLimitsOf } from "./server-tools.ts";

function known(provider: string, model: string) {
  const price = priceOf({ provider, model, time: Date.UTC(2026, 10, 24) });
  if (!price) throw new Error(`no price for ${provider} ${model}`);
  return price;
}
const claude = known("anthropic", "claude-haiku-4-5");
const gpt = known("openai", "gpt-5-mini");
const tool = (type: string, maxCalls: number, memory: string | null = null): LimitedTool => ({
  type,
  maxCalls,
  memory,
});

test("fees go by the calls, and every call's result is read in a further turn", () => {
  expect(toolLimitsOf(gpt, [tool("web_search", 3), tool("file_search", 3)])).toEqual({
    turns: 7,
    units: { web_search_requests: 3, file_search_requests: 3 },
  });
  // Claude may try beyond its limit: the tries fail, and the loop ends after ten turns.
  expect(toolLimitsOf(claude, [tool("web_search_20250305", 2), tool("web_fetch_20250910", 2)])).toEqual({
    turns: 11,
    units: { web_search_requests: 2 },
  });
});

test("a container is sold by its memory, once, and again where the named one has expired", () => {
  const unitsOf = (memory: string | null) => toolLimitsOf(gpt, [tool("code_interpreter", 5, memory)])?.units;
  expect(unitsOf(null)).toEqual({ containers: 2 });
  expect(unitsOf("4g")).toEqual({ containers_4g: 2 });
  expect(unitsOf("cntr_123")).toEqual({ containers_64g: 2 });
});

test("a limit counts only where its provider keeps it", () => {
  expect(toolLimitsOf(known("xai", "grok-4.3"), [tool("web_search", 3)])).toBeNull();
  expect(toolLimitsOf(gpt, [tool("web_search", 3), tool("image_generation", 3)])).toBeNull();
  expect(toolLimitsOf(gpt, [tool("mcp", 3)])).toBeNull();
  expect(toolLimitsOf(claude, [tool("web_search", 3)])).toBeNull();
});

test("asking a model to search that always does is no tool: its fee is in its price", () => {
  const options = [tool("web_search_options", 1)];
  expect(toolLimitsOf(known("perplexity", "sonar"), options)).toEqual({ turns: 1, units: {} });
  expect(toolLimitsOf(known("openai", "gpt-4o-search-preview"), options)).toEqual({ turns: 1, units: {} });
  expect(toolLimitsOf(gpt, options)).toBeNull();
});

test("the bound of a request with limited tools is every turn's window, every turn's answer, and the fees", () => {
  const limits = toolLimitsOf(gpt, [tool("web_search", 2)]);
  const request: BoundRequest = {
    price: gpt,
    bodyBytes: 500,
    endpointKind: "responses",
    maxOutputTokens: 1_000,
    choices: 1,
    media: { images: 0, audio: 0, video: 0, documents: 0 },
    references: false,
    ...limits,
  };
  const bound = boundOf(request);
  if (bound.outcome === "unbounded") throw new Error(bound.reason);
  expect(bound.inputTokens).toBe(3 * 400_000);
  expect(bound.outputTokens).toBe(3 * 1_000);
  expect(bound.nanos).toBe(1_200_000 * 250 + 3_000 * 2_000 + 2 * 10_000_000);
});

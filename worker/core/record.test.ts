import { expect, test } from "vitest";
import { recordOf } from "./record.ts";
import { NO_TOKENS, type UsageEvent } from "./usage.ts";

const event: UsageEvent = {
  id: "req_1",
  time: Date.UTC(2026, 10, 23, 10),
  tenant: "acme",
  key: "key_1",
  team: null,
  user: "ada",
  session: null,
  tags: { env: "prod" },
  mode: "live",
  provider: "openai",
  model: "gpt-5-mini",
  modelServed: "gpt-5-mini-2025-08-07",
  endpoint: "chat/completions",
  dialect: "chat",
  stream: true,
  status: "ok",
  httpStatus: 200,
  tokens: { ...NO_TOKENS, input: 1200, inputCached: 1024, output: 310, outputReasoning: 128 },
  units: { web_search_requests: 1 },
  costNanos: 912_345,
  savedNanos: 0,
  usageSource: "provider",
  priceSource: "catalog",
  priceVersion: "2026-11-01",
  boundNanos: 2_000_000,
  cache: "miss",
  latencyMs: 2210,
  ttftMs: 430,
  overheadMs: 1.2,
  errorCode: null,
  flags: [],
  attempts: [{ provider: "openai", model: "gpt-5-mini", httpStatus: 200, ms: 2208, costNanos: 912_345 }],
};

test("a record speaks snake_case, decimal dollars and ISO times", () => {
  const record = recordOf(event);
  expect(record).toMatchObject({
    id: "req_1",
    time: "2026-11-23T10:00:00.000Z",
    model_served: "gpt-5-mini-2025-08-07",
    http_status: 200,
    tokens: {
      input: 1200,
      input_cached: 1024,
      input_cache_write: 0,
      input_audio: 0,
      output: 310,
      output_reasoning: 128,
    },
    cost_usd: "0.000912345",
    saved_usd: "0.000000000",
    savings: {},
    usage_source: "provider",
    price_source: "catalog",
    latency_ms: 2210,
    ttft_ms: 430,
    overhead_ms: 1.2,
  });
  expect(record.attempts).toEqual([
    { provider: "openai", model: "gpt-5-mini", http_status: 200, ms: 2208, cost_usd: "0.000912345" },
  ]);
  expect(JSON.stringify(record)).not.toMatch(/[a-z][A-Z]\w*":/);
});

test("an unknown cost stays null, of the request and of an attempt", () => {
  const attempt = { provider: "x", model: "y", httpStatus: null, ms: 5, costNanos: null, error: "upstream_timeout" };
  const record = recordOf({ ...event, costNanos: null, boundNanos: null, attempts: [attempt] });
  expect(record.cost_usd).toBeNull();
  expect(record.bound_usd).toBeNull();
  expect(record.attempts[0]).toEqual({
    provider: "x",
    model: "y",
    http_status: null,
    ms: 5,
    cost_usd: null,
    error: "upstream_timeout",
  });
});

test("a record tells what was saved by what, and what a shadow would have cost", () => {
  const shadow = { route: "smart", model: "openai/gpt-5", costNanos: 2_000_000 };
  const record = recordOf({ ...event, savedNanos: -5, savings: { prompt_cache: -7, flex: 2 }, shadow });
  expect(record.saved_usd).toBe("-0.000000005");
  expect(record.savings).toEqual({ prompt_cache: "-0.000000007", flex: "0.000000002" });
  expect(record).toMatchObject({ shadow: { route: "smart", model: "openai/gpt-5", cost_usd: "0.002000000" } });
  // As it was told before reasons were.
  expect(recordOf({ ...event, status: "cached", savedNanos: 4 }).savings).toEqual({ cache: "0.000000004" });
});

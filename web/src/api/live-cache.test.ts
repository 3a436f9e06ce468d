import { describe, expect, test } from "vitest";
import { withRecord } from "./live-cache.ts";
import type { SummaryRow, UsageRecord } from "./types.ts";
import { matchesFilters } from "./usage.ts";

const record = {
  id: "req_1",
  time: "2026-11-24T10:20:30.000Z",
  model: "gpt-5-mini",
  provider: "openai",
  key: "key_1",
  user: null,
  team: null,
  status: "ok",
  tags: { env: "prod" },
  tokens: { input: 100, input_cached: 40, input_cache_write: 0, output: 10, output_reasoning: 4 },
  cost_usd: "0.000912345",
  saved_usd: "0.000000000",
  latency_ms: 300,
} as unknown as UsageRecord;

const row: SummaryRow = {
  day: "2026-11-24",
  model: "gpt-5-mini",
  requests: 1,
  tokens: { input: 1, input_cached: 0, input_cache_write: 0, output: 1, output_reasoning: 0 },
  cost_usd: "1.000000001",
  saved_usd: "0.000000000",
  unpriced: 0,
  errors: 0,
  latency_ms: 100,
  latency_p50_ms: 90,
  latency_p95_ms: 300,
};

describe("a live record in a summary", () => {
  test("is added to the row of its day and model, to the last nanodollar", () => {
    const [added, ...others] = withRecord([row], { group_by: "day,model" }, record);
    expect(others).toHaveLength(0);
    expect(added).toMatchObject({ requests: 2, cost_usd: "1.000912346", errors: 0, latency_ms: 200 });
    expect(added?.tokens.input).toBe(101);
  });

  test("begins a row where there is none", () => {
    const rows = withRecord([{ ...row, model: "other" }], { group_by: "day,model" }, record);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({ day: "2026-11-24", model: "gpt-5-mini", requests: 1, cost_usd: "0.000912345" });
  });

  test("counts as unpriced where its cost is not known, and as an error where it failed", () => {
    const [added] = withRecord([row], { group_by: "day,model" }, { ...record, cost_usd: null, status: "error" });
    expect(added).toMatchObject({ cost_usd: "1.000000001", unpriced: 1, errors: 1 });
  });
});

describe("filters on live records", () => {
  test.each([
    [{}, true],
    [{ model: "gpt-5-mini", status: "ok" }, true],
    [{ model: "gpt-5" }, false],
    [{ tag: "env=prod" }, true],
    [{ tag: "env" }, true],
    [{ tag: "env=dev" }, false],
    [{ from: "2026-11-24T10:20:30.000Z" }, true],
    [{ to: "2026-11-24T10:20:30.000Z" }, false],
  ])("%o lets it in: %s", (filters, passes) => expect(matchesFilters(record, filters)).toBe(passes));
});

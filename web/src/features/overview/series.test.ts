import { describe, expect, test } from "vitest";
import type { SummaryRow } from "../../api/types.ts";
import { spanOf } from "../../lib/period.ts";
import { chartOf, groupsOf, knownSpend, totalsOf } from "./series.ts";

const row = (day: string, model: string, more: Partial<SummaryRow> = {}): SummaryRow => ({
  day,
  model,
  requests: 1,
  tokens: { input: 10, input_cached: 0, input_cache_write: 0, output: 5, output_reasoning: 0 },
  cost_usd: "1.000000000",
  saved_usd: "0.000000000",
  unpriced: 0,
  errors: 0,
  latency_ms: 100,
  latency_p50_ms: 90,
  latency_p95_ms: 300,
  ...more,
});
const span = spanOf("7d", Date.parse("2026-11-24T10:20:00Z"));
const label = (name: string): string => name;

describe("totals", () => {
  test("sum to the nanodollar and weigh latency by requests", () => {
    const totals = totalsOf([
      row("2026-11-24", "a", { cost_usd: "0.000000001" }),
      row("2026-11-24", "b", { requests: 3, latency_ms: 500 }),
    ]);
    expect(totals).toMatchObject({ spend: 1_000_000_001, requests: 4, tokens: 30, latencyMs: 400 });
  });
  test("of nothing have no latency", () => expect(totalsOf([]).latencyMs).toBeNull());
});

test("groups come largest first", () => {
  const groups = groupsOf([row("2026-11-23", "a"), row("2026-11-23", "b"), row("2026-11-24", "b")], "model", "spend");
  expect(groups.map((group) => group.name)).toEqual(["b", "a"]);
});

describe("the chart", () => {
  test("puts each day's value at its place", () => {
    const { series, steps } = chartOf({
      rows: [row("2026-11-24", "a"), row("2026-11-18", "a")],
      previous: null,
      span,
      by: "model",
      metric: "requests",
      label,
    });
    expect(steps).toHaveLength(7);
    expect(series[0]?.values).toEqual([1, 0, 0, 0, 0, 0, 1]);
  });

  test("lays the span before over this one, as far as this one has gone", () => {
    const previous = [row("2026-11-11", "a"), row("2026-11-17", "b", { requests: 4 })];
    const { previous: line } = chartOf({
      rows: [row("2026-11-24", "a")],
      previous,
      span,
      by: "model",
      metric: "requests",
      label,
    });
    expect(line).toEqual([1, 0, 0, 0, 0, 0, 4]);
  });

  test("joins what is beyond eight series, and loses nothing of it", () => {
    const rows = Array.from({ length: 12 }, (_, i) => row("2026-11-24", `m${i}`, { requests: 20 - i }));
    const { series } = chartOf({ rows, previous: null, span, by: "model", metric: "requests", label });
    expect(series).toHaveLength(8);
    expect(series.at(-1)?.name).toBe("5 others");
    expect(series.reduce((sum, each) => sum + (each.values.at(-1) ?? 0), 0)).toBe(
      rows.reduce((sum, each) => sum + each.requests, 0),
    );
  });

  test("gives every series its own colour", () => {
    const rows = Array.from({ length: 8 }, (_, i) => row("2026-11-24", `other-${i}`));
    const { series } = chartOf({ rows, previous: null, span, by: "model", metric: "requests", label });
    expect(new Set(series.map((each) => each.color)).size).toBe(8);
  });
});

test("a model whose price nobody knows was not used for nothing", () => {
  expect(knownSpend(totalsOf([row("2026-11-24", "a", { cost_usd: "0.000000000", unpriced: 1 })]))).toBeNull();
  expect(knownSpend(totalsOf([row("2026-11-24", "a", { cost_usd: "0.000000000" })]))).toBe(0);
  expect(knownSpend(totalsOf([row("2026-11-24", "a", { cost_usd: "0.000000001", unpriced: 1 })]))).toBe(1);
});

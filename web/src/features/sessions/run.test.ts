import { expect, test } from "vitest";
import type { UsageRecord } from "../../api/types.ts";
import { runOf } from "./run.ts";

const record = (second: number, latency_ms: number, cost_usd: string | null): UsageRecord =>
  ({ time: new Date(Date.UTC(2026, 10, 1, 10, 0, second)).toISOString(), latency_ms, cost_usd }) as UsageRecord;
const session = { started_at: "2026-11-01T10:00:00.000Z", ended_at: "2026-11-01T10:00:08.000Z", cost_usd: "0.006" };

test("a run's cost grows with each request, and ends at the session's", () => {
  const { rows, lengthMs } = runOf(session, [
    record(0, 2_000, "0.001"),
    record(1, 4_000, "0.002"),
    record(7, 1_000, "0.003"),
  ]);
  expect(rows.map(({ runningNanos }) => runningNanos)).toEqual([1_000_000, 3_000_000, 6_000_000]);
  expect(rows.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [0, 2_000],
    [1_000, 5_000],
    [7_000, 8_000],
  ]);
  expect(rows.map(({ beside }) => beside)).toEqual([0, 1, 0]);
  expect(lengthMs).toBe(8_000);
});

test("requests that are not shown count, and those without a known cost add nothing", () => {
  const { rows } = runOf(session, [record(5, 100, null), record(6, 100, "0.002")]);
  expect(rows.map(({ runningNanos }) => runningNanos)).toEqual([4_000_000, 6_000_000]);
});

test("a run that goes on is longer than its sums say", () => {
  expect(runOf(session, [record(20, 500, "0.006")]).lengthMs).toBe(20_500);
});

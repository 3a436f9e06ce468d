import { describe, expect, test } from "vitest";
import type { Budget, SummaryRow } from "../../api/types.ts";
import { burnOf, burnPlanOf } from "./burn.ts";

const budget = (more: Partial<Budget> = {}): Budget =>
  ({
    id: "bud_1",
    scope: { type: "tenant", id: null },
    subject: null,
    period: "month",
    rolling: false,
    unit: "usd",
    limit_usd: "100",
    spent_usd: "40",
    held_usd: "0",
    remaining_usd: "60",
    resets_at: "2026-12-01T00:00:00.000Z",
    created_at: "2026-01-01T00:00:00.000Z",
    timezone: "UTC",
    ...more,
  }) as Budget;
const now = Date.parse("2026-11-16T00:00:00Z");
const day = (date: string, cost_usd: string): SummaryRow =>
  ({ day: date, cost_usd, requests: 2, tokens: { input: 3, output: 4 } }) as SummaryRow;

describe("what is asked for", () => {
  test("is the period's usage of what the budget counts", () => {
    expect(burnPlanOf(budget(), now)).toMatchObject({
      startMs: Date.parse("2026-11-01T00:00:00Z"),
      step: "day",
      filter: {},
      forecast: { period: "month" },
    });
    const ofModel = budget({ scope: { type: "model", id: "openai/gpt-5" }, period: "day" });
    expect(burnPlanOf(ofModel, now)).toMatchObject({ step: "hour", filter: { provider: "openai", model: "gpt-5" } });
  });
  test("begins where the budget's own month does", () => {
    const berlin = budget({ timezone: "Europe/Berlin", resets_at: "2026-03-31T22:00:00.000Z" });
    expect(burnPlanOf(berlin, Date.parse("2026-03-20T00:00:00Z"))?.startMs).toBe(Date.parse("2026-02-28T23:00:00Z"));
  });
  test("is the fullest's where it counts for each apart", () => {
    const each = budget({ scope: { type: "tag", id: "app=*" }, subject: "web" });
    expect(burnPlanOf(each, now)).toMatchObject({ filter: { tag: "app=web" }, forecast: null });
    expect(burnPlanOf(budget({ scope: { type: "user", id: null } }), now)).toBeNull();
    expect(burnPlanOf(budget({ scope: { type: "session", id: "s" } }), now)).toBeNull();
  });
});

describe("the burn-down", () => {
  const plan = burnPlanOf(budget(), now);
  if (!plan) throw new Error("no plan");

  test("goes from all to what the ledger says is left", () => {
    const { left } = burnOf(budget(), {
      plan,
      rows: [day("2026-11-02", "10"), day("2026-11-05", "20")],
      range: null,
      now,
    });
    expect(left.map(({ amount }) => amount / 1e9)).toEqual([100, 90, 70, 60]);
    expect(left.at(-1)?.at).toBe(now);
  });

  test("tells when it may be empty, within the forecast's range", () => {
    const { outlook, emptyAt } = burnOf(budget(), { plan, rows: [], range: { low: 80e9, high: 160e9 }, now });
    expect(outlook).toMatchObject({ best: 20e9, worst: -60e9 });
    // 120 more in fifteen days: the 60 that are left last half of them.
    expect(new Date(emptyAt ?? 0).toISOString()).toBe("2026-11-23T12:00:00.000Z");
    expect(burnOf(budget(), { plan, rows: [], range: { low: 50e9, high: 90e9 }, now }).emptyAt).toBeNull();
  });

  test("counts tokens and requests where the budget does", () => {
    const ofTokens = budget({ unit: "tokens", limit_tokens: 100, spent_tokens: 7 });
    const { left } = burnOf(ofTokens, { plan, rows: [day("2026-11-02", "1")], range: null, now });
    expect(left.map(({ amount }) => amount)).toEqual([100, 93, 93]);
  });
});

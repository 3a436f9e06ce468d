import { expect, test } from "vitest";
import { findingsOf, type Mark, type PotView, takenBack, thresholdAmount } from "./alert-decisions.ts";

const START = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
const END = START + 30 * DAY_MS;
const NONE = new Map<string, Mark>();

const pot = (over: Partial<PotView> = {}): PotView => ({
  budget: { alertAt: [80, 100] },
  startsAt: START,
  endsAt: Number.POSITIVE_INFINITY,
  limit: 15_000_000_000,
  spent: 0,
  ...over,
});
const percents = (view: PotView, marks = NONE) =>
  findingsOf(view, marks, START).flatMap((finding) => (finding.type === "budget.threshold" ? [finding.percent] : []));

test.each([
  [15_000_000_000, 80, 12_000_000_000],
  [15_000_000_000, 99, 14_850_000_000],
  [10, 33, 4],
  [3, 33.3, 1],
  [1_000_000_007, 99.99, 999_900_007],
  [1_000, 0.1, 1],
  [1_000_000_000, 1e-7, 1],
  [9_007_199_254_740_991, 100, 9_007_199_254_740_991],
  [9_007_199_254_740_991, 99.999999, 9_007_199_164_668_999],
  [0, 80, 1],
])("of %d, %d %% is reached at %d", (limit, percent, amount) => {
  expect(thresholdAmount(limit, percent)).toBe(amount);
});

test("80 % of $15 is said at $12.00, and not a nanodollar before", () => {
  expect(percents(pot({ spent: 400_000_000 }))).toEqual([]);
  expect(percents(pot({ spent: 11_999_999_999 }))).toEqual([]);
  expect(percents(pot({ spent: 12_000_000_000 }))).toEqual([80]);
  expect(percents(pot({ spent: 14_999_999_999 }))).toEqual([80]);
  expect(percents(pot({ spent: 15_000_000_000 }))).toEqual([80, 100]);
});

test("what was said is not said again", () => {
  const marks = new Map([["threshold/80", { at: START, value: 0 }]]);
  expect(percents(pot({ spent: 15_000_000_000 }), marks)).toEqual([100]);
});

test("nothing spent crosses nothing, even of a limit of nothing", () => {
  expect(percents(pot({ limit: 0 }))).toEqual([]);
  expect(percents(pot({ limit: 0, spent: 1 }))).toEqual([80, 100]);
});

test("a raised limit takes back what is out of reach again, and nothing else", () => {
  const marks = new Map(
    ["threshold/80", "threshold/100", "exceeded", "forecast", "pace/3"].map((mark) => [mark, { at: START, value: 0 }]),
  );
  expect(takenBack(pot({ spent: 15_000_000_000 }), marks)).toEqual([]);
  expect(takenBack(pot({ spent: 12_000_000_000 }), marks)).toEqual(["threshold/100", "exceeded", "forecast"]);
  expect(takenBack(pot({ spent: 1 }), marks)).toEqual(["threshold/80", "threshold/100", "exceeded", "forecast"]);
});

/** Spends by the day, as a ledger would see it, and answers the day and the figure of the forecast. */
function forecastOf(spendOf: (day: number) => number): { day: number; expected: number } | null {
  const marks = new Map<string, Mark>();
  let spent = 0;
  for (let day = 0; day < 30; day++) {
    spent += spendOf(day);
    const now = START + day * DAY_MS + DAY_MS / 2;
    const view = pot({ endsAt: END, limit: 30_000, spent, budget: { alertAt: [100] } });
    for (const finding of findingsOf(view, marks, now)) {
      if (finding.type === "budget.forecast") return { day, expected: finding.expected };
      marks.set(finding.mark, { at: now, value: spent });
    }
  }
  return null;
}

test("a steady pace beyond the limit is foreseen once a quarter has passed, and what it comes to", () => {
  const forecast = forecastOf(() => 1_500);
  expect(forecast?.day).toBe(7);
  expect(forecast?.expected).toBeGreaterThan(43_000);
  expect(forecast?.expected).toBeLessThan(50_000);
});

test.each([
  ["a steady pace within the limit", () => 900],
  ["a burst on the first day", (day: number) => (day === 0 ? 12_000 : 300)],
  ["a burst late in the period", (day: number) => (day === 20 ? 6_000 : 500)],
  ["nothing", () => 0],
])("%s is no forecast", (_, spendOf) => {
  expect(forecastOf(spendOf)).toBeNull();
});

test("a period without an end has no forecast, and a budget without thresholds wants none", () => {
  expect(findingsOf(pot({ spent: 14_000, limit: 1_000_000 }), NONE, END)).toEqual([]);
  const marks = new Map([["pace/0", { at: START, value: 10 }]]);
  const silent = pot({ endsAt: END, limit: 30_000, spent: 29_000, budget: { alertAt: [] } });
  expect(findingsOf(silent, marks, START + 10 * DAY_MS)).toEqual([]);
});

import { expect, test } from "vitest";
import {
  findingsOf,
  isFirstRefusal,
  type Mark,
  type PotView,
  reachesOf,
  refusalSaidUntil,
  thresholdAmount,
} from "./alert-decisions.ts";

const START = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
const END = START + 30 * DAY_MS;
const NONE = new Map<string, Mark>();

const pot = (over: Partial<PotView> = {}): PotView => ({
  budget: { alertAt: [80, 100] },
  startsAt: START,
  endsAt: Number.POSITIVE_INFINITY,
  rollMs: 0,
  limit: 15_000_000_000,
  spent: 0,
  before: 0,
  ...over,
});
const percents = (view: PotView, marks = NONE) => percentsAt(view, marks, START);
const percentsAt = (view: PotView, marks: ReadonlyMap<string, Mark>, now: number) =>
  findingsOf(view, marks, now).flatMap((finding) => (finding.type === "budget.threshold" ? [finding.percent] : []));

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
  expect(reachesOf(pot())).toEqual([
    { mark: "threshold/80", amount: 12_000_000_000 },
    { mark: "threshold/100", amount: 15_000_000_000 },
    { mark: "exceeded", amount: 15_000_000_000 },
    { mark: "forecast", amount: 15_000_000_000 },
  ]);
});

const HOUR_MS = 3_600_000;
/** What is said of a rolling hour of 100 as its share goes through `shares`: `[minute, share]`. */
function saidOf(shares: [number, number][]): string[] {
  const marks = new Map<string, Mark>();
  const said: string[] = [];
  let before = 0;
  for (const [minute, spent] of shares) {
    const now = START + minute * 60_000;
    for (const finding of findingsOf(pot({ rollMs: HOUR_MS, limit: 100, spent, before }), marks, now)) {
      if (finding.type === "budget.threshold") said.push(`${finding.percent} at ${minute}`);
      const at = finding.type === "fallen" ? (marks.get(finding.mark)?.at ?? 0) : now;
      marks.set(finding.mark, { at, value: finding.type === "fallen" ? 0 : spent });
    }
    before = spent;
  }
  return said;
}

test.each<[string, [number, number][], string[]]>([
  [
    "stays above",
    [
      [0, 79],
      [1, 80],
      [90, 85],
      [200, 99],
    ],
    ["80 at 1"],
  ],
  [
    "fell below and crosses again after a period's length",
    [
      [0, 80],
      [50, 10],
      [60, 80],
      [61, 100],
    ],
    ["80 at 0", "80 at 60", "100 at 61"],
  ],
  [
    "goes up and down within one length",
    [
      [0, 80],
      [10, 79],
      [11, 80],
      [20, 79],
      [21, 80],
      [59, 99],
    ],
    ["80 at 0"],
  ],
  [
    "crossed again too soon, and is still above when the length is over",
    [
      [0, 80],
      [10, 79],
      [11, 80],
      [61, 85],
      [122, 85],
    ],
    ["80 at 0", "80 at 61"],
  ],
])("a rolling share that %s", (_, shares, said) => {
  expect(saidOf(shares)).toEqual(said);
});

test("a share that fell out and was spent anew in one step crossed again", () => {
  const marks = new Map([["threshold/80", { at: START, value: 80 }]]);
  const anew = pot({ rollMs: HOUR_MS, limit: 100, spent: 85, before: 0 });
  expect(percentsAt(anew, marks, START + HOUR_MS)).toEqual([80]);
  expect(percentsAt({ ...anew, before: 80 }, marks, START + HOUR_MS)).toEqual([]);
});

test("a refusal is the first of its period; where that rolls, the first for its length", () => {
  const marks = new Map([["exceeded", { at: START, value: 0 }]]);
  const rolling = pot({ rollMs: HOUR_MS });
  expect(isFirstRefusal(pot(), NONE, START)).toBe(true);
  expect(isFirstRefusal(pot(), marks, END)).toBe(false);
  expect(isFirstRefusal(rolling, marks, START + HOUR_MS - 1)).toBe(false);
  expect(isFirstRefusal(rolling, marks, START + HOUR_MS)).toBe(true);
  expect(refusalSaidUntil(rolling, START)).toBe(START + HOUR_MS);
  expect(refusalSaidUntil(pot({ endsAt: END }), START)).toBe(END);
  expect(refusalSaidUntil(pot(), START)).toBe(Number.MAX_SAFE_INTEGER);
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

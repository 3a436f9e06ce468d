/** What of a budget's counters is worth saying, and was not said yet. Pure functions of counters, marks and a clock. */
import type { Budget } from "../worker/core/policy.ts";
import { expectedExcess, partOf } from "./alert-forecast.ts";

/** What was noted of a subject, and when. */
export interface Mark {
  at: number;
  value: number;
}
export type Marks = ReadonlyMap<string, Mark>;

/** A pot as alerts see it. Amounts are whole numbers of the budget's unit. */
export interface PotView {
  budget: Pick<Budget, "alertAt">;
  startsAt: number;
  /** Infinity for a period that never ends. */
  endsAt: number;
  limit: number;
  spent: number;
}

export type Finding =
  | { type: "budget.threshold"; mark: string; percent: number }
  | { type: "budget.forecast"; mark: string; expected: number }
  /** Nothing to say, but to remember for a forecast. */
  | { type: "pace"; mark: string };

const FORECAST = "forecast";
export const EXCEEDED = "exceeded";
const thresholdMark = (percent: number): string => `threshold/${percent}`;

/** The least whole amount that is `percent` of `limit` or more, at least 1: nothing spent crosses nothing. */
export function thresholdAmount(limit: number, percent: number): number {
  const [mantissa = "", exponent = "0"] = String(percent).split("e");
  const [whole = "", decimals = ""] = mantissa.split(".");
  const divisor = 100n * 10n ** BigInt(decimals.length - Number(exponent));
  const product = BigInt(limit) * BigInt(whole + decimals);
  return Math.max(1, Number((product + divisor - 1n) / divisor));
}

/** What has to be said or remembered of a pot now. */
export function findingsOf(pot: PotView, marks: Marks, now: number): Finding[] {
  const findings: Finding[] = [];
  for (const { percent, amount } of thresholdsOf(pot)) {
    const mark = thresholdMark(percent);
    if (pot.spent >= amount && !marks.has(mark)) findings.push({ type: "budget.threshold", mark, percent });
  }
  const part = partOf({ ...pot, now });
  // A budget that says nothing of thresholds wants no alerts at all but of what it refused.
  if (part === null || pot.budget.alertAt.length === 0) return findings;
  if (!marks.has(FORECAST)) {
    const expected = expectedExcess({ ...pot, now, checkpoints: checkpointsOf(marks) });
    if (expected !== null) findings.push({ type: "budget.forecast", mark: FORECAST, expected });
  }
  const pace = `pace/${part}`;
  if (!marks.has(pace)) findings.push({ type: "pace", mark: pace });
  return findings;
}

/** The marks that a changed limit takes back: what is out of reach again is said again when it is reached. */
export function takenBack(pot: PotView, marks: Marks): string[] {
  const reached = new Set(
    thresholdsOf(pot)
      .filter(({ amount }) => pot.spent >= amount)
      .map(({ percent }) => thresholdMark(percent)),
  );
  return [...marks.keys()].filter((mark) => {
    if (mark.startsWith("threshold/")) return !reached.has(mark);
    return (mark === EXCEEDED || mark === FORECAST) && pot.spent < pot.limit;
  });
}

/** The thresholds of a pot's budget; worked out once for each limit that a budget has. */
function thresholdsOf({ budget, limit }: PotView): { percent: number; amount: number }[] {
  const known = thresholds.get(budget);
  if (known && known.limit === limit) return known.amounts;
  const amounts = budget.alertAt.map((percent) => ({ percent, amount: thresholdAmount(limit, percent) }));
  thresholds.set(budget, { limit, amounts });
  return amounts;
}
const thresholds = new WeakMap<object, { limit: number; amounts: { percent: number; amount: number }[] }>();

function checkpointsOf(marks: Marks): { at: number; spent: number }[] {
  const checkpoints = [...marks].flatMap(([mark, { at, value }]) =>
    mark.startsWith("pace/") ? [{ at, spent: value }] : [],
  );
  return checkpoints.sort((a, b) => a.at - b.at);
}

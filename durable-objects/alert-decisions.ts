/** What of a budget's counters is worth saying, and was not said yet. Pure functions of counters, marks and a clock. */
import type { Budget } from "../worker/core/policy.ts";
import { expectedExcess, partOf } from "./alert-forecast.ts";

/** What was noted of a subject, and when. */
export interface Mark {
  at: number;
  value: number;
}
export type Marks = ReadonlyMap<string, Mark>;

/** A pot of the present period as alerts see it. Amounts are whole numbers of the budget's unit. */
export interface PotView {
  budget: Pick<Budget, "alertAt">;
  startsAt: number;
  /** Infinity for a period that never ends. */
  endsAt: number;
  /** The length of a rolling period; 0 for one by the calendar. */
  rollMs: number;
  limit: number;
  spent: number;
  /** What of a rolling period counted still when the present step began. */
  before: number;
}

export type Finding =
  | { type: "budget.threshold"; mark: string; percent: number }
  | { type: "budget.forecast"; mark: string; expected: number }
  /** Nothing to say, but to remember for a forecast. */
  | { type: "pace"; mark: string }
  /** Nor here: a rolling period's share fell below what was said. Reached again, it may be said again. */
  | { type: "fallen"; mark: string };

const FORECAST = "forecast";
export const EXCEEDED = "exceeded";
/** The value of a threshold's mark once the share fell below it. What is said has a value above. */
export const FALLEN = 0;
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
    const said = marks.get(mark);
    const hasFallen = said && pot.rollMs > 0 && (said.value === FALLEN || Math.min(pot.before, pot.spent) < amount);
    // A share that goes up and down around a threshold is said once a period's length, as by the calendar.
    if (pot.spent >= amount && (!said || (hasFallen && isLongAgo(said, pot, now)))) {
      findings.push({ type: "budget.threshold", mark, percent });
    } else if (hasFallen && said.value !== FALLEN) findings.push({ type: "fallen", mark });
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

/** Whether a refusal is the first of its period; of a rolling one, the first for a period's length. */
export function isFirstRefusal(pot: PotView, marks: Marks, now: number): boolean {
  const said = marks.get(EXCEEDED);
  return !said || (pot.rollMs > 0 && isLongAgo(said, pot, now));
}

/** Until when no refusal is said again: the value of its mark. */
export const refusalSaidUntil = ({ rollMs, endsAt }: PotView, now: number): number =>
  rollMs > 0 ? now + rollMs : Math.min(endsAt, Number.MAX_SAFE_INTEGER);

/** The least that has to be spent for each mark to stay where a limit was raised: what is out of reach is taken back. */
export const reachesOf = (pot: Pick<PotView, "budget" | "limit">): { mark: string; amount: number }[] => [
  ...thresholdsOf(pot).map(({ percent, amount }) => ({ mark: thresholdMark(percent), amount })),
  { mark: EXCEEDED, amount: pot.limit },
  { mark: FORECAST, amount: pot.limit },
];

const isLongAgo = (said: Mark, { rollMs }: PotView, now: number): boolean => now - said.at >= rollMs;

/** The thresholds of a pot's budget; worked out once for each limit that a budget has. */
function thresholdsOf({ budget, limit }: Pick<PotView, "budget" | "limit">): { percent: number; amount: number }[] {
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

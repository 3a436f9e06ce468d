/** How a budget burns down: what is left step by step, and where it is going. Pure. */
import type { ForecastParams } from "../../api/forecast.ts";
import type { SummaryParams } from "../../api/summary.ts";
import type { Budget, SummaryRow } from "../../api/types.ts";
import { budgetFigures } from "../../lib/budget-figures.ts";
import { nanosOf } from "../../lib/money.ts";
import { previousStart } from "../../lib/zoned.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Filter = Pick<SummaryParams, "model" | "provider" | "key" | "team" | "user" | "tag">;

export interface BurnPlan {
  /** Milliseconds since the epoch. */
  startMs: number;
  /** When it begins anew; null where it never does, or a little always falls out. */
  endMs: number | null;
  step: "hour" | "day";
  filter: Filter;
  /** Null where nothing says what it will be. */
  forecast: ForecastParams | null;
}

/** What to ask for; null where nothing tells the budget's own usage. */
export function burnPlanOf(budget: Budget, now: number): BurnPlan | null {
  const filter = filterOf(budget);
  if (filter === null) return null;
  const { startMs, endMs } = spanOf(budget, now);
  const step = (endMs ?? now) - startMs <= 2 * DAY_MS ? "hour" : "day";
  const { period, rolling, unit } = budget;
  const isForecast = (period === "day" || period === "week" || period === "month") && !rolling && unit === "usd";
  const { tag, ...rest } = filter;
  return { startMs, endMs, step, filter, forecast: isForecast && tag === undefined ? { period, ...rest } : null };
}

/** Whose usage it counts: of one that counts for each apart, the fullest's. */
function filterOf({ scope, subject }: Budget): Filter | null {
  const id = scope.id ?? subject;
  switch (scope.type) {
    case "tenant":
      return {};
    case "key":
    case "team":
    case "user":
      return id === null ? null : { [scope.type]: id };
    case "model": {
      if (id === null) return null;
      const at = id.indexOf("/");
      return at < 0 ? { model: id } : { provider: id.slice(0, at), model: id.slice(at + 1) };
    }
    case "tag":
      if (scope.id?.endsWith("=*")) return subject === null ? null : { tag: `${scope.id.slice(0, -1)}${subject}` };
      return scope.id === null ? null : { tag: scope.id };
    default:
      return null;
  }
}

const PERIOD_MS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS };

function spanOf(
  { period, rolling, resets_at, created_at, timezone }: Budget,
  now: number,
): { startMs: number; endMs: number | null } {
  if (period === "total") return { startMs: Date.parse(created_at), endMs: null };
  if (rolling || resets_at === null)
    return { startMs: now - (period === "month" ? 30 * DAY_MS : PERIOD_MS[period]), endMs: null };
  const endMs = Date.parse(resets_at);
  return { startMs: period === "hour" ? endMs - HOUR_MS : previousStart(endMs, period, timezone), endMs };
}

export interface Burn {
  /** What was left at each moment, the first being all of it. */
  left: { at: number; amount: number }[];
  limit: number;
  /** What will be left at the end, if all goes as it went: at best and at worst. */
  outlook: { at: number; best: number; worst: number } | null;
  /** When nothing is left, if it goes on like that; null where that is not in this period. */
  emptyAt: number | null;
}

export function burnOf(
  budget: Budget,
  {
    plan,
    rows,
    range,
    now,
  }: { plan: BurnPlan; rows: readonly SummaryRow[]; range: { low: number; high: number } | null; now: number },
): Burn {
  const { limit, spent } = budgetFigures(budget);
  const stepMs = plan.step === "hour" ? HOUR_MS : DAY_MS;
  const steps = rows
    .map((row) => ({ at: Date.parse(row.hour ?? `${row.day}T00:00:00Z`) + stepMs, amount: amountOf(row, budget.unit) }))
    .sort((a, b) => a.at - b.at);
  const left = [{ at: plan.startMs, amount: limit }];
  let used = 0;
  for (const { at, amount } of steps) {
    used += amount;
    if (at > plan.startMs && at < now) left.push({ at, amount: limit - used });
  }
  // The ledger's own figure is the one that counts; sums by hour may begin before the period does.
  left.push({ at: now, amount: limit - spent });
  if (plan.endMs === null || range === null || now >= plan.endMs) return { left, limit, outlook: null, emptyAt: null };
  const outlook = {
    at: plan.endMs,
    best: limit - Math.max(range.low, spent),
    worst: limit - Math.max(range.high, spent),
  };
  const perMs = (Math.max(range.high, spent) - spent) / (plan.endMs - now);
  const emptyAt = outlook.worst < 0 && spent < limit && perMs > 0 ? now + (limit - spent) / perMs : null;
  return { left, limit, outlook, emptyAt };
}

const amountOf = (row: SummaryRow, unit: Budget["unit"]): number => {
  if (unit === "usd") return nanosOf(row.cost_usd);
  return unit === "requests" ? row.requests : row.tokens.input + row.tokens.output;
};

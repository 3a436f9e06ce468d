/** The budget whose line goes through the chart of spend: the one that covers what is shown. Pure. */
import type { Budget } from "../../api/types.ts";
import { formatUsd } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import type { Span } from "../../lib/period.ts";
import type { OverviewSearch } from "../../lib/search.ts";
import type { Allowance } from "./series.ts";

const HOUR_MS = 3_600_000;
const PERIOD_MS: Partial<Record<Budget["period"], number>> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 168 * HOUR_MS,
  month: 730 * HOUR_MS,
};

type Filter = Pick<OverviewSearch, "model" | "provider" | "key" | "team" | "user" | "tag">;

/** The tightest budget of exactly what `filter` shows, as a share a step; null where there is none. */
export function allowanceOf(budgets: readonly Budget[], filter: Filter, span: Span): Allowance | null {
  const stepMs = span.step === "hour" ? HOUR_MS : 24 * HOUR_MS;
  const covering = budgets.flatMap((budget) => {
    const periodMs = PERIOD_MS[budget.period];
    if (periodMs === undefined || budget.unit !== "usd" || !covers(budget.scope, filter)) return [];
    return [{ budget, perStep: (nanosOf(budget.limit_usd) ?? 0) * (stepMs / periodMs) }];
  });
  const tightest = covering.sort((a, b) => a.perStep - b.perStep)[0];
  if (!tightest) return null;
  const { budget, perStep } = tightest;
  const share = budget.period === span.step ? "" : `, ${formatUsd(Math.round(perStep))} a ${span.step}`;
  return { name: `Budget ${budget.name}${share}`, perStep };
}

function covers({ type, id }: Budget["scope"], filter: Filter): boolean {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (type === "tenant") return set.length === 0;
  return set.length === 1 && set[0]?.[0] === type && set[0]?.[1] === id;
}

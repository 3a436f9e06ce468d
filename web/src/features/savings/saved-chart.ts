/** From the report to the chart of what was saved. Pure. */
import type { CostReport } from "../../api/types.ts";
import type { ChartData } from "../../components/ui/stacked-bars.tsx";
import { nanosOf } from "../../lib/money.ts";
import { type Span, stepLabel } from "../../lib/period.ts";
import { REASONS, type Reason } from "./levers.ts";

/** A colour a reason, the same on every chart of savings. */
export const colorOfReason = (reason: Reason): string => `var(--data-${Object.keys(REASONS).indexOf(reason) + 1})`;

/**
 * Reasons that saved anything, a value a step. Where prompts were written and not read yet, a step may have cost more than it
 * saved: a stack has no place for that, so it counts with the next step that makes up for it.
 */
export function savedChart({ saved }: CostReport, span: Span): ChartData {
  const places = new Map(span.steps.map((start, at) => [start, at]));
  const values = new Map<Reason, number[]>();
  for (const { time, reason, saved_usd } of saved.over_time) {
    const at = places.get(Date.parse(time));
    if (at === undefined) continue;
    const own = values.get(reason) ?? span.steps.map(() => 0);
    own[at] = (own[at] ?? 0) + nanosOf(saved_usd);
    values.set(reason, own);
  }
  const series = (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
    const own = madeUp(values.get(reason) ?? []);
    return own.some((value) => value > 0)
      ? [{ name: REASONS[reason].title, color: colorOfReason(reason), values: own }]
      : [];
  });
  return { steps: span.steps.map((start) => stepLabel(start, span.step)), series, previous: null, limit: null };
}

/** Without negative values, and with the same sum as far as there is enough to make up for them. */
function madeUp(values: readonly number[]): number[] {
  let owed = 0;
  return values.map((value) => {
    const left = value + owed;
    owed = Math.min(0, left);
    return Math.max(0, left);
  });
}

/** A budget's counters as alerts see them, and as the outside is told of them. The one place that reads a pot for alerts. */
import type { Amounts } from "../worker/core/alert.ts";
import { amountOf, unitName } from "../worker/core/budget-figures.ts";
import type { Budget, Unit } from "../worker/core/policy.ts";
import type { PotView } from "./alert-decisions.ts";
import { potOf, resetOf } from "./pots.ts";
import { rollMsOf } from "./rolling.ts";
import type { LedgerState, Pot } from "./rows.ts";

type Viewed = PotView & { budget: Budget; subject: string | null; resetsAt: number | null };

/**
 * A pot with its budget. Null for a rate limit's, where the budget was removed, and where the pot is none of the present
 * period: late spend of what is over, or of what the budget counted by before it was changed, is nobody's news.
 */
export function viewOf(state: LedgerState, pot: Pot, now: number): Viewed | null {
  const budget = state.budgets.get(pot.budget);
  if (!budget) return null;
  const { startsAt, endsAt, subject, before } = pot;
  if (potOf(state, { limit: budget, subject }, now).id !== pot.id) return null;
  const [rollMs, resetsAt] = [rollMsOf(pot), resetOf(pot)];
  return { budget, subject, startsAt, endsAt, rollMs, resetsAt, limit: budget.limit, spent: spentOf(pot), before };
}

export const spentOf = (pot: Pot): number => pot.settled + pot.lost;

/** The budget and its counters, for the outside. */
export function factsOf(view: Viewed) {
  const { id, name, scope, period, rolling, enforcement, unit } = view.budget;
  const isOfCalendar = view.endsAt !== Number.POSITIVE_INFINITY;
  return {
    budget: { id, name, scope, unit: unitName(unit), period, rolling, enforcement },
    // Of a budget that counts for each user, session or the like apart: whose this is.
    ...(view.subject === null ? {} : { subject: view.subject }),
    period_starts_at: isOfCalendar ? new Date(view.startsAt).toISOString() : null,
    resets_at: view.resetsAt === null ? null : new Date(view.resetsAt).toISOString(),
    ...amountsOf(unit, { limit: view.limit, spent: view.spent, remaining: Math.max(0, view.limit - view.spent) }),
  };
}

/** Amounts by their names on the wire. */
export const amountsOf = (
  unit: Unit,
  amounts: Partial<Record<"limit" | "spent" | "remaining" | "expected", number>>,
): Amounts =>
  Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [`${name}_${unitName(unit)}`, amountOf(unit, amount)]),
  );

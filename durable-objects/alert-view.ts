/** A budget's counters as alerts see them, and as the outside is told of them. */
import type { Amounts } from "../worker/core/alert.ts";
import { usdFromNanos } from "../worker/core/money.ts";
import type { Budget, Unit } from "../worker/core/policy.ts";
import type { PotView } from "./alert-decisions.ts";
import type { LedgerState, Pot } from "./rows.ts";

type Viewed = PotView & { budget: Budget; subject: string | null };

/** A pot with its budget; null where that was removed. */
export function viewOf(state: LedgerState, pot: Pot): Viewed | null {
  const budget = state.budgets.get(pot.budget);
  if (!budget) return null;
  const { startsAt, endsAt, subject } = pot;
  return { budget, subject, startsAt, endsAt, limit: budget.limit, spent: pot.settled + pot.lost };
}

/** The budget and its counters, for the outside. */
export function factsOf(view: Viewed) {
  const { id, name, scope, period, enforcement, unit } = view.budget;
  return {
    budget: { id, name, scope, period, enforcement },
    // Of a budget that counts for each user, session or the like apart: whose this is.
    ...(view.subject === null ? {} : { subject: view.subject }),
    period_starts_at: view.endsAt === Number.POSITIVE_INFINITY ? null : new Date(view.startsAt).toISOString(),
    resets_at: view.endsAt === Number.POSITIVE_INFINITY ? null : new Date(view.endsAt).toISOString(),
    ...amountsOf(unit, { limit: view.limit, spent: view.spent, remaining: Math.max(0, view.limit - view.spent) }),
  };
}

/** Amounts by their names on the wire. */
export const amountsOf = (
  unit: Unit,
  amounts: Partial<Record<"limit" | "spent" | "remaining" | "expected", number>>,
): Amounts =>
  Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) =>
      unit === "nanos" ? [`${name}_usd`, usdFromNanos(amount)] : [`${name}_${unit}`, amount],
    ),
  );

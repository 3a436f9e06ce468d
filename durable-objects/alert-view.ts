/** A budget's counters as alerts see them, and as the outside is told of them. */
import type { Amounts } from "../worker/core/alert.ts";
import { usdFromNanos } from "../worker/core/money.ts";
import type { Budget } from "../worker/core/policy.ts";
import type { PotView } from "./alert-decisions.ts";
import type { LedgerState, Pot } from "./rows.ts";

/** A pot with its budget; null where that was removed. */
export function viewOf(state: LedgerState, pot: Pot): (PotView & { budget: Budget }) | null {
  const budget = state.budgets.get(pot.budget);
  if (!budget) return null;
  const { startsAt, endsAt } = pot;
  return { budget, startsAt, endsAt, limit: budget.limitNanos, spent: pot.settled + pot.lost };
}

/** The budget and its counters, for the outside. */
export function factsOf(view: PotView & { budget: Budget }) {
  const { id, name, scope, period, enforcement } = view.budget;
  return {
    budget: { id, name, scope, period, enforcement },
    period_starts_at: view.endsAt === Number.POSITIVE_INFINITY ? null : new Date(view.startsAt).toISOString(),
    resets_at: view.endsAt === Number.POSITIVE_INFINITY ? null : new Date(view.endsAt).toISOString(),
    ...amountsOf({ limit: view.limit, spent: view.spent, remaining: Math.max(0, view.limit - view.spent) }),
  };
}

/** Amounts by their names on the wire. */
export const amountsOf = (amounts: Partial<Record<"limit" | "spent" | "remaining" | "expected", number>>): Amounts =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [`${name}_usd`, usdFromNanos(amount)]));

/** Pots: the counters of a budget in one period, and what they have left. */
import type { Nanos } from "../worker/core/money.ts";
import type { Budget, BudgetState } from "../worker/core/policy.ts";
import { budgetsOf, type ScopeFacts } from "../worker/core/scope.ts";
import { periodAt } from "./period.ts";
import type { LedgerState, Pot } from "./rows.ts";

/** The pot of `budget` in the period of `now`. */
export function potOf(state: LedgerState, budget: Budget, now: number): Pot {
  const known = state.present.get(budget.id);
  if (known && now >= known.startsAt && now < known.endsAt) return known;
  const { startsAt, endsAt } = periodAt(budget.period, budget.timezone, now);
  const id = `${budget.id}@${budget.period}/${startsAt}`;
  let pot = state.pots.get(id);
  if (!pot) {
    pot = { id, budget: budget.id, startsAt, endsAt, settled: 0, lost: 0, held: 0, hot: 0, shortUntil: 0 };
    state.pots.set(id, pot);
  }
  state.present.set(budget.id, pot);
  return pot;
}

/** The pots of now that cover `facts`, of hard and soft budgets. */
export const potsOf = (state: LedgerState, facts: ScopeFacts, now: number): Pot[] =>
  budgetsOf([...state.budgets.values()], facts).map((budget) => potOf(state, budget, now));

/** The limit that a pot enforces: none for a soft budget, and for one that was removed. */
function limitOf(state: LedgerState, pot: Pot): Nanos {
  const budget = state.budgets.get(pot.budget);
  return budget?.enforcement === "hard" ? budget.limitNanos : Number.POSITIVE_INFINITY;
}

export const isHard = (state: LedgerState, pot: Pot): boolean => limitOf(state, pot) !== Number.POSITIVE_INFINITY;

/** What may still be granted. Below 0 after the limit was lowered, or a bound was wrong. */
export const freeOf = (state: LedgerState, pot: Pot): Nanos => limitOf(state, pot) - pot.settled - pot.lost - pot.held;

/** What may be granted once all leases have come back. */
export const roomOf = (state: LedgerState, pot: Pot): Nanos => limitOf(state, pot) - pot.settled - pot.lost;

/** The counters of `budget` in its present period, for people. */
export function stateOf(state: LedgerState, budget: Budget, now: number): BudgetState {
  const pot = potOf(state, budget, now);
  const resetsAt = pot.endsAt === Number.POSITIVE_INFINITY ? null : pot.endsAt;
  return { spentNanos: pot.settled + pot.lost, heldNanos: pot.held, resetsAt };
}

/** Forgets counters of periods that ended before `before` and that no lease belongs to. Answers their ids. */
export function prunePots(state: LedgerState, before: number): string[] {
  const ended = [...state.pots.values()].filter((pot) => pot.endsAt < before);
  if (ended.length === 0) return [];
  const used = new Set<Pot>();
  for (const wallet of state.wallets.values())
    for (const lease of wallet.leases.values()) for (const pot of lease.pots) used.add(pot);
  const gone = ended.filter((pot) => !used.has(pot)).map((pot) => pot.id);
  for (const id of gone) state.pots.delete(id);
  return gone;
}

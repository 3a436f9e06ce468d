/** How much is spent of the budgets that routes ask for, for the wallets that choose by it. */
import { budgetsIn } from "../worker/core/route.ts";
import { countsEach } from "../worker/core/scope.ts";
import { stateOf } from "./pots.ts";
import type { LedgerState } from "./rows.ts";

/** In percent, by what conditions call them. Nothing is known of a budget that counts for each of many apart. */
export function budgetsUsedIn(state: LedgerState, now: number): { budgetsUsed?: Record<string, number> } {
  const named = namedBudgets(state);
  if (named.length === 0) return {};
  const budgetsUsed: Record<string, number> = {};
  const budgets = [...state.budgets.values()];
  for (const name of named) {
    const budget = state.budgets.get(name) ?? budgets.find((one) => one.name === name);
    if (!budget || countsEach(budget.scope)) continue;
    const { spent } = stateOf(state, budget, { now, fullest: null });
    budgetsUsed[name] = budget.limit === 0 ? 100 : (100 * spent) / budget.limit;
  }
  return { budgetsUsed };
}

/** Worked out once for each version of the policy. */
function namedBudgets(state: LedgerState): readonly string[] {
  if (state.named?.version !== state.version) {
    state.named = { version: state.version, budgets: [...new Set(state.routes.flatMap(budgetsIn))] };
  }
  return state.named.budgets;
}

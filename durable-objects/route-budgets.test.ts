import { expect, test } from "vitest";
import type { Budget } from "../worker/core/policy.ts";
import type { RouteRecord } from "../worker/core/route.ts";
import { sampleBudget } from "../worker/core/samples.ts";
import { potOf } from "./pots.ts";
import { budgetsUsedIn } from "./route-budgets.ts";
import { emptyState, type Stored } from "./rows.ts";

const NOW = Date.parse("2026-11-24T10:00:00Z");
const NOTHING: Stored = {
  keyByHash: () => null,
  keyById: () => null,
  potById: () => null,
  walletById: () => null,
};

const budget = (over: Partial<Budget>): Budget => sampleBudget({ name: "Team A", period: "month", ...over });

const route = (fields: readonly string[]): RouteRecord => ({
  ...{ id: "thrifty", version: 1, strategy: "fallback", retries: { attempts: 1, maxDelayMs: 0 }, timeouts: {} },
  ...{ afterFirstByte: "error", onUnsupported: "refuse", changedAt: 1, createdAt: 1 },
  targets: fields.map((field) => ({ model: "openai/a", weight: 1, when: { [field]: { atLeast: 80 } } })),
});

test("wallets hear how much is spent of the budgets that routes name, by id or name, and of no other", () => {
  const state = emptyState("t", NOTHING);
  const named = [budget({}), budget({ id: "bud_2", name: "Other" })];
  for (const one of [...named, budget({ id: "bud_3", name: "Each", scope: { type: "user", id: null } })]) {
    state.budgets.set(one.id, one);
    state.limits.set(one.id, one);
  }
  expect(budgetsUsedIn(state, NOW)).toEqual({});
  state.routes = [
    route(["budget.Team A.used", "budget.bud_2.used", "tags.budget"]),
    route(["budget.Each.used", "budget.none.used"]),
  ];
  state.version++;
  const pot = potOf(state, { limit: named[0] as Budget, subject: null }, NOW);
  pot.settled = 850;
  pot.held = 100;
  // Counting for each user apart, it has no one figure; one that is not there has none either.
  expect(budgetsUsedIn(state, NOW)).toEqual({ budgetsUsed: { "Team A": 85, bud_2: 0 } });
});

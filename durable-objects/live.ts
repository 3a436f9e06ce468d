/** What dashboards see live: usage records as they settle, and budgets as their counters move. */
import { type Alert, messageOf } from "../worker/core/alert.ts";
import { usdFromNanos } from "../worker/core/money.ts";
import { recordOf } from "../worker/core/record.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { stateOf } from "./pots.ts";
import type { LedgerState } from "./rows.ts";

/** Budgets are pushed at most four times a second: people read them, and a busy ledger settles far more often. */
export const BUDGET_PUSH_MS = 250;

/** The messages for settled events, as text. */
export const usageMessages = (events: readonly UsageEvent[]): string[] =>
  events.map((event) => JSON.stringify({ type: "usage", data: recordOf(event) }));

/** The messages for the budgets with these ids, as text; one that is gone has none. */
export function budgetMessages(state: LedgerState, ids: Iterable<string>, now: number): string[] {
  const messages: string[] = [];
  for (const id of ids) {
    const budget = state.budgets.get(id);
    if (!budget) continue;
    const { spentNanos, heldNanos, resetsAt } = stateOf(state, budget, now);
    const data = {
      id,
      name: budget.name,
      limit_usd: usdFromNanos(budget.limitNanos),
      spent_usd: usdFromNanos(spentNanos),
      held_usd: usdFromNanos(heldNanos),
      remaining_usd: usdFromNanos(Math.max(0, budget.limitNanos - spentNanos - heldNanos)),
      resets_at: resetsAt === null ? null : new Date(resetsAt).toISOString(),
    };
    messages.push(JSON.stringify({ type: "budget", data }));
  }
  return messages;
}

/** The messages for alerts that fired, as text: what a webhook gets, with its type and time inside. */
export const alertMessages = (alerts: readonly Alert[], tenant: string): string[] =>
  alerts.map((alert) => {
    const { type, timestamp, data } = messageOf(alert, tenant);
    return JSON.stringify({ type: "alert", data: { type, time: timestamp, ...data } });
  });

/** Sends `messages` to all `sockets`; one that is closing misses them. */
export function broadcast(sockets: readonly WebSocket[], messages: readonly string[]): void {
  for (const socket of sockets) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    for (const message of messages) socket.send(message);
  }
}

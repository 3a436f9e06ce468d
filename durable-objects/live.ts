/** What dashboards see live: usage records as they settle, and budgets as their counters move. */
import { type Alert, messageOf } from "../worker/core/alert.ts";
import { figuresOf } from "../worker/core/budget-figures.ts";
import type { Budget, BudgetState } from "../worker/core/policy.ts";
import { recordOf } from "../worker/core/record.ts";
import type { UsageEvent } from "../worker/core/usage.ts";

/** Budgets are pushed at most four times a second: people read them, and a busy ledger settles far more often. */
export const BUDGET_PUSH_MS = 250;

/** The messages for settled events, as text. */
export const usageMessages = (events: readonly UsageEvent[]): string[] =>
  events.map((event) => JSON.stringify({ type: "usage", data: recordOf(event) }));

/** The messages for budgets and their counters, as text. */
export function budgetMessages(budgets: Iterable<[Budget, BudgetState]>): string[] {
  const messages: string[] = [];
  for (const [budget, state] of budgets) {
    const { id, name } = budget;
    const resets_at = state.resetsAt === null ? null : new Date(state.resetsAt).toISOString();
    const data = { id, name, ...figuresOf(budget, state), subject: state.subject, resets_at };
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

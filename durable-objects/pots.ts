/** Pots: the counters of a limit in one period, and what they have left. */
import type { BudgetState, Limit, Unit } from "../worker/core/policy.ts";
import { type Covering, counterOf, countsEach, type ScopeFacts } from "../worker/core/scope.ts";
import { coveringBy, limitById } from "./covering.ts";
import { POT_MS, SESSION_MS } from "./limits.ts";
import { periodAt } from "./period.ts";
import { lastFall, nextFall, roll, slotMsOf } from "./rolling.ts";
import type { LedgerState, Pot } from "./rows.ts";

/** How ids of pots name the period. */
export const periodIn = ({ rolling, period }: Limit): string => `@${rolling ? "rolling-" : ""}${period}/`;

/** The pot of a limit, and of its subject, in the period of `now`. */
export function potOf(state: LedgerState, covering: Covering, now: number): Pot {
  const counter = counterOf(covering);
  const known = state.present.get(counter);
  if (known && now >= known.startsAt && now < known.endsAt) {
    roll(known, now);
    return known;
  }
  const { limit, subject } = covering;
  const { startsAt, endsAt } = limit.rolling
    ? { startsAt: 0, endsAt: Number.POSITIVE_INFINITY }
    : periodAt(limit.period, limit.timezone, now);
  const id = `${counter}${periodIn(limit)}${startsAt}`;
  const pot = keptPot(state, id) ?? {
    ...{ id, budget: limit.id, subject, unit: limit.unit, startsAt, endsAt, slotMs: slotMsOf(limit) },
    ...{ slots: [], settled: 0, lost: 0, held: 0, before: 0, hot: 0, shortUntil: 0 },
  };
  roll(pot, now);
  state.pots.set(id, pot);
  state.present.set(counter, pot);
  return pot;
}

/** The pot with this id; null where it is forgotten. */
export function keptPot(state: LedgerState, id: string): Pot | null {
  const pot = state.pots.get(id) ?? state.stored.potById(id);
  if (pot) state.pots.set(id, pot);
  return pot;
}

/** The pots of now that cover `facts` and count in `unit`, of hard and soft limits. */
export const potsOf = (state: LedgerState, facts: ScopeFacts, at: { unit: Unit; now: number }): Pot[] =>
  coveringBy(state, facts, at.unit).map((covering) => potOf(state, covering, at.now));

/** The limit that a pot enforces: none for a soft one, and for one that was removed. */
function limitOf(state: LedgerState, pot: Pot): number {
  const limit = limitById(state, pot.budget);
  return limit?.enforcement === "hard" ? limit.limit : Number.POSITIVE_INFINITY;
}

export const isHard = (state: LedgerState, pot: Pot): boolean => limitOf(state, pot) !== Number.POSITIVE_INFINITY;

/** What may still be granted. Below 0 after the limit was lowered, or a bound was wrong. */
export const freeOf = (state: LedgerState, pot: Pot): number => limitOf(state, pot) - pot.settled - pot.lost - pot.held;

/** What may be granted once all leases have come back. */
export const roomOf = (state: LedgerState, pot: Pot): number => limitOf(state, pot) - pot.settled - pot.lost;

/** When a pot has more again: its period's end, or when the oldest of what counts falls out. Null for never. */
export function resetOf(pot: Pot): number | null {
  if (pot.slotMs > 0) return nextFall(pot);
  return pot.endsAt === Number.POSITIVE_INFINITY ? null : pot.endsAt;
}

/**
 * The counters of `limit` in its present period, for people. Where it counts for each subject apart, `fullest` is the
 * pot of the one that has used most.
 */
export function stateOf(
  state: LedgerState,
  limit: Limit,
  { now, fullest }: { now: number; fullest: Pot | null },
): BudgetState {
  if (countsEach(limit.scope) && !fullest) return { spent: 0, held: 0, resetsAt: null, subject: null };
  const pot = fullest ?? potOf(state, { limit, subject: null }, now);
  roll(pot, now);
  return { spent: pot.settled + pot.lost, held: pot.held, resetsAt: resetOf(pot), subject: pot.subject };
}

/**
 * When the row of a pot is of no use any more, unless a lease belongs to it: requests that run on settle into it for
 * some time. Null for never: a budget that does not reset is spent for good, but for that of a session that sleeps.
 */
export function forgetAt(state: LedgerState, pot: Pot, now: number): number | null {
  const limit = limitById(state, pot.budget);
  if (!limit || pot.settled + pot.lost + pot.held === 0) return now + POT_MS;
  if (pot.slotMs > 0) return Math.max(now, lastFall(pot)) + POT_MS;
  if (pot.endsAt !== Number.POSITIVE_INFINITY) return pot.endsAt + POT_MS;
  return limit.scope.type === "session" && pot.subject !== null ? now + SESSION_MS : null;
}

/** Pots that leases belong to. */
export function potsInUse(state: LedgerState): Set<Pot> {
  const used = new Set<Pot>();
  for (const wallet of state.wallets.values())
    for (const lease of wallet.leases.values()) for (const pot of lease.pots) used.add(pot);
  return used;
}

/** Drops from memory what no lease belongs to; it is found again when it is needed. */
export function dropIdlePots(state: LedgerState): void {
  const used = potsInUse(state);
  for (const [id, pot] of state.pots) if (!used.has(pot)) state.pots.delete(id);
  for (const [counter, pot] of state.present) if (!used.has(pot)) state.present.delete(counter);
}

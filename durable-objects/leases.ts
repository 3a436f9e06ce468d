/** What a lease does to its pots. Every change of a pot's counters is in this file. */
import type { Unit } from "../worker/core/policy.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import { coveringBy } from "./covering.ts";
import { SHARE, SPREAD } from "./limits.ts";
import { freeOf, potOf, potsOf } from "./pots.ts";
import { count, roll } from "./rolling.ts";
import type { LeaseRow, LedgerState, Pot, WalletRow } from "./rows.ts";

/** What the wallet may still spend or give back. */
export const outstanding = (lease: LeaseRow): number => lease.granted - lease.spent - lease.returned;

/** A new lease of `wallet` on the pots of now. */
export function openLease(
  state: LedgerState,
  wallet: WalletRow,
  opening: { number: number; facts: ScopeFacts; unit: Unit; now: number },
): LeaseRow {
  const { number, facts, unit, now } = opening;
  const pots = potsOf(state, facts, { unit, now });
  const lease: LeaseRow = {
    wallet: wallet.id,
    number,
    facts,
    unit,
    pots,
    granted: 0,
    spent: 0,
    returned: 0,
    hot: false,
    covers: null,
  };
  wallet.leases.set(number, lease);
  state.changes.leases.add(lease);
  // Written even while they are at zero: the lease's row names them.
  for (const pot of pots) state.changes.pots.add(pot);
  return lease;
}

/** Closes a lease; what is left of it goes back. */
export function closeLease(state: LedgerState, wallet: WalletRow, lease: LeaseRow): void {
  giveBack(state, lease, outstanding(lease));
  setHot(lease, false);
  wallet.leases.delete(lease.number);
  state.changes.leases.delete(lease);
  state.changes.closedLeases.add(lease);
}

/** Grants `amount`. The caller has checked that it is free, or it is spent already and has to be covered. */
export function grant(state: LedgerState, lease: LeaseRow, amount: number): void {
  lease.granted += amount;
  moveHeld(state, lease, amount);
}

export function giveBack(state: LedgerState, lease: LeaseRow, amount: number): void {
  lease.returned += amount;
  moveHeld(state, lease, -amount);
}

/** Books `amount` as spent at `at`. A bound that was wrong is booked in full, over the limit if need be. */
export function spend(state: LedgerState, lease: LeaseRow, spent: { amount: number; at: number }): void {
  const missing = spent.amount - outstanding(lease);
  if (missing > 0) grant(state, lease, missing);
  lease.spent += spent.amount;
  moveHeld(state, lease, -spent.amount);
  for (const pot of lease.pots) count(pot, "settled", spent);
}

/** Books a cost that no lease covered into the pots of now. */
export function spendUnleased(state: LedgerState, facts: ScopeFacts, spent: { nanos: number; now: number }): void {
  const { nanos, now } = spent;
  if (nanos === 0) return;
  for (const pot of potsOf(state, facts, { unit: "nanos", now })) {
    count(pot, "settled", { amount: nanos, at: now });
    state.changes.pots.add(pot);
  }
}

/**
 * Moves what a lease has out between `held` and `lost`, where it was lost at `at`. A label moves; nothing is freed, but
 * of requests at once: one that nobody runs any more is none.
 */
export function relabel(
  state: LedgerState,
  lease: LeaseRow,
  { label, at }: { label: "held" | "lost"; at: number },
): number {
  const amount = outstanding(lease);
  const lost = label === "lost" ? amount : -amount;
  for (const pot of lease.pots) {
    pot.held -= lost;
    if (lease.unit !== "concurrent") count(pot, "lost", { amount: lost, at });
    state.changes.pots.add(pot);
  }
  return amount;
}

export function setHot(lease: LeaseRow, hot: boolean): void {
  if (lease.hot === hot) return;
  lease.hot = hot;
  for (const pot of lease.pots) pot.hot += hot ? 1 : -1;
}

/** How much of this lease may stay idle in its wallet: less, the scarcer its budgets and the more draw on them. */
export function keepOf(state: LedgerState, lease: LeaseRow, now: number): number {
  let keep = Number.POSITIVE_INFINITY;
  for (const pot of lease.pots) {
    const free = Math.max(0, freeOf(state, pot));
    if (free === Number.POSITIVE_INFINITY) continue;
    keep = Math.min(keep, now < pot.shortUntil ? 0 : Math.floor(free / Math.max(SHARE, SPREAD * pot.hot)));
  }
  return keep;
}

/** What counted in a rolling period and does no more is free. */
export function refresh(lease: LeaseRow, now: number): void {
  for (const pot of lease.pots) roll(pot, now);
}

/** Whether a request of now would draw on other pots: a period ended, limits changed, or its key was revoked. */
export function isStale(state: LedgerState, lease: LeaseRow, now: number): boolean {
  if (state.revoked.has(lease.facts.key)) return true;
  if (lease.covers?.policy !== state.version) {
    lease.covers = { policy: state.version, limits: coveringBy(state, lease.facts, lease.unit) };
  }
  const { limits } = lease.covers;
  return limits.length !== lease.pots.length || limits.some((one, i) => potOf(state, one, now) !== lease.pots[i]);
}

/** What the tightest pot has left; Infinity without a hard one. */
export function tightestOf(state: LedgerState, lease: LeaseRow): { pot: Pot | null; free: number } {
  let tightest: { pot: Pot | null; free: number } = { pot: null, free: Number.POSITIVE_INFINITY };
  for (const pot of lease.pots) {
    const free = freeOf(state, pot);
    if (free < tightest.free) tightest = { pot, free };
  }
  return tightest;
}

function moveHeld(state: LedgerState, lease: LeaseRow, amount: number): void {
  if (amount === 0) return;
  state.changes.leases.add(lease);
  for (const pot of lease.pots) {
    pot.held += amount;
    state.changes.pots.add(pot);
  }
}

/** What a lease does to its pots. Every change of a pot's counters is in this file. */
import type { Nanos } from "../worker/core/money.ts";
import { budgetsOf, type ScopeFacts } from "../worker/core/scope.ts";
import { SHARE, SPREAD } from "./limits.ts";
import { freeOf, potOf, potsOf } from "./pots.ts";
import type { LeaseRow, LedgerState, Pot, WalletRow } from "./rows.ts";

/** What the wallet may still spend or give back. */
export const outstanding = (lease: LeaseRow): Nanos => lease.granted - lease.spent - lease.returned;

/** A new lease of `wallet` on the pots of now. */
export function openLease(
  state: LedgerState,
  wallet: WalletRow,
  opening: { number: number; facts: ScopeFacts; now: number },
): LeaseRow {
  const { number, facts, now } = opening;
  const pots = potsOf(state, facts, now);
  const lease: LeaseRow = {
    wallet: wallet.id,
    number,
    facts,
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

/** Grants `nanos`. The caller has checked that they are free, or they are spent already and have to be covered. */
export function grant(state: LedgerState, lease: LeaseRow, nanos: Nanos): void {
  lease.granted += nanos;
  moveHeld(state, lease, nanos);
}

export function giveBack(state: LedgerState, lease: LeaseRow, nanos: Nanos): void {
  lease.returned += nanos;
  moveHeld(state, lease, -nanos);
}

/** Books `nanos` as spent. A bound that was wrong is booked in full, over the limit if need be. */
export function spend(state: LedgerState, lease: LeaseRow, nanos: Nanos): void {
  const missing = nanos - outstanding(lease);
  if (missing > 0) grant(state, lease, missing);
  lease.spent += nanos;
  moveHeld(state, lease, -nanos);
  for (const pot of lease.pots) pot.settled += nanos;
}

/** Books `nanos` that no lease covered into the pots of now. */
export function spendUnleased(state: LedgerState, facts: ScopeFacts, spent: { nanos: Nanos; now: number }): void {
  if (spent.nanos === 0) return;
  for (const pot of potsOf(state, facts, spent.now)) {
    pot.settled += spent.nanos;
    state.changes.pots.add(pot);
  }
}

/** Moves what a lease has out between `held` and `lost`. A label moves; no money is freed. */
export function relabel(state: LedgerState, lease: LeaseRow, label: "held" | "lost"): Nanos {
  const nanos = outstanding(lease);
  for (const pot of lease.pots) {
    pot.held += label === "held" ? nanos : -nanos;
    pot.lost += label === "lost" ? nanos : -nanos;
    state.changes.pots.add(pot);
  }
  return nanos;
}

export function setHot(lease: LeaseRow, hot: boolean): void {
  if (lease.hot === hot) return;
  lease.hot = hot;
  for (const pot of lease.pots) pot.hot += hot ? 1 : -1;
}

/** How much of this lease may stay idle in its wallet: less, the scarcer its budgets and the more draw on them. */
export function keepOf(state: LedgerState, lease: LeaseRow, now: number): Nanos {
  let keep = Number.POSITIVE_INFINITY;
  for (const pot of lease.pots) {
    const free = Math.max(0, freeOf(state, pot));
    if (free === Number.POSITIVE_INFINITY) continue;
    keep = Math.min(keep, now < pot.shortUntil ? 0 : Math.floor(free / Math.max(SHARE, SPREAD * pot.hot)));
  }
  return keep;
}

/** Whether a request of now would draw on other pots: a period ended, budgets changed, or its key was revoked. */
export function isStale(state: LedgerState, lease: LeaseRow, now: number): boolean {
  if (state.revoked.has(lease.facts.key)) return true;
  if (lease.covers?.policy !== state.version) {
    lease.covers = { policy: state.version, budgets: budgetsOf([...state.budgets.values()], lease.facts) };
  }
  const { budgets } = lease.covers;
  return (
    budgets.length !== lease.pots.length || budgets.some((budget, i) => potOf(state, budget, now) !== lease.pots[i])
  );
}

/** What the tightest pot has left; Infinity without a hard one. */
export function tightestOf(state: LedgerState, lease: LeaseRow): { pot: Pot | null; free: Nanos } {
  let tightest: { pot: Pot | null; free: Nanos } = { pot: null, free: Number.POSITIVE_INFINITY };
  for (const pot of lease.pots) {
    const free = freeOf(state, pot);
    if (free < tightest.free) tightest = { pot, free };
  }
  return tightest;
}

function moveHeld(state: LedgerState, lease: LeaseRow, nanos: Nanos): void {
  if (nanos === 0) return;
  state.changes.leases.add(lease);
  for (const pot of lease.pots) {
    pot.held += nanos;
    state.changes.pots.add(pot);
  }
}

/** Wallets that vanished: what they may have spent is booked as lost, and taken back should they be heard again. */
import { lostEvent, reversalId } from "../worker/core/lost.ts";
import * as leases from "./leases.ts";
import { FORGET_EVERY_MS, KEEP_MS, SILENT_MS } from "./limits.ts";
import type { LeaseRow, LedgerState, WalletRow } from "./rows.ts";

/** The alarm's step: labels what silent wallets hold as lost, forgets those silent for long. Twice is once. */
export function expireWallets(state: LedgerState, now: number): void {
  for (const wallet of state.wallets.values()) {
    const silentMs = now - wallet.heardAt;
    if (wallet.lostAt !== null) {
      // Final by now: what is lost stays in the pots.
      if (now - wallet.lostAt > KEEP_MS) forgetWallet(state, wallet);
    } else if (wallet.leases.size === 0) {
      if (silentMs > KEEP_MS) forgetWallet(state, wallet);
    } else if (silentMs > SILENT_MS) {
      loseWallet(state, wallet, now);
    }
  }
  if (now - state.forgotAt < FORGET_EVERY_MS) return;
  state.forgotAt = now;
  state.changes.forgetUnheardSince = now - KEEP_MS;
}

/** When `expireWallets` next has something to do; Infinity for never. */
export function nextExpiry(state: LedgerState): number {
  let at = Number.POSITIVE_INFINITY;
  for (const wallet of state.wallets.values()) {
    const due =
      wallet.lostAt !== null
        ? wallet.lostAt + KEEP_MS
        : wallet.heardAt + (wallet.leases.size === 0 ? KEEP_MS : SILENT_MS);
    at = Math.min(at, due + 1);
  }
  return at;
}

/** A lost wallet is heard again: its money is held again, and its lost events are reversed. */
export function restoreWallet(state: LedgerState, wallet: WalletRow, now: number): void {
  const at = wallet.lostAt ?? now;
  for (const lease of wallet.leases.values()) {
    const nanos = leases.relabel(state, lease, { label: "held", at });
    if (isBooked(lease, nanos)) pushLost(state, lease, { now, id: reversalId(lostId(wallet, lease)), nanos: -nanos });
  }
  wallet.lostAt = null;
  state.changes.wallets.add(wallet);
}

function loseWallet(state: LedgerState, wallet: WalletRow, now: number): void {
  wallet.lostAt = now;
  wallet.lostCount++;
  for (const lease of wallet.leases.values()) {
    const nanos = leases.relabel(state, lease, { label: "lost", at: now });
    leases.setHot(lease, false);
    if (isBooked(lease, nanos)) pushLost(state, lease, { now, id: `lost_${lostId(wallet, lease)}`, nanos });
  }
  state.changes.wallets.add(wallet);
}

/** What is lost is a record where it is money; tokens and requests count in their limits alone. */
const isBooked = (lease: LeaseRow, amount: number): boolean => lease.unit === "nanos" && amount !== 0;

const lostId = (wallet: WalletRow, lease: LeaseRow) => `${wallet.id}_${lease.number}_${wallet.lostCount}`;

function pushLost(
  state: LedgerState,
  lease: LeaseRow,
  { id, nanos, now: time }: { id: string; nanos: number; now: number },
): void {
  const mode = state.stored.keyById(lease.facts.key)?.mode ?? "live";
  state.changes.events.push(lostEvent({ id, tenant: state.tenant, time, facts: lease.facts, mode, nanos }));
}

/** What is lost of it stays in the pots, for good. */
export function forgetWallet(state: LedgerState, wallet: WalletRow): void {
  state.wallets.delete(wallet.id);
  state.changes.wallets.delete(wallet);
  state.changes.closedWallets.add(wallet.id);
}

/** When the wallet has to call the ledger. */
import { floatOf, isUnanswered, wantOf } from "./leases.ts";
import { BATCH_EVENTS, CALLS, FLUSH_HOT_MS, FLUSH_MS, FRESH_MS, HEARTBEAT_MS, SLOT_MS } from "./limits.ts";
import type { Claim, WalletState } from "./state.ts";

/** Calls under way. One that was sent long ago was cancelled with its request, or its answer comes too late. */
export function underWay(wallet: WalletState, now: number): number {
  for (const call of wallet.calls) if (now - call.sentAt >= FRESH_MS) wallet.calls.delete(call);
  return wallet.calls.size;
}

/** Whether the request that waits with `claim` has to call now. */
export const mustAsk = (wallet: WalletState, claim: Claim, now: number): boolean =>
  claim.askedIn === 0 || (!isUnanswered(wallet, claim) && claim.retryAt <= now) || wallet.retryAt <= now;

/** Why the wallet has to call now, whoever does; null where it need not. */
export function due(
  wallet: WalletState,
  now: number,
  calls: number,
): "need" | "retry" | "batch" | "flush" | "idle" | "heartbeat" | null {
  if (calls < CALLS && needsAnswer(wallet, now)) return "need";
  if (calls < CALLS && wallet.retryAt <= now) return "retry";
  if (calls > 0) return null;
  if (wallet.events.length >= BATCH_EVENTS) return "batch";
  if (now >= flushAt(wallet, now)) return "flush";
  if (wallet.dirtyAt === Number.POSITIVE_INFINITY && hasIdle(wallet, now)) return "idle";
  return wallet.leases.size > 0 && now - wallet.sentAt >= HEARTBEAT_MS ? "heartbeat" : null;
}

/** When it is next worth looking at `due`: for one's own news, or for whoever keeps house also as demand fades. */
export function nextLook(wallet: WalletState, now: number, isKeeper: boolean): number {
  const next = Math.min(flushAt(wallet, now), wallet.retryAt);
  return isKeeper ? Math.min(next, (Math.floor(now / SLOT_MS) + 1) * SLOT_MS) : next;
}

function needsAnswer(wallet: WalletState, now: number): boolean {
  for (const { askedIn } of wallet.asking.values()) if (askedIn <= wallet.ack) return true;
  for (const lease of wallet.leases.values()) {
    for (const claim of lease.waiting) {
      if (claim.askedIn === 0 || (claim.askedIn <= wallet.ack && claim.retryAt <= now)) return true;
    }
  }
  return false;
}

/** News waits for company where every lease with news has plenty; where one is scarce, others wait for its money. */
function flushAt(wallet: WalletState, now: number): number {
  if (wallet.dirtyAt === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  let isHot = false;
  for (const lease of wallet.leases.values()) {
    if (lease.done || lease.revision === lease.confirmed) continue;
    const want = wantOf(lease, now);
    if (want === 0 || lease.keep < want) return wallet.dirtyAt + FLUSH_MS;
    isHot = true;
  }
  return wallet.dirtyAt + (isHot ? FLUSH_HOT_MS : FLUSH_MS);
}

function hasIdle(wallet: WalletState, now: number): boolean {
  for (const lease of wallet.leases.values()) {
    if (lease.done || lease.waiting.length > 0 || wantOf(lease, now) > 0) continue;
    if (floatOf(lease) > 0 || lease.running === 0) return true;
  }
  return false;
}

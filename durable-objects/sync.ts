/**
 * The ledger's side of the lease protocol: one message, one synchronous step over rows and a clock. Nothing here
 * awaits, so a step is a transaction.
 */

import type { SyncMessage, SyncReply } from "../worker/core/lease.ts";
import { CLOCK_DOUBT_MS, factsOf, type LeaseAnswer, type LeaseAsk, type NumberedEvent } from "../worker/core/lease.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import { restoreWallet } from "./expiry.ts";
import * as leases from "./leases.ts";
import { OPEN_AGE_MS, SHORT_MS } from "./limits.ts";
import { freeOf, isHard, potsOf, roomOf } from "./pots.ts";
import type { KeyFinder, LeaseRow, LedgerState, WalletRow } from "./rows.ts";

/** Acts on `message` and answers it. Acting on it again changes nothing. */
export function sync(state: LedgerState, message: SyncMessage, clock: { now: number; keys: KeyFinder }): SyncReply {
  const { now, keys } = clock;
  let wallet = state.wallets.get(message.wallet) ?? state.recall(message.wallet);
  if (wallet) state.wallets.set(wallet.id, wallet);
  if (!wallet) {
    if (!message.opens) return { outcome: "forget", wallet: message.wallet };
    if (now - message.sentAt > OPEN_AGE_MS) return { outcome: "old", wallet: message.wallet };
    wallet = openWallet(state, message.wallet, now);
  }
  // A message is its wallet's whole state of then: an older one than the last tells nothing new.
  if (message.seq > wallet.seq) {
    if (wallet.lostAt !== null) restoreWallet(state, wallet, { now, keys });
    // All that comes back, before anything goes out.
    bookEvents(state, wallet, { message, now, keys });
    const asks = takeReturns(state, wallet, { message, now, keys });
    grantNeeds(state, asks, now);
    wallet.seq = message.seq;
    wallet.heardAt = now;
    state.changes.wallets.add(wallet);
  }
  return {
    outcome: "heard",
    wallet: message.wallet,
    seq: wallet.seq,
    seen: wallet.seen,
    version: state.version,
    policy: message.version === state.version ? null : policyOf(state),
    keys: message.identify.map((hash) => ({ hash, key: keys.byHash(hash) })),
    leases: message.leases.flatMap((ask) => answerOf(state, wallet, { ask, now }) ?? []),
  };
}

/** A lease that goes on, and what its wallet says of it. */
interface Asked {
  ask: LeaseAsk;
  lease: LeaseRow;
}

interface Step {
  message: SyncMessage;
  now: number;
  keys: KeyFinder;
}

function openWallet(state: LedgerState, id: string, now: number): WalletRow {
  const wallet: WalletRow = { id, seq: 0, seen: 0, heardAt: now, lostAt: null, lostCount: 0, leases: new Map() };
  state.wallets.set(id, wallet);
  return wallet;
}

function bookEvents(state: LedgerState, wallet: WalletRow, step: Step): void {
  for (const numbered of step.message.events) {
    if (numbered.n <= wallet.seen) continue;
    bookEvent(state, wallet, { numbered, step });
    wallet.seen = numbered.n;
  }
}

function bookEvent(state: LedgerState, wallet: WalletRow, booking: { numbered: NumberedEvent; step: Step }): void {
  const { event, lease: number } = booking.numbered;
  const { message, now, keys } = booking.step;
  state.changes.events.push(event);
  // An unknown cost is delivered as unknown, and counts as nothing.
  const nanos = event.costNanos ?? 0;
  let lease = number === null ? undefined : wallet.leases.get(number);
  if (!lease && number !== null) {
    // Without a hard budget a wallet draws before the ledger has heard of the lease.
    const ask = message.leases.find((one) => one.lease === number);
    const facts = ask && resolveFacts(ask, keys);
    if (facts) lease = leases.openLease(state, wallet, { number, facts, now });
  }
  if (lease) leases.spend(state, lease, nanos);
  else if (event.key !== null) leases.spendUnleased(state, { ...event, key: event.key }, { nanos, now });
  if (event.background) {
    const pots = lease?.pots ?? (event.key === null ? [] : potsOf(state, { ...event, key: event.key }, now));
    state.changes.background.push({ event, pots: pots.map(({ id }) => id) });
  }
}

/** Takes back what wallets return, closes what is done, and answers the leases that go on. */
function takeReturns(state: LedgerState, wallet: WalletRow, step: Step): Asked[] {
  const asks: Asked[] = [];
  for (const ask of step.message.leases) {
    const lease = wallet.leases.get(ask.lease) ?? openAsked(state, wallet, { ask, step });
    if (!lease) continue;
    const back = ask.returned - lease.returned;
    if (back > 0) leases.giveBack(state, lease, back);
    if (ask.done) {
      leases.closeLease(state, wallet, lease);
    } else {
      leases.setHot(lease, ask.want > 0);
      asks.push({ ask, lease });
    }
  }
  return asks;
}

function openAsked(state: LedgerState, wallet: WalletRow, asked: { ask: LeaseAsk; step: Step }): LeaseRow | null {
  const { ask, step } = asked;
  if (ask.done) return null;
  const facts = resolveFacts(ask, step.keys);
  // A revoked key gets nothing, but what already runs on it has to be covered.
  if (!facts || (state.revoked.has(facts.key) && ask.running === 0)) return null;
  return leases.openLease(state, wallet, { number: ask.lease, facts, now: step.now });
}

function resolveFacts(ask: LeaseAsk, keys: KeyFinder): ScopeFacts | null {
  if ("known" in ask.facts) return ask.facts.known;
  const key = keys.byHash(ask.facts.keyHash);
  return key && key.revokedAt === null ? factsOf(key, ask.facts.said) : null;
}

/** Grants what requests wait for, in their order and each all or nothing; then what wallets want to have at hand. */
function grantNeeds(state: LedgerState, asks: Asked[], now: number): void {
  const idle = new Map<LeaseRow, number>();
  for (const { ask, lease } of asks) {
    let available = leases.outstanding(lease) - ask.running;
    if (available < 0) {
      // It runs already: covered, over the limit if need be.
      leases.grant(state, lease, -available);
      available = 0;
    }
    for (const need of ask.needs) {
      if (need <= available) {
        available -= need;
        continue;
      }
      const missing = need - available;
      if (lease.pots.every((pot) => freeOf(state, pot) >= missing)) {
        leases.grant(state, lease, missing);
        available = 0;
      } else {
        // Others hold what it needs: for a while they keep nothing idle.
        for (const pot of lease.pots) {
          if (freeOf(state, pot) < missing && need <= roomOf(state, pot)) pot.shortUntil = now + SHORT_MS;
        }
      }
    }
    idle.set(lease, available);
  }
  for (const { ask, lease } of asks) {
    if (leases.isStale(state, lease, now)) continue;
    const keep = leases.keepOf(state, lease, now);
    const extra = Math.min(Math.min(ask.want, keep) - (idle.get(lease) ?? 0), leases.tightestOf(state, lease).free);
    if (extra > 0) leases.grant(state, lease, extra);
  }
}

const policyOf = (state: LedgerState) => ({
  budgets: [...state.budgets.values()],
  credentials: state.credentials,
  prices: state.prices,
  revoked: [...state.revoked.keys()],
});

function answerOf(
  state: LedgerState,
  wallet: WalletRow,
  { ask, now }: { ask: LeaseAsk; now: number },
): LeaseAnswer | null {
  const lease = wallet.leases.get(ask.lease);
  if (!lease || ask.done) return null;
  const stale = leases.isStale(state, lease, now);
  const { pot, free } = leases.tightestOf(state, lease);
  return {
    lease: ask.lease,
    ...("known" in ask.facts ? {} : { facts: lease.facts }),
    granted: lease.granted,
    unlimited: !lease.pots.some((one) => isHard(state, one)),
    keep: stale ? 0 : leases.keepOf(state, lease, now),
    stale,
    free,
    room: Math.min(Number.POSITIVE_INFINITY, ...lease.pots.map((one) => roomOf(state, one))),
    tightest: pot && {
      budget: pot.budget,
      free,
      resetsAt: pot.endsAt === Number.POSITIVE_INFINITY ? null : pot.endsAt,
    },
    until: Math.min(Number.POSITIVE_INFINITY, ...lease.pots.map((one) => one.endsAt)) - CLOCK_DOUBT_MS,
  };
}

/**
 * The ledger's side of the lease protocol: one message, one synchronous step over rows and a clock. Nothing here
 * awaits, so a step is a transaction.
 */

import type { LeaseAnswer, LeaseAsk, NumberedEvent, Share, SyncMessage, SyncReply } from "../worker/core/lease.ts";
import { CLOCK_DOUBT_MS, factsOf } from "../worker/core/lease.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import { coveringBy, limitById } from "./covering.ts";
import { restoreWallet } from "./expiry.ts";
import * as leases from "./leases.ts";
import { OPEN_AGE_MS, SHORT_MS } from "./limits.ts";
import { policyOf, scopesFor } from "./policy.ts";
import { freeOf, isHard, resetOf, roomOf } from "./pots.ts";
import { budgetsUsedIn } from "./route-budgets.ts";
import type { Booked, LeaseRow, LedgerState, Pot, WalletRow } from "./rows.ts";

/** Acts on `message` and answers it. Acting on it again changes nothing. */
export function sync(state: LedgerState, message: SyncMessage, now: number): SyncReply {
  let wallet = state.wallets.get(message.wallet) ?? state.stored.walletById(message.wallet);
  if (wallet) state.wallets.set(wallet.id, wallet);
  if (!wallet) {
    if (!message.opens) return { outcome: "forget", wallet: message.wallet };
    if (now - message.sentAt > OPEN_AGE_MS) return { outcome: "old", wallet: message.wallet };
    wallet = openWallet(state, message.wallet, now);
  }
  // A message is its wallet's whole state of then: an older one than the last tells nothing new.
  if (message.seq > wallet.seq) {
    if (wallet.lostAt !== null) restoreWallet(state, wallet, now);
    // All that comes back, before anything goes out.
    bookEvents(state, wallet, { message, now });
    const asks = takeReturns(state, wallet, { message, now });
    grantNeeds(state, asks, { message, now });
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
    keys: message.identify.map((hash) => ({ hash, key: state.stored.keyByHash(hash) })),
    scopes: scopesFor(state, message, (ask) => resolveFacts(state, ask)),
    leases: message.leases.flatMap((ask) => answerOf(state, wallet, { ask, now }) ?? []),
    ...budgetsUsedIn(state, now),
  };
}

/** A lease that goes on, and what its wallet says of it. */
interface Asked {
  ask: LeaseAsk;
  lease: LeaseRow;
  /** What no request holds. */
  idle: number;
}

interface Step {
  message: SyncMessage;
  now: number;
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
  const { event, spends, at } = booking.numbered;
  const { message, now } = booking.step;
  if (event) {
    state.changes.events.push(event);
    // An unknown cost is delivered as unknown, and counts as nothing.
    if (spends.length === 0 && event.key !== null) {
      leases.spendUnleased(state, { ...event, key: event.key }, { nanos: event.costNanos ?? 0, now });
    }
  }
  const booked: Booked[] = [];
  // By the wallet's own clock it is so long ago; what the message took on its way only makes that more.
  const agoMs = Math.max(0, message.sentAt - at - CLOCK_DOUBT_MS);
  for (const { lease: number, amount } of spends) {
    let lease = wallet.leases.get(number);
    if (!lease) {
      // Without a hard limit a wallet draws before the ledger has heard of the lease.
      const ask = message.leases.find((one) => one.lease === number);
      const facts = ask && resolveFacts(state, ask);
      if (!ask || !facts) continue;
      lease = leases.openLease(state, wallet, { number, facts, unit: ask.unit, now });
    }
    leases.spend(state, lease, { amount, at: now - agoMs });
    for (const { id } of lease.pots) booked.push({ pot: id, amount, at: now - agoMs });
  }
  if (event?.background) state.changes.background.push({ event, pots: booked });
}

/** Takes back what wallets return, closes what is done, and answers the leases that go on. */
function takeReturns(state: LedgerState, wallet: WalletRow, step: Step): Map<number, Asked> {
  const asks = new Map<number, Asked>();
  for (const ask of step.message.leases) {
    const lease = wallet.leases.get(ask.lease) ?? openAsked(state, wallet, { ask, step });
    if (!lease) continue;
    leases.refresh(lease, step.now);
    const back = ask.returned - lease.returned;
    if (back > 0) leases.giveBack(state, lease, back);
    if (ask.done) {
      leases.closeLease(state, wallet, lease);
    } else {
      leases.setHot(lease, ask.want > 0);
      asks.set(ask.lease, { ask, lease, idle: 0 });
    }
  }
  return asks;
}

function openAsked(state: LedgerState, wallet: WalletRow, asked: { ask: LeaseAsk; step: Step }): LeaseRow | null {
  const { ask, step } = asked;
  if (ask.done) return null;
  const facts = resolveFacts(state, ask);
  // A revoked key gets nothing, but what already runs on it has to be covered.
  if (!facts || (state.revoked.has(facts.key) && ask.running === 0)) return null;
  if (isVoid(state, ask, facts)) return null;
  return leases.openLease(state, wallet, { number: ask.lease, facts, unit: ask.unit, now: step.now });
}

/** Who does not know the key asks in every unit, though no limit may count in it. Costs are drawn on a lease always. */
const isVoid = (state: LedgerState, ask: LeaseAsk, facts: ScopeFacts): boolean =>
  ask.unit !== "nanos" && ask.running === 0 && coveringBy(state, facts, ask.unit).length === 0;

function resolveFacts(state: LedgerState, ask: LeaseAsk): ScopeFacts | null {
  if ("known" in ask.facts) return ask.facts.known;
  const key = state.stored.keyByHash(ask.facts.keyHash);
  return key && key.revokedAt === null ? factsOf(key, ask.facts.said) : null;
}

/** Grants what requests wait for, in their order and each all or nothing; then what wallets want to have at hand. */
function grantNeeds(state: LedgerState, asks: Map<number, Asked>, step: Step): void {
  for (const asked of asks.values()) {
    const { ask, lease } = asked;
    asked.idle = leases.outstanding(lease) - ask.running;
    if (asked.idle >= 0) continue;
    // It runs already: covered, over the limit if need be.
    leases.grant(state, lease, -asked.idle);
    asked.idle = 0;
  }
  for (const need of step.message.needs) grantNeed(state, asks, { need, now: step.now });
  for (const { ask, lease, idle } of asks.values()) {
    if (leases.isStale(state, lease, step.now)) continue;
    const keep = leases.keepOf(state, lease, step.now);
    const extra = Math.min(Math.min(ask.want, keep) - idle, leases.tightestOf(state, lease).free);
    if (extra > 0) leases.grant(state, lease, extra);
  }
}

/** What one request waits for: of every lease all of it, or of none. */
function grantNeed(state: LedgerState, asks: Map<number, Asked>, { need, now }: { need: Share[]; now: number }): void {
  // A share of a lease that there is not is of no limit, or of a revoked key that has no other lease either.
  const shares = need.flatMap(({ lease, amount }) => {
    const asked = asks.get(lease);
    return asked ? [{ asked, amount, missing: Math.max(0, amount - asked.idle) }] : [];
  });
  const isFree = shares.every(({ asked, missing }) => hasFree(state, asked.lease, missing));
  for (const { asked, amount, missing } of shares) {
    if (isFree) {
      leases.grant(state, asked.lease, missing);
      asked.idle = Math.max(0, asked.idle - amount);
      continue;
    }
    // Others hold what it needs: for a while they keep nothing idle.
    for (const pot of asked.lease.pots) {
      if (freeOf(state, pot) < missing && amount <= roomOf(state, pot)) pot.shortUntil = now + SHORT_MS;
    }
  }
}

const hasFree = (state: LedgerState, lease: LeaseRow, missing: number): boolean =>
  missing === 0 || lease.pots.every((pot) => freeOf(state, pot) >= missing);

function answerOf(
  state: LedgerState,
  wallet: WalletRow,
  { ask, now }: { ask: LeaseAsk; now: number },
): LeaseAnswer | null {
  if (ask.done) return null;
  const lease = wallet.leases.get(ask.lease);
  if (!lease) {
    const facts = resolveFacts(state, ask);
    return facts && isVoid(state, ask, facts) ? { ...VOID, lease: ask.lease } : null;
  }
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
    tightest: pot && tightestOf(state, pot, free),
    until: Math.min(Number.POSITIVE_INFINITY, ...lease.pots.map((one) => one.endsAt)) - CLOCK_DOUBT_MS,
  };
}

function tightestOf(state: LedgerState, pot: Pot, free: number): LeaseAnswer["tightest"] {
  const limit = limitById(state, pot.budget);
  return limit ? { limit, free, resetsAt: resetOf(pot) } : null;
}

const VOID: Omit<LeaseAnswer, "lease"> = {
  isVoid: true,
  granted: 0,
  unlimited: true,
  keep: 0,
  stale: false,
  free: Number.POSITIVE_INFINITY,
  room: Number.POSITIVE_INFINITY,
  tightest: null,
  until: Number.POSITIVE_INFINITY,
};

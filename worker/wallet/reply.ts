/** What an answer of the ledger changes. A late, doubled or reordered one changes nothing that a newer one has said. */
import type { LeaseAnswer, SyncReply } from "../core/lease.ts";
import { hold, stopWaiting } from "./claims.ts";
import { learnKeys, newPolicy } from "./keys.ts";
import { bucketOf, closeToNew, floatOf, isUnanswered, leaseFor, queueOf, shed, touch, waitsFor } from "./leases.ts";
import { FRESH_MS, LONGEST_WAIT_MS, PATIENCE_MS, WAIT_CAP_MS, WAIT_MS } from "./limits.ts";
import { type Claim, isRevoked, type Lease, startAnew, type WalletState } from "./state.ts";

/** Takes the answer to a message that was sent at `sentAt`. */
export function takeReply(wallet: WalletState, reply: SyncReply, clock: { sentAt: number; now: number }): void {
  const { sentAt, now } = clock;
  // Too late to draw on: the next call will say it again.
  if (reply.wallet !== wallet.id || now >= sentAt + FRESH_MS || reply.outcome === "old") return;
  if (reply.outcome === "forget") {
    beForgotten(wallet, now);
    return;
  }
  if (reply.seq < wallet.ack || reply.version < wallet.version) return;
  if (reply.seq > wallet.ack) wallet.tries = 0;
  wallet.opens = false;
  wallet.ack = reply.seq;
  if (reply.policy && reply.version > wallet.version) {
    newPolicy(wallet, reply.policy, reply.version);
    rebucket(wallet, now);
  }
  // Counted from the question: the ledger counts from when it heard it, which is later.
  wallet.freshUntil = Math.max(wallet.freshUntil, sentAt + FRESH_MS);
  learnKeys(wallet, reply.keys, now);
  confirm(wallet, reply, now);
  for (const answer of reply.leases) takeAnswer(wallet, answer, now);
  for (const claim of wallet.claims.values()) {
    if (claim.state === "waiting" && isRevoked(wallet, claim.facts)) refuse(wallet, claim, { as: "revoked", now });
  }
}

/** The ledger knows this wallet no more, and has booked as lost what ran in it. What waits asks under a new id. */
function beForgotten(wallet: WalletState, now: number): void {
  const claims = [...wallet.claims.values()];
  startAnew(wallet);
  for (const claim of claims) {
    if (claim.state === "running" || !claim.facts) {
      claim.state = "gone";
      continue;
    }
    const lease = leaseFor(wallet, claim.facts);
    Object.assign(claim, { state: "waiting", held: 0, askedIn: 0, retryAt: now, lease });
    wallet.claims.set(claim.id, claim);
    lease.waiting.push(claim);
    touch(wallet, lease, now);
  }
}

function confirm(wallet: WalletState, reply: { seq: number; seen: number }, now: number): void {
  if (wallet.events[0] && wallet.events[0].n <= reply.seen)
    wallet.events = wallet.events.filter((e) => e.n > reply.seen);
  for (const lease of wallet.leases.values()) {
    if (!lease.sent || reply.seq < lease.sent.seq) continue;
    lease.confirmed = lease.sent.revision;
    if (lease.done && lease.revision === lease.confirmed) wallet.leases.delete(lease.number);
  }
  if (reply.seq < wallet.seq) return;
  wallet.retryAt = Number.POSITIVE_INFINITY;
  if (wallet.events.length > 0 && wallet.dirtyAt === Number.POSITIVE_INFINITY) wallet.dirtyAt = now;
}

function takeAnswer(wallet: WalletState, answer: LeaseAnswer, now: number): void {
  const lease = wallet.leases.get(answer.lease);
  if (!lease || lease.done) return;
  if (!lease.facts && answer.facts) learnFacts(wallet, lease, answer.facts);
  lease.granted = Math.max(lease.granted, answer.granted);
  // Over its limit: nothing is drawn, all that is idle goes back.
  const isShut = answer.free < 0;
  const { unlimited, keep, free, room, tightest } = answer;
  const hasMoved = room !== lease.room;
  Object.assign(lease, { unlimited, keep, free, room, tightest });
  lease.until = isShut ? Number.NEGATIVE_INFINITY : answer.until;
  if (answer.stale && !lease.stale) {
    lease.stale = true;
    closeToNew(wallet, lease);
    touch(wallet, lease, now);
  }
  for (const claim of queueOf(lease)) takeTurn(wallet, claim, { isShut, hasMoved, now });
  if (!lease.waiting.some((claim) => isUnanswered(wallet, claim))) shed(wallet, lease, now);
}

/** One waiting claim is held, refused, moved to another lease, or waits on. */
function takeTurn(wallet: WalletState, claim: Claim, turn: { isShut: boolean; hasMoved: boolean; now: number }): void {
  const { lease } = claim;
  const { isShut, hasMoved, now } = turn;
  const amount = waitsFor(claim);
  const isNew = claim.more === 0;
  if (isNew && lease.stale) move(wallet, claim, now);
  else if (isNew && isRevoked(wallet, claim.facts)) refuse(wallet, claim, { as: "revoked", now });
  else if (!isShut && (lease.unlimited || amount <= floatOf(lease))) hold(wallet, claim, now);
  else if (amount > lease.room && !isUnanswered(wallet, claim)) refuse(wallet, claim, { as: "refused", now });
  else {
    claim.retryAt = now + Math.min(WAIT_MS * 2 ** claim.waits, WAIT_CAP_MS);
    claim.waits++;
    if (hasMoved) claim.deadline = Math.min(now + PATIENCE_MS, claim.since + LONGEST_WAIT_MS);
  }
}

function refuse(wallet: WalletState, claim: Claim, refusal: { as: "refused" | "revoked"; now: number }): void {
  stopWaiting(claim.lease, claim);
  if (claim.more > 0) {
    claim.more = 0;
    claim.moreRefused = true;
    return;
  }
  claim.state = refusal.as;
  wallet.claims.delete(claim.id);
  touch(wallet, claim.lease, refusal.now);
}

/** The lease of an unknown key has found its facts: others with the same budgets may draw on it. */
function learnFacts(wallet: WalletState, lease: Lease, facts: NonNullable<Lease["facts"]>): void {
  lease.facts = facts;
  lease.bucket = bucketOf(wallet, facts).bucket;
  if (!wallet.open.has(lease.bucket)) wallet.open.set(lease.bucket, lease);
  for (const claim of lease.waiting) claim.facts = facts;
}

/** Suspends every lease until an answer speaks of it, and sorts them, and those who wait, by the new budgets. */
function rebucket(wallet: WalletState, now: number): void {
  wallet.open = new Map();
  for (const lease of wallet.leases.values()) {
    lease.until = Number.NEGATIVE_INFINITY;
    if (lease.done || lease.stale || !lease.facts) continue;
    lease.bucket = bucketOf(wallet, lease.facts).bucket;
    if (!wallet.open.has(lease.bucket)) wallet.open.set(lease.bucket, lease);
  }
  for (const claim of wallet.claims.values()) {
    if (claim.state !== "waiting" || !claim.facts) continue;
    if (bucketOf(wallet, claim.facts).bucket !== claim.lease.bucket) move(wallet, claim, now);
  }
}

function move(wallet: WalletState, claim: Claim, now: number): void {
  if (!claim.facts) return;
  const was = claim.lease;
  stopWaiting(was, claim);
  claim.lease = leaseFor(wallet, claim.facts);
  claim.lease.waiting.push(claim);
  claim.askedIn = 0;
  claim.retryAt = now;
  touch(wallet, was, now);
  touch(wallet, claim.lease, now);
}

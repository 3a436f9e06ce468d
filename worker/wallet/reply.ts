/** What an answer of the ledger changes. A late, doubled or reordered one changes nothing that a newer one has said. */
import type { LeaseAnswer, SyncReply } from "../core/lease.ts";
import { hold, stopAllWaiting, wait } from "./claims.ts";
import { learnKeys, learnScopes, newPolicy } from "./keys.ts";
import {
  bucketsOf,
  closeToNew,
  floatOf,
  isTopping,
  isUnanswered,
  isUsable,
  queueOf,
  shed,
  touch,
  voidLease,
  waitsFor,
} from "./leases.ts";
import { FRESH_MS, LONGEST_WAIT_MS, PATIENCE_MS, RATE_PATIENCE_MS, WAIT_CAP_MS, WAIT_MS } from "./limits.ts";
import { partsFor } from "./parts.ts";
import { type Claim, isRevoked, type Lease, type Part, startAnew, type WalletState } from "./state.ts";

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
  const isNewPolicy = reply.policy !== null && reply.version > wallet.version;
  if (reply.policy && isNewPolicy) newPolicy(wallet, reply.policy, reply.version);
  // Counted from the question: the ledger counts from when it heard it, which is later.
  if (sentAt >= wallet.outdatedAt) wallet.freshUntil = Math.max(wallet.freshUntil, sentAt + FRESH_MS);
  for (const [name, percent] of Object.entries(reply.budgetsUsed ?? {})) wallet.budgetsUsed.set(name, percent);
  learnKeys(wallet, reply.keys, now);
  learnScopes(wallet, reply.scopes);
  if (isNewPolicy) rebucket(wallet, now);
  else if (reply.scopes.length > 0) nameUnsure(wallet, now);
  confirm(wallet, reply, now);
  takeAnswers(wallet, reply.leases, now);
  for (const claim of wallet.claims.values()) {
    if (claim.state === "waiting" && isRevoked(wallet, claim.facts)) refuse(wallet, claim, { as: "revoked", now });
  }
}

/** The ledger knows this wallet no more, and has booked as lost what ran in it. What waits asks under a new id. */
function beForgotten(wallet: WalletState, now: number): void {
  const claims = [...wallet.claims.values()];
  startAnew(wallet);
  // Messages are counted anew: who asked in an old one has not been answered.
  for (const asked of wallet.asking.values()) asked.askedIn = 0;
  for (const claim of claims) {
    if (claim.state === "running" || !claim.facts) {
      claim.state = "gone";
      continue;
    }
    const parts = partsFor(wallet, claim.facts, claim.most);
    Object.assign(claim, { state: "waiting", askedIn: 0, retryAt: now, parts });
    wallet.claims.set(claim.id, claim);
    wait(wallet, claim, now);
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

/** What an answer said: of which leases, and of which of them that something was settled. */
interface Heard {
  answered: Set<Lease>;
  moved: Set<Lease>;
  now: number;
}

/** First what is said of the leases, then what follows for those who wait: a claim may wait for several of them. */
function takeAnswers(wallet: WalletState, answers: readonly LeaseAnswer[], now: number): void {
  const heard: Heard = { answered: new Set(), moved: new Set(), now };
  for (const answer of answers) {
    const lease = wallet.leases.get(answer.lease);
    if (!lease || lease.done) continue;
    if (lease.room !== answer.room) heard.moved.add(lease);
    heard.answered.add(lease);
    takeAnswer(wallet, lease, { answer, now });
  }
  for (const claim of queueOf(heard.answered)) takeTurn(wallet, claim, heard);
  for (const lease of heard.answered) {
    if (!lease.done && !lease.waiting.some((claim) => isUnanswered(wallet, claim))) shed(wallet, lease, now);
  }
}

function takeAnswer(wallet: WalletState, lease: Lease, { answer, now }: { answer: LeaseAnswer; now: number }): void {
  if (answer.isVoid) {
    voidLease(wallet, lease, now);
    return;
  }
  lease.granted = Math.max(lease.granted, answer.granted);
  // Over its limit: nothing is drawn, all that is idle goes back.
  const isShut = answer.free < 0;
  const { unlimited, keep, free, room, tightest } = answer;
  Object.assign(lease, { unlimited, keep, free, room, tightest });
  lease.until = isShut ? Number.NEGATIVE_INFINITY : answer.until;
  if (!lease.facts && answer.facts) learnFacts(wallet, lease, { facts: answer.facts, now });
  if (answer.stale && !lease.stale) {
    lease.stale = true;
    closeToNew(wallet, lease);
    touch(wallet, lease, now);
  }
}

/** One waiting claim is held, refused, moved to other leases, or waits on. */
function takeTurn(wallet: WalletState, claim: Claim, heard: Heard): void {
  const { now } = heard;
  const isNew = claim.state === "waiting";
  const wanted = claim.parts.filter((part) => isNew || part.more > 0);
  const unfunded = wanted.filter((part) => !isFunded(wallet, claim, { ...heard, part }));
  // What is spent does not come back; what others hold may.
  const hopeless = wanted.find((part) => waitsFor(claim, part) > part.lease.room);
  // Where one lease lacks it nothing is granted of the others either: that one stands in the way.
  const lacking = hopeless ?? unfunded.find((part) => isShort(claim, part)) ?? unfunded[0];
  if (isNew && claim.parts.some(({ lease }) => lease.stale)) move(wallet, claim, now);
  else if (isNew && isRevoked(wallet, claim.facts)) refuse(wallet, claim, { as: "revoked", now });
  else if (unfunded.length === 0) hold(wallet, claim, now);
  else if (lacking) {
    claim.blockedBy = lacking.lease;
    const isOver = hopeless !== undefined || now - claim.since >= patienceFor(lacking.lease);
    if (isOver && !isUnanswered(wallet, claim)) refuse(wallet, claim, { as: "refused", now });
    else waitOn(claim, heard);
  }
}

/** Whether its limits have too little left, all leases taken off. */
const isShort = (claim: Claim, part: Part): boolean =>
  !part.lease.unlimited && waitsFor(claim, part) > floatOf(part.lease) + part.lease.free;

const patienceFor = ({ unit }: Lease): number =>
  unit === "requests" || unit === "concurrent" ? RATE_PATIENCE_MS : Number.POSITIVE_INFINITY;

function waitOn(claim: Claim, { moved, now }: Heard): void {
  claim.retryAt = now + Math.min(WAIT_MS * 2 ** claim.waits, WAIT_CAP_MS);
  claim.waits++;
  if (!claim.parts.some(({ lease }) => moved.has(lease))) return;
  claim.deadline = Math.min(now + PATIENCE_MS, claim.since + LONGEST_WAIT_MS);
}

/** Whether what `part` waits for is at hand, by this answer or by an earlier one that still holds. */
function isFunded(wallet: WalletState, claim: Claim, turn: { part: Part; answered: Set<Lease>; now: number }): boolean {
  const { lease } = turn.part;
  // What was just granted may be drawn on to the last moment, unless the answer shut it.
  const isOpen = turn.answered.has(lease)
    ? lease.until !== Number.NEGATIVE_INFINITY
    : isUsable(wallet, lease, turn.now);
  return isOpen && (lease.unlimited || waitsFor(claim, turn.part) <= floatOf(lease));
}

function refuse(wallet: WalletState, claim: Claim, refusal: { as: "refused" | "revoked"; now: number }): void {
  if (isTopping(claim)) {
    for (const part of claim.parts) part.more = 0;
    claim.moreRefused = true;
    stopAllWaiting(claim);
    return;
  }
  stopAllWaiting(claim);
  claim.state = refusal.as;
  wallet.claims.delete(claim.id);
  for (const { lease } of claim.parts) touch(wallet, lease, refusal.now);
}

/** The lease of an unknown key has found its facts: others with the same limits may draw on it. */
function learnFacts(
  wallet: WalletState,
  lease: Lease,
  { facts, now }: { facts: NonNullable<Lease["facts"]>; now: number },
): void {
  lease.facts = facts;
  for (const claim of lease.waiting) claim.facts = facts;
  nameBucket(wallet, lease, now);
}

/** Sorts a lease by the limits of now that count its unit. */
function nameBucket(wallet: WalletState, lease: Lease, now: number): void {
  if (!lease.facts) return;
  const bucket = bucketsOf(wallet, lease.facts).find(({ unit }) => unit === lease.unit);
  if (!bucket) {
    voidLease(wallet, lease, now);
    return;
  }
  lease.bucket = bucket.name;
  if (!wallet.open.has(bucket.name)) wallet.open.set(bucket.name, lease);
}

/** Suspends every lease until an answer speaks of it, and sorts them, and those who wait, by the new limits. */
function rebucket(wallet: WalletState, now: number): void {
  wallet.open = new Map();
  for (const lease of wallet.leases.values()) {
    lease.until = Number.NEGATIVE_INFINITY;
    if (!lease.done && !lease.stale) nameBucket(wallet, lease, now);
  }
  for (const claim of wallet.claims.values()) {
    if (claim.state !== "waiting" || !claim.facts) continue;
    const buckets = bucketsOf(wallet, claim.facts);
    const isSame =
      buckets.length === claim.parts.length && buckets.every(({ name }, i) => claim.parts[i]?.lease.bucket === name);
    if (!isSame) move(wallet, claim, now);
  }
}

/** Leases that were opened before it was known what covers them. */
function nameUnsure(wallet: WalletState, now: number): void {
  for (const lease of wallet.leases.values()) {
    if (lease.done || lease.stale || !lease.facts || !lease.bucket.startsWith("?")) continue;
    if (wallet.open.get(lease.bucket) === lease) wallet.open.delete(lease.bucket);
    nameBucket(wallet, lease, now);
  }
}

function move(wallet: WalletState, claim: Claim, now: number): void {
  if (!claim.facts) return;
  for (const { lease } of claim.parts) touch(wallet, lease, now);
  stopAllWaiting(claim);
  claim.parts = partsFor(wallet, claim.facts, claim.most);
  claim.askedIn = 0;
  claim.retryAt = now;
  wait(wallet, claim, now);
}

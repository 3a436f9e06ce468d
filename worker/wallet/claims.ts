/** The life of one request's hold: it arrives, is dispatched, tops up, and is settled or given back. */
import type { Amounts, Share, UnkeyedFacts } from "../core/lease.ts";
import { lostEvent } from "../core/lost.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";
import { fits, floatOf, isTopping, isUsable, queueOf, slotOf, touch, waitsFor } from "./leases.ts";
import { DEAD_MS, PATIENCE_MS, UNUSED_MS } from "./limits.ts";
import { moreIn, needIn, ownOn, partsFor, partsForUnknown, spentOn } from "./parts.ts";
import { type Claim, isFresh, isRevoked, type Lease, type Part, type WalletState } from "./state.ts";

/**
 * A request wants `most`: held at once where its leases have it at hand, else it waits. One that goes on `after` another claim
 * is one request still: what counts it already is not asked for it again.
 */
export function arrive(
  wallet: WalletState,
  request: { id: string; facts: ScopeFacts; most: Amounts; after?: Claim | undefined },
  now: number,
): Claim {
  const { id, facts, most, after } = request;
  const claim = newClaim({ id, facts, most, parts: partsFor(wallet, facts, most) }, now);
  for (const part of claim.parts) if (isCountedBy(after, part)) part.need = 0;
  if (isRevoked(wallet, facts) && isFresh(wallet, now)) {
    claim.state = "revoked";
    return claim;
  }
  wallet.claims.set(id, claim);
  if (claim.parts.every((part) => isAtHand(wallet, part, { amount: part.need, now }))) hold(wallet, claim, now);
  else wait(wallet, claim, now);
  return claim;
}

const isCountedBy = (claim: Claim | undefined, { lease }: Part): boolean =>
  claim?.state === "running" &&
  (lease.unit === "requests" || lease.unit === "concurrent") &&
  claim.parts.some((part) => part.lease === lease);

/** A request of a key that only the ledger can name wants `most`. */
export function arriveUnknown(
  wallet: WalletState,
  request: { id: string; keyHash: string; said: UnkeyedFacts; most: Amounts },
  now: number,
): Claim {
  const { id, keyHash, said, most } = request;
  const parts = partsForUnknown(wallet, { keyHash, said }, most);
  const claim = newClaim({ id, facts: null, most, parts }, now);
  wallet.claims.set(id, claim);
  wait(wallet, claim, now);
  return claim;
}

function newClaim(claim: Pick<Claim, "id" | "facts" | "most" | "parts">, now: number): Claim {
  const { id, facts, most, parts } = claim;
  return {
    id,
    facts,
    most,
    parts,
    state: "waiting",
    moreRefused: false,
    blockedBy: null,
    askedIn: 0,
    waits: 0,
    retryAt: now,
    since: now,
    deadline: now + PATIENCE_MS,
    touchedAt: now,
  };
}

const isAtHand = (wallet: WalletState, { lease }: Part, drawn: { amount: number; now: number }): boolean =>
  isUsable(wallet, lease, drawn.now) && fits(wallet, lease, drawn.amount);

/** Waits for its parts, or for more of those that want it. */
export function wait(wallet: WalletState, claim: Claim, now: number): void {
  for (const part of claim.parts) {
    if (claim.state !== "waiting" && part.more === 0) continue;
    part.lease.waiting.push(claim);
    touch(wallet, part.lease, now);
  }
}

/** What it waits for is at hand now. */
export function hold(wallet: WalletState, claim: Claim, now: number): void {
  for (const part of claim.parts) {
    const amount = waitsFor(claim, part);
    if (claim.state === "waiting" || amount > 0) draw(wallet, part, { amount, now });
    part.more = 0;
    stopWaiting(part.lease, claim);
  }
  if (claim.state === "waiting") claim.state = "held";
  claim.touchedAt = now;
}

// Told with the next message; worth no call of its own, but where the ledger has not granted it.
function draw(wallet: WalletState, part: Part, drawn: { amount: number; now: number }): void {
  const { lease } = part;
  lease.running += drawn.amount;
  part.held += drawn.amount;
  const slot = slotOf(lease, drawn.now);
  slot.draws++;
  slot.peak = Math.max(slot.peak, lease.running);
  if (floatOf(lease) < 0) touch(wallet, lease, drawn.now);
  else lease.revision++;
}

function stopWaiting(lease: Lease, claim: Claim): void {
  const at = lease.waiting.indexOf(claim);
  if (at >= 0) lease.waiting.splice(at, 1);
}

/** It waits for nothing any more. */
export function stopAllWaiting(claim: Claim): void {
  for (const { lease } of claim.parts) stopWaiting(lease, claim);
}

/** It needs no more than `most` after all: the rest goes back. */
export function lower(wallet: WalletState, claim: Claim, { most, now }: { most: Amounts; now: number }): void {
  claim.most = most;
  for (const part of claim.parts) {
    const need = needIn(part.lease.unit, most);
    part.lease.running -= part.held - need;
    part.held = need;
    part.need = need;
    touch(wallet, part.lease, now);
  }
}

/** Just before the bytes leave. False where the hold may no longer be used; it is then given back. */
export function dispatch(wallet: WalletState, claim: Claim, now: number): boolean {
  if (claim.state !== "held") return false;
  if (!isFresh(wallet, now) || isRevoked(wallet, claim.facts)) {
    giveUp(wallet, claim, now);
    return false;
  }
  claim.state = "running";
  claim.touchedAt = now;
  for (const part of claim.parts) if (part.lease.unit === "requests") countRequest(wallet, part, now);
  return true;
}

/** Where requests are counted, it is one from now on, however long it runs. Told with the next message. */
function countRequest(wallet: WalletState, part: Part, now: number): void {
  const { lease, held } = part;
  spend(part, { amount: held, now });
  lease.revision++;
  wallet.events.push({ n: ++wallet.lastEvent, spends: [{ lease: lease.number, amount: held }], event: null, at: now });
}

function spend(part: Part, spent: { amount: number; now: number }): void {
  const { lease } = part;
  lease.running -= part.held;
  lease.spent += spent.amount;
  part.held = 0;
  slotOf(lease, spent.now).spent += spent.amount;
}

/** The request will not be sent: what it holds or waits for goes back. */
export function giveUp(wallet: WalletState, claim: Claim, now: number): void {
  if (claim.state !== "waiting" && claim.state !== "held") return;
  for (const part of claim.parts) {
    part.lease.running -= part.held;
    part.held = 0;
    touch(wallet, part.lease, now);
  }
  drop(wallet, claim);
}

function drop(wallet: WalletState, claim: Claim): void {
  claim.state = "gone";
  stopAllWaiting(claim);
  wallet.claims.delete(claim.id);
}

/** A running request wants `more`: drawn at once where it fits, else it waits for it. A settled one gets none. */
export function topUp(wallet: WalletState, claim: Claim, wish: { more: Amounts; now: number }): void {
  if (claim.state !== "running") return;
  const { more, now } = wish;
  const wasTopping = isTopping(claim);
  claim.touchedAt = now;
  claim.moreRefused = false;
  stopAllWaiting(claim);
  for (const part of claim.parts) part.more = moreIn(part.lease.unit, more);
  const wanting = claim.parts.filter((part) => part.more > 0);
  if (!wasTopping && wanting.every((part) => isAtHand(wallet, part, { amount: part.more, now }))) {
    hold(wallet, claim, now);
    return;
  }
  Object.assign(claim, { askedIn: 0, retryAt: now, waits: 0, since: now, deadline: now + PATIENCE_MS });
  wait(wallet, claim, now);
}

/** It waits for no more. */
export function dropTopUp(claim: Claim): void {
  for (const part of claim.parts) part.more = 0;
  stopAllWaiting(claim);
}

/** Hold becomes spend, in one step with the event. False where it was booked already: swept, or forgotten. */
export function settle(
  wallet: WalletState,
  claim: Claim,
  settled: { event: UsageEvent; own?: Amounts | undefined; now: number },
): boolean {
  if (claim.state !== "running" && claim.state !== "held") return false;
  const { event, own, now } = settled;
  const spends = spendAll(wallet, claim, {
    amountOf: (part) => (own ? ownOn(part, own) : spentOn(part, event)),
    now,
  });
  wallet.events.push({ n: ++wallet.lastEvent, spends, event, at: now });
  return true;
}

/** An attempt failed at this price, and its request goes on under the claim `to`: no record of its own. */
export function leave(
  wallet: WalletState,
  claim: Claim,
  left: { spent: Amounts; to: Claim | undefined; now: number },
): void {
  if (claim.state !== "running") return;
  const { spent, to, now } = left;
  for (const part of claim.parts) {
    const next = to?.parts.find(({ lease, need }) => lease === part.lease && lease.unit === "concurrent" && need === 0);
    if (next) [next.held, part.held] = [part.held, 0];
  }
  const spends = spendAll(wallet, claim, { amountOf: (part) => ownOn(part, spent), now });
  wallet.events.push({ n: ++wallet.lastEvent, spends, event: null, at: now });
}

function spendAll(
  wallet: WalletState,
  claim: Claim,
  { amountOf, now }: { amountOf: (part: Part) => number; now: number },
): Share[] {
  const spends: Share[] = [];
  for (const part of claim.parts) {
    const amount = amountOf(part);
    spend(part, { amount, now });
    // Costs name their lease even at nothing: what holds nothing is booked elsewhere.
    if (amount !== 0 || part.lease.unit === "nanos") spends.push({ lease: part.lease.number, amount });
    touch(wallet, part.lease, now);
  }
  drop(wallet, claim);
  return spends;
}

/** An event that held nothing. */
export function record(wallet: WalletState, event: UsageEvent, now: number): void {
  wallet.events.push({ n: ++wallet.lastEvent, spends: [], event, at: now });
  if (wallet.dirtyAt === Number.POSITIVE_INFINITY) wallet.dirtyAt = now;
}

/** What came back of a claim's leases goes first to those who wait in this wallet. */
export function serve(wallet: WalletState, { parts }: Pick<Claim, "parts">, now: number): void {
  const leases = parts.map((part) => part.lease);
  for (const claim of queueOf(leases)) if (isFunded(wallet, claim, now)) hold(wallet, claim, now);
}

const isFunded = (wallet: WalletState, claim: Claim, now: number): boolean =>
  claim.parts.every((part) => {
    const amount = waitsFor(claim, part);
    const { lease } = part;
    if (claim.state !== "waiting" && amount === 0) return true;
    return !lease.done && isUsable(wallet, lease, now) && amount <= floatOf(lease);
  });

/** Requests whose context died while the isolate lives on: what waits is dropped, what runs is booked at its hold. */
export function sweep(wallet: WalletState, now: number): void {
  for (const claim of wallet.claims.values()) {
    const silentMs = now - claim.touchedAt;
    if (claim.state === "waiting" && now > claim.deadline + 1_000) giveUp(wallet, claim, now);
    else if (claim.state === "held" && silentMs > UNUSED_MS) giveUp(wallet, claim, now);
    else if (claim.state === "running" && silentMs > DEAD_MS) settleDead(wallet, claim, now);
  }
}

function settleDead(wallet: WalletState, claim: Claim, now: number): void {
  const { facts, id } = claim;
  if (!facts) return;
  const mode = wallet.keyModes.get(facts.key) ?? "live";
  const nanos = claim.parts[0]?.held ?? 0;
  const event = lostEvent({ id, tenant: wallet.tenant, time: now, facts, mode, nanos });
  settle(wallet, claim, { event, now });
}

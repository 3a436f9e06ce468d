/** The life of one request's hold: it arrives, is dispatched, tops up, and is settled or given back. */
import type { UnkeyedFacts } from "../core/lease.ts";
import { lostEvent } from "../core/lost.ts";
import type { Nanos } from "../core/money.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";
import { fits, floatOf, isUsable, leaseFor, leaseForUnknown, queueOf, slotOf, touch, waitsFor } from "./leases.ts";
import { DEAD_MS, PATIENCE_MS, UNUSED_MS } from "./limits.ts";
import { type Claim, isFresh, isRevoked, type Lease, type WalletState } from "./state.ts";

/** A request wants `need`: held at once where its lease has it at hand, else it waits. */
export function arrive(
  wallet: WalletState,
  request: { id: string; facts: ScopeFacts; need: Nanos },
  now: number,
): Claim {
  const { id, facts, need } = request;
  const lease = leaseFor(wallet, facts);
  const claim = newClaim({ id, facts, lease, need }, now);
  if (isRevoked(wallet, facts) && isFresh(wallet, now)) {
    claim.state = "revoked";
    return claim;
  }
  wallet.claims.set(id, claim);
  if (isUsable(wallet, lease, now) && fits(wallet, lease, need)) hold(wallet, claim, now);
  else wait(wallet, claim, now);
  return claim;
}

/** A request of a key that only the ledger can name wants `need`. */
export function arriveUnknown(
  wallet: WalletState,
  request: { id: string; keyHash: string; said: UnkeyedFacts; need: Nanos },
  now: number,
): Claim {
  const { id, keyHash, said, need } = request;
  const claim = newClaim({ id, facts: null, lease: leaseForUnknown(wallet, { keyHash, said }), need }, now);
  wallet.claims.set(id, claim);
  wait(wallet, claim, now);
  return claim;
}

function newClaim(claim: Pick<Claim, "id" | "facts" | "lease" | "need">, now: number): Claim {
  const { id, facts, lease, need } = claim;
  return {
    id,
    facts,
    lease,
    state: "waiting",
    need,
    held: 0,
    more: 0,
    moreRefused: false,
    askedIn: 0,
    waits: 0,
    retryAt: now,
    since: now,
    deadline: now + PATIENCE_MS,
    touchedAt: now,
  };
}

function wait(wallet: WalletState, claim: Claim, now: number): void {
  claim.lease.waiting.push(claim);
  touch(wallet, claim.lease, now);
}

/** What it waits for is at hand now. */
export function hold(wallet: WalletState, claim: Claim, now: number): void {
  const { lease } = claim;
  const amount = waitsFor(claim);
  draw(wallet, claim, { amount, now });
  if (claim.state === "waiting") claim.state = "held";
  else claim.more = 0;
  claim.touchedAt = now;
  stopWaiting(lease, claim);
}

// Told with the next message; worth no call of its own, but where the ledger has not granted it.
function draw(wallet: WalletState, claim: Claim, drawn: { amount: Nanos; now: number }): void {
  const { lease } = claim;
  lease.running += drawn.amount;
  claim.held += drawn.amount;
  const slot = slotOf(lease, drawn.now);
  slot.draws++;
  slot.peak = Math.max(slot.peak, lease.running);
  if (floatOf(lease) < 0) touch(wallet, lease, drawn.now);
  else lease.revision++;
}

export function stopWaiting(lease: Lease, claim: Claim): void {
  const at = lease.waiting.indexOf(claim);
  if (at >= 0) lease.waiting.splice(at, 1);
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
  return true;
}

/** The request will not be sent: what it holds or waits for goes back. */
export function giveUp(wallet: WalletState, claim: Claim, now: number): void {
  if (claim.state !== "waiting" && claim.state !== "held") return;
  claim.lease.running -= claim.held;
  claim.held = 0;
  drop(wallet, claim);
  touch(wallet, claim.lease, now);
}

function drop(wallet: WalletState, claim: Claim): void {
  claim.state = "gone";
  stopWaiting(claim.lease, claim);
  wallet.claims.delete(claim.id);
}

/** A running request wants `more`: drawn at once where it fits, else it waits for it (`claim.more`). A settled one gets none. */
export function topUp(wallet: WalletState, claim: Claim, wish: { more: Nanos; now: number }): void {
  if (claim.state !== "running") return;
  const { more, now } = wish;
  const { lease } = claim;
  claim.touchedAt = now;
  claim.moreRefused = false;
  if (claim.more === 0 && isUsable(wallet, lease, now) && fits(wallet, lease, more)) {
    draw(wallet, claim, { amount: more, now });
    return;
  }
  if (claim.more === 0) lease.waiting.push(claim);
  Object.assign(claim, { more, askedIn: 0, retryAt: now, waits: 0, since: now, deadline: now + PATIENCE_MS });
  touch(wallet, lease, now);
}

/** It waits for no more. */
export function dropTopUp(claim: Claim): void {
  claim.more = 0;
  stopWaiting(claim.lease, claim);
}

/** Hold becomes spend, in one step with the event. False where it was booked already: swept, or forgotten. */
export function settle(wallet: WalletState, claim: Claim, settled: { event: UsageEvent; now: number }): boolean {
  if (claim.state !== "running" && claim.state !== "held") return false;
  const { event, now } = settled;
  const { lease } = claim;
  const cost = event.costNanos ?? 0;
  lease.running -= claim.held;
  lease.spent += cost;
  slotOf(lease, now).spent += cost;
  drop(wallet, claim);
  wallet.events.push({ n: ++wallet.lastEvent, lease: lease.number, event });
  touch(wallet, lease, now);
  return true;
}

/** An event that held nothing. */
export function record(wallet: WalletState, event: UsageEvent, now: number): void {
  wallet.events.push({ n: ++wallet.lastEvent, lease: null, event });
  if (wallet.dirtyAt === Number.POSITIVE_INFINITY) wallet.dirtyAt = now;
}

/** Money that came back goes first to those who wait in this wallet. */
export function serve(wallet: WalletState, lease: Lease, now: number): void {
  if (lease.waiting.length === 0 || lease.done || !isUsable(wallet, lease, now)) return;
  for (const claim of queueOf(lease)) if (waitsFor(claim) <= floatOf(lease)) hold(wallet, claim, now);
}

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
  const { facts, held: nanos, id } = claim;
  if (!facts) return;
  const mode = wallet.keyModes.get(facts.key) ?? "live";
  const event = lostEvent({ id, tenant: wallet.tenant, time: now, facts, mode, nanos });
  settle(wallet, claim, { event, now });
}

/** What a lease has at hand, what it wants, and which one a request draws on. */
import type { UnkeyedFacts } from "../core/lease.ts";
import type { Nanos } from "../core/money.ts";
import { matches, type ScopeFacts } from "../core/scope.ts";
import { DEMAND_MS, HEADROOM, SLOT_MS } from "./limits.ts";
import { type Claim, isFresh, type Lease, type Slot, type WalletState } from "./state.ts";

/** What no request holds. May be below 0 where nothing limits it. */
export const floatOf = (lease: Lease): Nanos => lease.granted - lease.spent - lease.returned - lease.running;

/** Whether new requests may draw on it without asking. */
export const isUsable = (wallet: WalletState, lease: Lease, now: number): boolean =>
  isFresh(wallet, now) && now < lease.until && !lease.stale;

/** The ledger should hear of this lease. */
export function touch(wallet: WalletState, lease: Lease, now: number): void {
  lease.revision++;
  if (wallet.dirtyAt === Number.POSITIVE_INFINITY) wallet.dirtyAt = now;
}

/** The name of the set of budgets that covers `facts`, and whether a hard one is among them. */
export function bucketOf(wallet: WalletState, facts: ScopeFacts): { bucket: string; hard: boolean } {
  if (!wallet.policy) return { bucket: `?${JSON.stringify(facts)}`, hard: true };
  let bucket = "";
  let hard = false;
  for (const budget of wallet.keyBudgets.get(facts.key) ?? wallet.policy.budgets) {
    if (!matches(budget.scope, facts)) continue;
    bucket += `${budget.id} `;
    hard ||= budget.enforcement === "hard";
  }
  return { bucket, hard };
}

/** The lease that a request with `facts` draws on; a new one where there is none that may be drawn on. */
export function leaseFor(wallet: WalletState, facts: ScopeFacts): Lease {
  const { bucket, hard } = bucketOf(wallet, facts);
  const lease = wallet.open.get(bucket);
  if (lease && !lease.done && !lease.stale) return lease;
  const opened = openLease(wallet, { facts, unkeyed: null, bucket });
  if (!hard) {
    // Nothing to exceed: it may be drawn on before the ledger has heard of it.
    opened.unlimited = true;
    opened.until = Number.POSITIVE_INFINITY;
  }
  wallet.open.set(bucket, opened);
  return opened;
}

/** A lease for the requests of a key that only the ledger can name. */
export const leaseForUnknown = (wallet: WalletState, unkeyed: { keyHash: string; said: UnkeyedFacts }): Lease =>
  openLease(wallet, { facts: null, unkeyed, bucket: "" });

function openLease(wallet: WalletState, opening: Pick<Lease, "facts" | "unkeyed" | "bucket">): Lease {
  const lease: Lease = {
    ...opening,
    number: ++wallet.lastLease,
    granted: 0,
    spent: 0,
    returned: 0,
    running: 0,
    unlimited: false,
    keep: 0,
    free: 0,
    room: Number.POSITIVE_INFINITY,
    tightest: null,
    until: Number.NEGATIVE_INFINITY,
    stale: false,
    done: false,
    revision: 1,
    confirmed: 0,
    sent: null,
    waiting: [],
    slots: [],
  };
  wallet.leases.set(lease.number, lease);
  return lease;
}

/** New requests open another lease of its bucket. */
export function closeToNew(wallet: WalletState, lease: Lease): void {
  if (wallet.open.get(lease.bucket) === lease) wallet.open.delete(lease.bucket);
}

/** What this claim waits for; 0 for nothing. */
export const waitsFor = (claim: Claim): Nanos => (claim.state === "waiting" ? claim.need : claim.more);

/** Not asked for yet, or not answered. */
export const isUnanswered = (wallet: WalletState, claim: Claim): boolean =>
  claim.askedIn === 0 || claim.askedIn > wallet.ack;

/** The claims that wait, running requests first: a stream that stops wastes what it has spent. */
export function queueOf(lease: Lease): Claim[] {
  if (lease.waiting.length < 2) return [...lease.waiting];
  const running = lease.waiting.filter((claim) => claim.more > 0);
  return [...running, ...lease.waiting.filter((claim) => claim.more === 0)];
}

/** Whether `need` may be drawn now, before those who wait for an answer and came earlier. */
export function fits(wallet: WalletState, lease: Lease, need: Nanos): boolean {
  if (lease.unlimited) return true;
  let reserved = 0;
  for (const claim of lease.waiting) if (isUnanswered(wallet, claim)) reserved += waitsFor(claim);
  return need <= floatOf(lease) - reserved;
}

/** Gives back what is above what it wants and may keep: out of reach at once, told with the next message. */
export function shed(wallet: WalletState, lease: Lease, now: number): void {
  const excess = floatOf(lease) - Math.min(wantOf(lease, now), lease.keep);
  if (excess <= 0) return;
  lease.returned += excess;
  lease.free += excess;
  touch(wallet, lease, now);
}

/** The slot of `now`, for noting demand. */
export function slotOf(lease: Lease, now: number): Slot {
  const number = Math.floor(now / SLOT_MS);
  let slot = lease.slots.at(-1);
  if (!slot || slot.slot !== number) {
    slot = { slot: number, peak: lease.running, spent: 0, draws: 0 };
    lease.slots.push(slot);
    const oldest = number - DEMAND_MS / SLOT_MS;
    while ((lease.slots[0]?.slot ?? number) < oldest) lease.slots.shift();
  }
  return slot;
}

/** What it would like to have at hand: what ran and was spent of late. A single request is no demand. */
export function wantOf(lease: Lease, now: number): Nanos {
  if (lease.stale || lease.done) return 0;
  const oldest = Math.floor(now / SLOT_MS) - DEMAND_MS / SLOT_MS;
  let [draws, peak, spent] = [0, 0, 0];
  for (const slot of lease.slots) {
    if (slot.slot < oldest) continue;
    draws += slot.draws;
    peak = Math.max(peak, slot.peak);
    spent += slot.spent;
  }
  return draws < 2 ? 0 : Math.max(0, Math.ceil(HEADROOM * peak) - lease.running) + spent;
}

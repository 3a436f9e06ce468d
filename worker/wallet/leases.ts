/** What a lease has at hand, what it wants, and which one a request draws on. */
import type { UnkeyedFacts } from "../core/lease.ts";
import { UNITS, type Unit } from "../core/policy.ts";
import { type Covering, counterOf, coveringOf, type ScopeFacts } from "../core/scope.ts";
import { knowsLimits } from "./keys.ts";
import { DEMAND_MS, HEADROOM, SLOT_MS } from "./limits.ts";
import { type Claim, isFresh, type Lease, type Part, type Slot, type WalletState } from "./state.ts";

/** What no request holds. May be below 0 where nothing limits it. */
export const floatOf = (lease: Lease): number => lease.granted - lease.spent - lease.returned - lease.running;

/** Whether new requests may draw on it without asking. */
export const isUsable = (wallet: WalletState, lease: Lease, now: number): boolean =>
  isFresh(wallet, now) && now < lease.until && !lease.stale;

/** The ledger should hear of this lease. */
export function touch(wallet: WalletState, lease: Lease, now: number): void {
  lease.revision++;
  if (wallet.dirtyAt === Number.POSITIVE_INFINITY) wallet.dirtyAt = now;
}

/** The limits that cover `facts`, as far as the wallet knows. */
export function coveringFor(wallet: WalletState, facts: ScopeFacts): readonly Covering[] {
  // A request asks twice: for what its limits say of its price, and to hold.
  if (wallet.covering?.facts !== facts) {
    wallet.covering = { facts, found: coveringOf(wallet.index, facts, wallet.ofKeys.get(facts.key)) };
  }
  return wallet.covering.found;
}

/** The limits of one unit that cover a request: their name as a set, and whether a hard one is among them. */
export interface Bucket {
  unit: Unit;
  name: string;
  hard: boolean;
}

/** What a request with `facts` draws on: always a bucket of costs, which comes first. */
export function bucketsOf(wallet: WalletState, facts: ScopeFacts): Bucket[] {
  // What is not known may cover it.
  if (!knowsLimits(wallet, facts))
    return UNITS.map((unit) => ({ unit, name: `?${unit}${JSON.stringify(facts)}`, hard: true }));
  const ofCosts: Bucket = { unit: "nanos", name: "", hard: false };
  const buckets = [ofCosts];
  for (const covering of coveringFor(wallet, facts)) {
    const { unit, enforcement } = covering.limit;
    let bucket = unit === "nanos" ? ofCosts : buckets.find((one) => one.unit === unit);
    if (!bucket) {
      bucket = { unit, name: "", hard: false };
      buckets.push(bucket);
    }
    const counter = counterOf(covering);
    // With its length, since a subject may look like another limit's name.
    bucket.name += `${counter.length}:${counter} `;
    bucket.hard ||= enforcement === "hard";
  }
  // The order of a claim's parts, whoever made them.
  return buckets.length < 3 ? buckets : buckets.sort((a, b) => UNITS.indexOf(a.unit) - UNITS.indexOf(b.unit));
}

/** The lease of `bucket` that a request with `facts` draws on; a new one where there is none that may be drawn on. */
export function leaseFor(wallet: WalletState, facts: ScopeFacts, { unit, name, hard }: Bucket): Lease {
  const lease = wallet.open.get(name);
  if (lease && !lease.done && !lease.stale) return lease;
  const opened = openLease(wallet, { facts, unkeyed: null, unit, bucket: name });
  if (!hard) {
    // Nothing to exceed: it may be drawn on before the ledger has heard of it.
    opened.unlimited = true;
    opened.until = Number.POSITIVE_INFINITY;
  }
  wallet.open.set(name, opened);
  return opened;
}

/** A lease for the requests of a key that only the ledger can name. */
export const leaseForUnknown = (
  wallet: WalletState,
  unkeyed: { keyHash: string; said: UnkeyedFacts },
  unit: Unit,
): Lease => openLease(wallet, { facts: null, unkeyed, unit, bucket: "?" });

function openLease(wallet: WalletState, opening: Pick<Lease, "facts" | "unkeyed" | "unit" | "bucket">): Lease {
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

/** No limit counts its unit for its facts: nobody waits for it, and it is closed. */
export function voidLease(wallet: WalletState, lease: Lease, now: number): void {
  if (lease.done || lease.running > 0) return;
  for (const claim of lease.waiting) claim.parts = claim.parts.filter((part) => part.lease !== lease);
  lease.waiting = [];
  lease.done = true;
  closeToNew(wallet, lease);
  touch(wallet, lease, now);
}

/** What this claim waits for of the part's lease; 0 for nothing. */
export const waitsFor = (claim: Claim, part: Part): number => (claim.state === "waiting" ? part.need : part.more);

/** Whether it runs and waits for more. */
export const isTopping = (claim: Claim): boolean => claim.parts.some(({ more }) => more > 0);

/** Not asked for yet, or not answered. */
export const isUnanswered = (wallet: WalletState, claim: Claim): boolean =>
  claim.askedIn === 0 || claim.askedIn > wallet.ack;

/** The claims that wait for some of `leases`, running requests first: a stream that stops wastes what it has spent. */
export function queueOf(leases: Iterable<Lease>): Claim[] {
  let queue: Set<Claim> | null = null;
  for (const { waiting } of leases) {
    if (waiting.length === 0) continue;
    queue ??= new Set();
    for (const claim of waiting) queue.add(claim);
  }
  if (!queue) return [];
  const all = [...queue];
  if (all.length === 1) return all;
  return [...all.filter(isTopping), ...all.filter((claim) => !isTopping(claim))];
}

/** Whether `amount` may be drawn now, before those who wait for an answer and came earlier. */
export function fits(wallet: WalletState, lease: Lease, amount: number): boolean {
  if (lease.unlimited) return true;
  let reserved = 0;
  for (const claim of lease.waiting) {
    if (!isUnanswered(wallet, claim)) continue;
    for (const part of claim.parts) if (part.lease === lease) reserved += waitsFor(claim, part);
  }
  return amount <= floatOf(lease) - reserved;
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
export function wantOf(lease: Lease, now: number): number {
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

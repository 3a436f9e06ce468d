/** What the adversary plays with: one ledger, some isolates, a network and a clock, all small enough to collide often. */

import { applyChange } from "../../durable-objects/changes.ts";
import { limitById } from "../../durable-objects/covering.ts";
import { expireWallets } from "../../durable-objects/expiry.ts";
import { outstanding } from "../../durable-objects/leases.ts";
import { dropIdlePots, potsOf } from "../../durable-objects/pots.ts";
import { emptyState, type LedgerState, type Pot } from "../../durable-objects/rows.ts";
import { sync } from "../../durable-objects/sync.ts";
import type { SyncMessage, SyncReply } from "../../worker/core/lease.ts";
import type { Budget, KeyRecord, RateLimits, Scope } from "../../worker/core/policy.ts";
import { sampleBudget, sampleKey } from "../../worker/core/samples.ts";
import type { UsageEvent } from "../../worker/core/usage.ts";
import { nextMessage } from "../../worker/wallet/message.ts";
import { newWallet } from "../../worker/wallet/state.ts";
import { Disk, digestOf } from "./disk.ts";
import type { Random } from "./random.ts";
import type { Isolate, SimRequest } from "./requests.ts";

/** A broken promise of the protocol. */
export class Violation extends Error {
  readonly promise: string;
  constructor(promise: string, text: string) {
    super(`${promise}: ${text}`);
    this.promise = promise;
  }
}
export function broken(promise: string, text: string): never {
  throw new Violation(promise, text);
}

/** What a provider may bill beyond what the meter of a stream has seen. */
export const UNSEEN = 3;

export type Packet =
  | { to: "ledger"; isolate: Isolate; walletId: string; message: SyncMessage; deliveries: number }
  | { to: "wallet"; isolate: Isolate; reply: SyncReply; sentAt: number; isTaken: boolean };

export interface Options {
  random: Random;
  steps: number;
}

export interface Counts {
  steps: number;
  dispatched: number;
  refused: number;
  topUps: number;
  vanished: number;
  revived: number;
  forgotten: number;
  reloads: number;
}

const START = Date.UTC(2026, 10, 24, 9, 58);

export class World {
  readonly random: Random;
  readonly counts: Counts = {
    steps: 0,
    dispatched: 0,
    refused: 0,
    topUps: 0,
    vanished: 0,
    revived: 0,
    forgotten: 0,
    reloads: 0,
  };
  now = START;
  nextRequest = 1;
  readonly disk = new Disk();
  readonly #keys = new Map<string, KeyRecord>();
  ledger: LedgerState = emptyState("t", {
    keyByHash: (hash) => this.#keys.get(hash.replace("hash_", "")) ?? null,
    keyById: (id) => this.#keys.get(id) ?? null,
    potById: (id) => this.disk.potById(id),
    walletById: () => null,
  });
  isolates: Isolate[] = [];
  net: Packet[] = [];
  readonly requests = new Map<string, SimRequest>();
  /** Every request that was ever dispatched. */
  readonly dispatched: SimRequest[] = [];
  /** What was booked, by request; by pot; and as lost, by wallet and lease. */
  readonly books = new Map<string, UsageEvent>();
  readonly settledBy = new Map<Pot["id"], number>();
  /** By pot of a rolling period: what was booked, when it had happened in truth, and when it was booked. */
  readonly bookings = new Map<Pot["id"], Booking[]>();
  /** When events really happened, by wallet and number. */
  readonly happenedAt = new Map<string, number>();
  readonly lostBy = new Map<string, number>();
  /** By pot: what providers were paid for requests that ended, and what counted when. */
  readonly paid = new Map<Pot["id"], number>();
  readonly paidAt = new Map<Pot["id"], { amount: number; at: number }[]>();
  /** By pot: what wallets that are forgotten for good had lost. */
  readonly finalLost = new Map<Pot["id"], number>();
  readonly finalWallets = new Set<string>();
  /** Ids of wallets that vanished or were forgotten. */
  readonly deadWallets = new Set<string>();
  /** Budgets whose limit was lowered, and since when a pot is over it. */
  readonly lowered = new Set<string>();
  readonly overSince = new Map<Pot["id"], number>();
  readonly revokedAt = new Map<string, number>();
  policyChangedAt = Number.NEGATIVE_INFINITY;
  /** Leases, as `wallet_number`, that their wallet knows to be over a limit. */
  readonly toldShut = new Set<string>();
  /** What wrong bounds may have added to any pot. */
  slack = 0;

  readonly isHot: boolean;
  readonly isCalm: boolean;
  /** Time passes in leaps. */
  readonly isSleepy: boolean;
  /** The policy changes often. */
  readonly isRestless: boolean;
  readonly hasOverruns: boolean;
  /** Limits count more than costs, roll, and count subjects apart. */
  readonly hasUnits: boolean;
  readonly lossRate: number;
  readonly maxEvents: number;
  readonly keyIds: string[];
  #hasUnlimited = false;

  constructor({ random }: Options) {
    this.random = random;
    this.isHot = random.chance(0.4);
    this.isCalm = random.chance(0.3);
    this.isSleepy = random.chance(0.15);
    this.isRestless = random.chance(0.2);
    this.hasOverruns = random.chance(0.1);
    this.lossRate = random.pick([0, 0.05, 0.3]);
    this.maxEvents = random.pick([2, 1_024]);
    this.now += random.int(0, 200_000);
    this.keyIds = this.isHot ? ["k1"] : random.chance(0.2) ? ["k3", "k4"] : ["k1", "k2", "k3", "k4"];
    this.hasUnits = random.chance(0.5);
    // Wallets get few of the limits with the policy.
    if (this.isRestless) this.ledger.mostSent = 0;
    for (const id of ["k1", "k2", "k3", "k4"]) this.#keys.set(id, keyOf(id, this.hasUnits ? this.#rates() : {}));
    const scale = this.isHot && random.chance(0.7) ? 5 : 1;
    const limit = (low: number, high: number) => random.int(low, high) * scale;
    const enforcement = random.chance(0.75) ? "hard" : "soft";
    this.change(budgetOf("T", { type: "tenant", id: null }, limit(60, 500), { enforcement }));
    this.change(budgetOf("K1", { type: "key", id: "k1" }, limit(30, 200), { period: "hour" }));
    this.change(budgetOf("K2", { type: "key", id: "k2" }, limit(30, 300)));
    this.change(budgetOf("M1", { type: "model", id: "m1" }, limit(30, 300), { period: "day" }));
    this.change(budgetOf("X", { type: "tag", id: "x=1" }, limit(20, 200)));
    this.change(budgetOf("S", { type: "model", id: "m2" }, 50, { enforcement: "soft", period: "hour" }));
    if (this.hasUnits) this.#addLimits(limit);
    this.policyChangedAt = Number.NEGATIVE_INFINITY;
    this.#hasUnlimited = enforcement === "soft";
    const isolates = random.int(1, this.isHot ? 2 : 4);
    for (let i = 0; i < isolates; i++) this.addIsolate();
  }

  #rates(): RateLimits {
    const { random } = this;
    const some = (low: number, high: number) => (random.chance(0.4) ? random.int(low, high) : null);
    return { requestsPerMinute: some(2, 30), tokensPerMinute: some(60, 400), concurrent: some(1, 4) };
  }

  #addLimits(limit: (low: number, high: number) => number): void {
    const { random } = this;
    const tenant = { type: "tenant", id: null } as const;
    const period = random.pick(["hour", "day"] as const);
    const all = [
      budgetOf("R", tenant, limit(60, 400), { rolling: true, period }),
      budgetOf("U", { type: "tag", id: "x=*" }, limit(60, 300), { unit: "tokens" }),
      budgetOf("TT", tenant, limit(100, 900), { unit: "tokens", period: "hour" }),
      budgetOf("TR", { type: "model", id: null }, limit(5, 60), { unit: "requests", rolling: true, period: "hour" }),
      budgetOf("SE", { type: "session", id: null }, limit(20, 200)),
      budgetOf("ST", { type: "session", id: null }, 40, { unit: "tokens", enforcement: "soft", period: "day" }),
    ];
    for (const budget of all) if (random.chance(0.5)) this.change(budget);
  }

  addIsolate(): Isolate {
    const isolate = { state: newWallet("t"), skewMs: this.random.int(-1_000, 1_000) };
    this.isolates.push(isolate);
    return isolate;
  }

  /** What an isolate believes the time is: skewed, and standing still now and then. */
  clockOf(isolate: Isolate): number {
    return this.now + isolate.skewMs - (this.random.chance(0.2) ? this.random.int(0, 900) : 0);
  }

  /** A budget is created or changed. */
  change(after: Budget): void {
    const before = this.ledger.budgets.get(after.id) ?? null;
    applyChange(this.ledger, { kind: "budget", before, after }, this.now);
    this.policyChangedAt = this.now;
    // Requests that nothing limited until now are counted when they settle, whatever the new limit is.
    if (!before && this.#hasUnlimited) this.lowered.add(after.id);
    if (!before || after.limit >= before.limit) return;
    this.lowered.add(after.id);
    for (const pot of this.ledger.pots.values()) {
      if (pot.budget === after.id && this.sumOf(pot) > after.limit && !this.overSince.has(pot.id)) {
        this.overSince.set(pot.id, this.now);
      }
    }
  }

  remove(before: Budget): void {
    applyChange(this.ledger, { kind: "budget", before, after: null }, this.now);
    this.policyChangedAt = this.now;
  }

  setRevoked(id: string, isRevoked: boolean): void {
    const before = this.#keys.get(id);
    if (!before || (before.revokedAt !== null) === isRevoked) return;
    const after = { ...before, revokedAt: isRevoked ? this.now : null };
    this.#keys.set(id, after);
    applyChange(this.ledger, { kind: "key", before, after }, this.now);
    this.policyChangedAt = this.now;
    if (isRevoked) this.revokedAt.set(id, this.now);
    else this.revokedAt.delete(id);
  }

  sumOf = (pot: Pot): number => pot.settled + pot.lost + pot.held;

  limitOf(pot: Pot): number {
    const limit = limitById(this.ledger, pot.budget);
    return limit?.enforcement === "hard" ? limit.limit : Number.POSITIVE_INFINITY;
  }

  /** The ledger takes the wallet of this lease for dead. */
  isLost(leaseKey: string): boolean {
    return this.ledger.wallets.get(leaseKey.slice(0, leaseKey.lastIndexOf("_")))?.lostAt != null;
  }

  /** The events that the isolate has just made happened now, whatever its clock says. */
  noteEvents({ state }: Isolate): void {
    for (let i = state.events.length - 1; i >= 0; i--) {
      const key = `${state.id}_${state.events[i]?.n}`;
      if (this.happenedAt.has(key)) return;
      this.happenedAt.set(key, this.now);
    }
  }

  /** A wallet's next message enters the network, which drops some when it is crowded. */
  send(isolate: Isolate): void {
    const message = structuredClone(nextMessage(isolate.state, this.clockOf(isolate), this.maxEvents));
    this.noteEvents(isolate);
    if (this.net.length > 40) this.net.splice(this.random.int(0, this.net.length - 1), 1);
    this.net.push({ to: "ledger", isolate, walletId: isolate.state.id, message, deliveries: 0 });
  }

  /** The ledger acts on a message. Its reply may be lost; a message it has seen must change nothing. */
  receive(packet: Extract<Packet, { to: "ledger" }>, isReplyLost: boolean): void {
    const { message } = packet;
    const row = this.ledger.wallets.get(message.wallet);
    const isRepeat = packet.deliveries > 0 || (row !== undefined && message.seq <= row.seq);
    const before = isRepeat ? digestOf(this.ledger, this.now) : "";
    const wasLost = row?.lostAt != null;
    const seen = row?.seen ?? 0;
    const potsBefore = new Map([...(row?.leases ?? [])].map(([number, lease]) => [number, lease.pots]));
    const reply = sync(this.ledger, structuredClone(message), this.now);
    const leases = this.ledger.wallets.get(message.wallet)?.leases;
    const isActedOn = !isRepeat && reply.outcome === "heard";
    if (isActedOn) {
      const fresh = message.events.filter(({ n }) => n > seen);
      for (const numbered of fresh) {
        for (const { lease, amount } of numbered.spends) {
          const request = this.dispatched.find(({ id }) => id === numbered.event?.id);
          const share = request?.shares.find((one) => one.lease === lease);
          // A lease without a limit may be opened and closed by one message.
          const pots =
            potsBefore.get(lease) ??
            leases?.get(lease)?.pots ??
            (request && share ? potsOf(this.ledger, request.facts, { unit: share.unit, now: this.now }) : []);
          const at = this.happenedAt.get(`${message.wallet}_${numbered.n}`);
          if (at === undefined) broken("S2", "booked what never happened");
          for (const pot of pots) this.#noteBooking(pot, { amount, at, bookedAt: this.now });
          if (share) share.pots ??= pots;
        }
      }
    }
    this.#bookAll();
    if (isRepeat && before !== digestOf(this.ledger, this.now)) broken("S3", "a repeated message changed the ledger");
    if (wasLost && !isRepeat) {
      this.counts.revived++;
      // Who runs again after all counts again, whoever came in between.
      for (const lease of leases?.values() ?? [])
        if (lease.unit === "concurrent") for (const pot of lease.pots) this.lowered.add(pot.budget);
    }
    for (const ask of isActedOn ? message.leases : []) {
      const lease = leases?.get(ask.lease);
      if (lease && outstanding(lease) < ask.running) broken("S1", "what runs is not covered");
    }
    packet.deliveries++;
    if (isReplyLost) return;
    const { isolate } = packet;
    this.net.push({ to: "wallet", isolate, reply: structuredClone(reply), sentAt: message.sentAt, isTaken: false });
  }

  /** The ledger's alarm. */
  expire(): void {
    const before = [...this.ledger.wallets.values()];
    expireWallets(this.ledger, this.now);
    this.#bookAll();
    dropIdlePots(this.ledger);
    for (const wallet of before) {
      if (this.ledger.wallets.has(wallet.id)) continue;
      if (wallet.lostAt !== null) this.finalWallets.add(wallet.id);
      for (const lease of wallet.leases.values())
        for (const pot of lease.pots) add(this.finalLost, pot.id, outstanding(lease));
    }
  }

  /** The object is evicted and wakes again: what was not written is gone. */
  reload(): void {
    const before = digestOf(this.ledger, this.now);
    this.ledger = this.disk.load(this.ledger);
    if (before !== digestOf(this.ledger, this.now)) broken("STORE", "a change was not noted");
    // Requests name pots by reference.
    for (const { shares } of this.dispatched)
      for (const share of shares)
        if (share.pots) share.pots = share.pots.map((pot) => this.ledger.pots.get(pot.id) ?? pot);
    this.counts.reloads++;
  }

  #noteBooking(pot: Pot, booking: Booking): void {
    add(this.settledBy, pot.id, booking.amount);
    if (pot.slotMs === 0) return;
    const all = this.bookings.get(pot.id);
    if (all) all.push(booking);
    else this.bookings.set(pot.id, [booking]);
  }

  /** What a provider did for a request is over, or counts from now on. */
  notePaid(pots: readonly Pot[], amountOf: (pot: Pot) => number): void {
    for (const pot of pots) {
      const amount = amountOf(pot);
      add(this.paid, pot.id, amount);
      if (pot.slotMs === 0) continue;
      const all = this.paidAt.get(pot.id);
      if (all) all.push({ amount, at: this.now });
      else this.paidAt.set(pot.id, [{ amount, at: this.now }]);
    }
  }

  /** Writes a step, and enters its events into the adversary's own books. */
  #bookAll(): void {
    for (const event of this.disk.write(this.ledger)) {
      const cost = event.costNanos ?? 0;
      const lost = /^(?:lost|back)_(wal_\w+_\d+)_\d+$/.exec(event.id);
      if (lost?.[1]) {
        add(this.lostBy, lost[1], cost);
        continue;
      }
      if (this.books.has(event.id)) broken("S2", `booked twice: ${event.id}`);
      this.books.set(event.id, event);
      if (!this.dispatched.some((one) => one.id === event.id)) broken("S2", `booked, never dispatched: ${event.id}`);
    }
  }
}

export interface Booking {
  amount: number;
  at: number;
  bookedAt: number;
}

export function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}

export const budgetOf = (id: string, scope: Scope, limit: number, over: Partial<Budget> = {}): Budget =>
  sampleBudget({ id, name: id, scope, limit, ...over });

const keyOf = (id: string, rateLimits: RateLimits): KeyRecord =>
  sampleKey({ id, name: id, hash: `hash_${id}`, hint: id, rateLimits });

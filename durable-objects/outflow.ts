/**
 * How the outbox and the counters for `/metrics` flow into D1: a batch after another. What D1 does
 * not take stays, and is tried again after a pause.
 */
import { databaseOf } from "../worker/core/database.ts";
import { log, reasonOf } from "../worker/core/log.ts";
import { SINK_TYPES } from "../worker/core/sink.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { TELL_MS } from "./counters.ts";
import { D1_BATCH, deliver } from "./d1.ts";
import { tellCounters } from "./d1-counters.ts";
import { outstanding } from "./leases.ts";
import { nextBatch, outboxPending, pruneOutbox } from "./outbox.ts";
import type { LedgerState } from "./rows.ts";
import type { Couriers } from "./sinks/couriers.ts";
import { readMeta, writeMeta } from "./store.ts";

/** Events wait this long for company before they go to D1: with a wallet's linger they are visible within 2 s. */
const DRAIN_MS = 150;
/** Delivered rows wait this long for a step that deletes them with what it writes anyway. */
const PRUNE_MS = 1_000;
/** D1 out of reach: the first pause, and the longest. */
const RETRY_MS = 1_000;
const RETRY_CAP_MS = 60_000;
/** What D1 does not answer within this is tried again: it must not hold up the rest for ever. */
const D1_TIMEOUT_MS = 10_000;

interface Owner {
  sql: SqlStorage;
  env: { DB: D1Database };
  state(): LedgerState;
  /** They keep in the outbox what their sinks have yet to get. */
  couriers: Couriers;
}

export class Outflow {
  readonly #owner: Owner;
  /** Calls received from the path of requests, ever. */
  #calls = 0;
  #pending = 0;
  /** The last row of the outbox that D1 has. */
  #inD1 = 0;
  /** Since when a sink is further than the outbox was pruned. */
  #unprunedSince: number | null = null;
  /** Whether the counters changed since D1 was last told of them, and when that was. */
  #untold = false;
  #toldAt = 0;
  #failures = 0;
  #retryAt = 0;
  /** While it runs. */
  #draining: Promise<void> | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Takes up what is written. Numbers that only grow may be ahead of it in memory. */
  takeUp(): void {
    const { sql } = this.#owner;
    this.#inD1 = Math.max(this.#inD1, Number(readMeta(sql, "in_d1") ?? 0));
    this.#pending = outboxPending(sql, this.#inD1);
    this.#calls = Math.max(this.#calls, Number(readMeta(sql, "calls") ?? 0));
  }

  /** A call came from the path of requests. */
  called(): void {
    this.#calls++;
    this.#untold = true;
  }

  /** Events were added to the outbox. */
  added(count: number): void {
    this.#pending += count;
  }

  /** Counts for `/metrics`, durably. */
  count(series: string, by: number): void {
    const { counters } = this.#owner.state();
    counters.set(series, (counters.get(series) ?? 0) + by);
    writeMeta(this.#owner.sql, "counters", JSON.stringify(Object.fromEntries(counters)));
  }

  /** A sink has got on: what nobody needs any more can go, and the counters tell of it. */
  moved(): void {
    this.#unprunedSince ??= Date.now();
    this.#untold = true;
  }

  get calls(): number {
    return this.#calls;
  }

  get pending(): number {
    return this.#pending;
  }

  /** Whether D1 took all that it was given last. */
  get isSound(): boolean {
    return this.#failures === 0;
  }

  /** When `work` next has something to do; Infinity for never. */
  dueAt(now: number): number {
    const pruneAt = this.#unprunedSince === null ? Number.POSITIVE_INFINITY : this.#unprunedSince + PRUNE_MS;
    // What runs looks again at its end.
    if (this.#draining) return pruneAt;
    if (this.#pending > 0) return Math.min(pruneAt, Math.max(now + DRAIN_MS, this.#retryAt));
    if (this.#untold) return Math.min(pruneAt, Math.max(now + DRAIN_MS, this.#toldAt + TELL_MS, this.#retryAt));
    return pruneAt;
  }

  /** Delivers all that waits, one at a time; deletes what was delivered, where no step came that did. */
  async work(): Promise<void> {
    const now = Date.now();
    if (this.#unprunedSince !== null && now >= this.#unprunedSince + PRUNE_MS) this.prune(now);
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
    await this.#draining;
  }

  /**
   * Deletes what every sink has; where one is behind D1, notes how far D1 is. Steps do it on their way: a crash before that
   * delivers again, which changes nothing, and a commit is a wait for the disk.
   */
  prune(now: number): void {
    if (this.#unprunedSince === null) return;
    this.#unprunedSince = null;
    const { sql, couriers } = this.#owner;
    const floor = couriers.floor(this.#inD1, now);
    pruneOutbox(sql, floor);
    if (floor < this.#inD1) writeMeta(sql, "in_d1", this.#inD1);
  }

  /** Delivers batch after batch, and tells the counters. What fails stays, and is tried again after a pause. */
  async #drain(): Promise<void> {
    if (Date.now() < this.#retryAt) return;
    const { sql, env, state } = this.#owner;
    const db = databaseOf(env, state().tenant);
    const next = () => nextBatch(sql, { after: this.#inD1, until: Number.MAX_SAFE_INTEGER, ...D1_BATCH });
    for (let batch = next(); batch; batch = next()) {
      const events = JSON.parse(batch.events) as UsageEvent[];
      const counters = this.#tell(db, this.#pending - batch.count);
      if (!(await this.#written(() => deliver(db, events, counters)))) return;
      this.#inD1 = batch.lastSeq;
      this.#unprunedSince ??= Date.now();
      this.#pending = outboxPending(sql, this.#inD1);
    }
    const statements = this.#tell(db, this.#pending);
    if (statements.length > 0) await this.#written(() => db.batch(statements));
  }

  /** Writes down how often it was called: a step a few seconds apart does. */
  writeCalls(): void {
    writeMeta(this.#owner.sql, "calls", this.#calls);
  }

  /** Whether D1 took what `write` writes. */
  async #written(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await inTime(write(), D1_TIMEOUT_MS);
    } catch (error) {
      this.#untold = true;
      this.#retryAt = Date.now() + Math.min(RETRY_MS * 2 ** this.#failures++, RETRY_CAP_MS);
      log("warn", "usage not delivered, will be tried again", { failures: this.#failures, reason: reasonOf(error) });
      return false;
    }
    this.#failures = 0;
    this.#retryAt = 0;
    return true;
  }

  /** The statements that tell the counters, where there is news and it is time. `pending` is what then waits. */
  #tell(db: D1Database, pending: number): D1PreparedStatement[] {
    const now = Date.now();
    if (!this.#untold || now < this.#toldAt + TELL_MS) return [];
    const { couriers } = this.#owner;
    const state = this.#owner.state();
    this.#toldAt = now;
    this.#untold = pending > 0;
    const waiting = couriers.pending(now);
    const counters = {
      meterr_ledgers: 1,
      meterr_ledger_calls_total: this.#calls,
      meterr_held_nanousd: heldBy(state),
      meterr_outbox_pending: pending,
      'meterr_sink_pending{sink="d1"}': pending,
      ...Object.fromEntries(SINK_TYPES.map((type) => [`meterr_sink_pending{sink="${type}"}`, waiting.get(type) ?? 0])),
      ...Object.fromEntries(state.counters),
    };
    return tellCounters(db, { tenant: state.tenant, counters: JSON.stringify(counters), now });
  }
}

/** All that is leased out; a lease that several budgets cover counts once. */
export function heldBy({ wallets }: LedgerState): number {
  let heldNanos = 0;
  for (const wallet of wallets.values()) {
    if (wallet.lostAt !== null) continue;
    for (const lease of wallet.leases.values()) if (lease.unit === "nanos") heldNanos += outstanding(lease);
  }
  return heldNanos;
}

/** What `work` gives; rejects where that takes longer than `ms`. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer in time")), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

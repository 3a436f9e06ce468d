/**
 * Brings the outbox to the tenant's sinks, each at its own pace: deliveries run beside each other and beside
 * everything else, and nobody waits for one. What is on its way when the object vanishes is sent again.
 */
import { type ArchiveBindings, archiveOf } from "../../worker/core/archive.ts";
import { log } from "../../worker/core/log.ts";
import { open } from "../../worker/core/sealed.ts";
import type { Sink, SinkSecret, SinkState, SinkType } from "../../worker/core/sink.ts";
import type { UsageEvent } from "../../worker/core/usage.ts";
import { nextBatch } from "../outbox.ts";
import { type Batch, reasonOf, type Sent } from "./batch.ts";
import * as progress from "./progress.ts";
import { keepOnly, oldestRows, openProgress, readSinks, retryAtOnce, writeProgress } from "./rows.ts";

export interface CourierBindings extends ArchiveBindings {
  METERR_MASTER_KEY: string;
}

/**
 * Six connections of an object may wait for an answer at once, those of alerts among them: more would wait for these.
 * Sinks that failed last get fewer, so that dead ones leave room for the sound.
 */
const AT_ONCE = 4;
const FAILING_AT_ONCE = 2;

interface Courier {
  sink: Sink;
  progress: progress.Progress;
}

/** What the ledger does for its couriers. */
interface Owner {
  sql: SqlStorage;
  env: CourierBindings;
  tenant(): string;
  /** Counts for `/metrics`, durably. */
  count(series: string, by: number): void;
  /** Something changed: rows may be pruned, and the next alarm may be another. */
  moved(): void;
}

export class Couriers {
  readonly #owner: Owner;
  #couriers = new Map<string, Courier>();
  /** Whether they are those that the records name. */
  #current = false;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** A sink was made, changed or removed, in the transaction that runs. */
  changed(sink: string): void {
    retryAtOnce(this.#owner.sql, sink);
    this.#current = false;
  }

  /** Events were added to the outbox. */
  added(count: number, now: number): void {
    // Those that are not read yet will find them there.
    if (!this.#current) return;
    for (const courier of this.#couriers.values()) {
      if (courier.progress.pending === 0) courier.progress.waitingSince = now;
      courier.progress.pending += count;
    }
  }

  /** When `start` next has something to do; Infinity for never. */
  dueAt(now: number): number {
    let at = Number.POSITIVE_INFINITY;
    for (const courier of this.#load(now)) {
      // One that has to wait for another's end is looked at then.
      if (courier.progress.busyUntil === null && !this.#hasRoom(courier)) continue;
      at = Math.min(at, progress.dueAt(courier.progress, progress.PACE[courier.sink.type]));
    }
    return at;
  }

  /** Starts every delivery that is due. Nothing is awaited. */
  start(now: number): void {
    const soundFirst = this.#load(now).toSorted((a, b) => a.progress.failures - b.progress.failures);
    for (const courier of soundFirst) {
      const of = courier.progress;
      this.#giveUpExcess(courier, now);
      if (progress.dueAt(of, progress.PACE[courier.sink.type]) > now || of.pending === 0) continue;
      // An attempt that should be over makes room for its repeat.
      of.busyUntil = null;
      if (this.#hasRoom(courier)) void this.#deliver(courier, now);
    }
  }

  #hasRoom({ progress: of }: Courier): boolean {
    const underWay = [...this.#couriers.values()].filter(({ progress }) => progress.busyUntil !== null);
    if (underWay.length >= AT_ONCE) return false;
    return of.failures === 0 || underWay.filter(({ progress }) => progress.failures > 0).length < FAILING_AT_ONCE;
  }

  /** The last row that no sink needs any more; `seq` where there is no sink that is behind it. */
  floor(seq: number, now: number): number {
    let floor = seq;
    for (const courier of this.#load(now)) floor = Math.min(floor, courier.progress.seq);
    return floor;
  }

  /** How far each sink is; those that are disabled are nowhere. */
  states(now: number): Record<string, SinkState> {
    return Object.fromEntries(this.#load(now).map(({ sink, progress: of }) => [sink.id, stateOf(of)]));
  }

  /** Events that wait, by type of sink. */
  pending(now: number): Map<SinkType, number> {
    const pending = new Map<SinkType, number>();
    for (const { sink, progress: of } of this.#load(now)) {
      pending.set(sink.type, (pending.get(sink.type) ?? 0) + of.pending);
    }
    return pending;
  }

  #load(now: number): Courier[] {
    if (!this.#current) {
      this.#current = true;
      this.#couriers = this.#read(now);
    }
    return [...this.#couriers.values()];
  }

  /** A sink that did not change keeps its courier, which may be on its way. */
  #read(now: number): Map<string, Courier> {
    const { sql } = this.#owner;
    const sinks = readSinks(sql);
    keepOnly(
      sql,
      sinks.map(({ id }) => id),
    );
    return new Map(
      sinks.map((sink) => {
        const before = this.#couriers.get(sink.id);
        const same = before && JSON.stringify(before.sink) === JSON.stringify(sink);
        return [sink.id, same ? before : { sink, progress: openProgress(sql, sink.id, now) }];
      }),
    );
  }

  async #deliver(courier: Courier, now: number): Promise<void> {
    const { sink, progress: of } = courier;
    const pace = progress.PACE[sink.type];
    const { batch, count } = this.#cut(courier, now);
    progress.begin(of, pace, now);
    // Before anything is sent: a repeat after a crash has to be the same batch.
    writeProgress(this.#owner.sql, of);
    const attempt = of.busyUntil;
    const sent = await this.#send(sink, batch, now);
    // The sink was changed or removed meanwhile, or this attempt was given up as over.
    if (this.#couriers.get(sink.id) !== courier || of.busyUntil !== attempt) return;
    const then = Date.now();
    if (sent.ok) {
      progress.succeeded(of, { until: batch.last, count }, then);
      this.#owner.count(`meterr_sink_delivered_total{sink="${sink.type}"}`, count);
    } else {
      progress.failed(of, { ...sent, random: Math.random() }, then);
      this.#owner.count(`meterr_sink_failures_total{sink="${sink.type}"}`, 1);
      log("warn", "a sink did not take usage", { sink: sink.id, failures: of.failures, reason: sent.reason });
    }
    writeProgress(this.#owner.sql, of);
    this.#owner.moved();
  }

  /** The oldest rows that the sink has yet to get: those of the last attempt, where that failed. */
  #cut({ sink, progress: of }: Courier, now: number): { batch: Batch; count: number } {
    const pace = progress.PACE[sink.type];
    const limits = { events: pace.batchEvents, characters: pace.batchCharacters };
    const next = nextBatch(this.#owner.sql, { after: of.seq, until: of.until || Number.MAX_SAFE_INTEGER, ...limits });
    if (of.until === 0) of.cutAt = now;
    of.until = next?.lastSeq ?? 0;
    const batch: Batch = {
      tenant: this.#owner.tenant(),
      first: of.seq + 1,
      last: of.until,
      cutAt: of.cutAt,
      cutBefore: of.cutBefore,
      events: JSON.parse(next?.events ?? "[]") as UsageEvent[],
    };
    return { batch, count: next?.count ?? 0 };
  }

  async #send(sink: Sink, batch: Batch, now: number): Promise<Sent> {
    const { env } = this.#owner;
    try {
      const text = await open(env.METERR_MASTER_KEY, batch.tenant, sink.sealed);
      if (text === null)
        return { ok: false, reason: "its secret cannot be read with this master key", askedPauseMs: 0 };
      const { send } = await import("./send.ts");
      return await send({
        batch,
        sink,
        secret: JSON.parse(text) as SinkSecret,
        archive: archiveOf(env),
        signal: AbortSignal.timeout(progress.PACE[sink.type].timeoutMs),
        now,
      });
    } catch (error) {
      return { ok: false, reason: reasonOf(error), askedPauseMs: 0 };
    }
  }

  #giveUpExcess({ sink, progress: of }: Courier, now: number): void {
    const excess = progress.excess(of, now);
    if (excess === 0 || of.busyUntil !== null) return;
    const rows = oldestRows(this.#owner.sql, of.seq, excess);
    progress.gaveUp(of, rows, now);
    writeProgress(this.#owner.sql, of);
    this.#owner.count(`meterr_sink_dropped_total{sink="${sink.type}"}`, rows.count);
    log("error", "a sink was out of reach for too long: usage dropped", { sink: sink.id, count: rows.count });
    this.#owner.moved();
  }
}

const stateOf = (of: progress.Progress): SinkState => ({
  pending: of.pending,
  delivered: of.delivered,
  dropped: of.dropped,
  failures: of.failures,
  retryAt: of.failures > 0 ? of.retryAt : null,
  lastSuccessAt: of.lastSuccessAt,
  lastErrorAt: of.lastErrorAt,
  lastError: of.lastError,
});

/** How far a sink is, and what follows from that: when it is due, how long it waits after a failure, what it loses. Pure. */
import type { SinkType } from "../../worker/core/sink.ts";

/** A sink's row, and what the ledger knows of it in memory. Times are milliseconds since the epoch. */
export interface Progress {
  readonly sink: string;
  /** The last row of the outbox that it has. */
  seq: number;
  /** The last row of the batch that is being sent, or is to be sent again; 0 for none. A repeat is the same batch. */
  until: number;
  /** When that batch was cut, and the one before it: the span of time that a batch stands for. */
  cutAt: number;
  cutBefore: number;
  delivered: number;
  dropped: number;
  /** Failures since the last success, and when the first of them was. */
  failures: number;
  failingSince: number | null;
  retryAt: number;
  lastSuccessAt: number | null;
  lastErrorAt: number | null;
  lastError: string | null;
  /** Events that it has yet to get. In memory, like the rest. */
  pending: number;
  /** Since when some wait. */
  waitingSince: number;
  /** Until when an attempt may run; null where none does. */
  busyUntil: number | null;
}

export interface Pace {
  /** Events wait so long for company. */
  lingerMs: number;
  /** Unless so many wait. */
  batchEvents: number;
  batchCharacters: number;
  /** An attempt that takes longer has failed. */
  timeoutMs: number;
}

export const PACE: Readonly<Record<SinkType, Pace>> = {
  otlp: { lingerMs: 1_000, batchEvents: 200, batchCharacters: 400_000, timeoutMs: 15_000 },
  webhook: { lingerMs: 1_000, batchEvents: 200, batchCharacters: 400_000, timeoutMs: 15_000 },
  // A write costs the same for one event and for a thousand.
  r2: { lingerMs: 60_000, batchEvents: 1_000, batchCharacters: 2_000_000, timeoutMs: 30_000 },
};

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** A receiver may ask for a longer pause than ours, up to this. */
const LONGEST_ASKED_MS = 3_600_000;
/** An attempt whose end nobody noted, because the object slept or crashed, counts as over so long after its time-out. */
const SLACK_MS = 5_000;

/** A sink that nobody could reach for so long loses what waits for it. */
export const DEAD_MS = 7 * 86_400_000;
/** And so does one that falls behind by more: the oldest goes first. A ledger's storage is finite. */
export const MAX_PENDING = 250_000;

/** When the sink is next to be looked at; Infinity for never. */
export function dueAt(progress: Progress, pace: Pace): number {
  if (progress.busyUntil !== null) return progress.busyUntil;
  if (progress.pending === 0) return Number.POSITIVE_INFINITY;
  if (progress.failures > 0) return progress.retryAt;
  return progress.pending >= pace.batchEvents ? progress.waitingSince : progress.waitingSince + pace.lingerMs;
}

/** An attempt begins. */
export function begin(progress: Progress, pace: Pace, now: number): void {
  progress.busyUntil = now + pace.timeoutMs + SLACK_MS;
}

/** The batch up to `until` arrived. */
export function succeeded(progress: Progress, batch: { until: number; count: number }, now: number): void {
  progress.seq = batch.until;
  progress.until = 0;
  progress.cutBefore = progress.cutAt;
  progress.delivered += batch.count;
  progress.pending -= batch.count;
  progress.waitingSince = now;
  progress.failures = 0;
  progress.failingSince = null;
  progress.lastSuccessAt = now;
  progress.busyUntil = null;
}

/** An attempt failed: `random` (0 to 1) spreads what failed together. */
export function failed(
  progress: Progress,
  failure: { reason: string; askedPauseMs: number; random: number },
  now: number,
): void {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** progress.failures, LONGEST_PAUSE_MS) * (0.5 + failure.random / 2);
  progress.failures++;
  progress.failingSince ??= now;
  progress.retryAt = now + Math.max(pauseMs, Math.min(failure.askedPauseMs, LONGEST_ASKED_MS));
  progress.lastErrorAt = now;
  progress.lastError = failure.reason;
  progress.busyUntil = null;
}

/** How many of the oldest events the sink has to give up now. */
export function excess({ pending, failingSince }: Progress, now: number): number {
  if (failingSince !== null && now - failingSince > DEAD_MS) return pending;
  return Math.max(0, pending - MAX_PENDING);
}

/** The rows up to `seq`, with `count` events, will not be sent; what is left is cut anew. A dead sink's days begin anew. */
export function gaveUp(progress: Progress, rows: { seq: number; count: number }, now: number): void {
  progress.seq = rows.seq;
  progress.until = 0;
  progress.pending -= rows.count;
  progress.dropped += rows.count;
  if (progress.failingSince !== null && now - progress.failingSince > DEAD_MS) progress.failingSince = now;
}

/** The rows that say how far each sink is, in the ledger's own SQLite. */
import type { Sink } from "../../worker/core/sink.ts";
import { outboxPending } from "../outbox.ts";
import type { Progress } from "./progress.ts";

/** Statements that are safe to run at every wake. Columns are documented where `Progress` is. */
export const SINK_TABLES = `
CREATE TABLE IF NOT EXISTS sinks (
  sink TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  until INTEGER NOT NULL,
  cut_at INTEGER NOT NULL,
  cut_before INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  retry_at INTEGER NOT NULL,
  last_success_at INTEGER,
  last_error_at INTEGER,
  last_error TEXT
) WITHOUT ROWID;
`;

/** The enabled sinks of the tenant. */
export const readSinks = (sql: SqlStorage): Sink[] =>
  sql
    .exec<{ json: string }>("SELECT json FROM records WHERE kind = 'sink' ORDER BY created_at, id")
    .toArray()
    .map(({ json }) => JSON.parse(json) as Sink)
    .filter(({ enabled }) => enabled);

/** The progress of the sink with this id; one that is new begins behind what is in the outbox. */
export function openProgress(sql: SqlStorage, sink: string, now: number): Progress {
  const row = sql.exec("SELECT * FROM sinks WHERE sink = ?", sink).toArray()[0];
  const orNull = (value: SqlStorageValue | undefined) => (value == null ? null : Number(value));
  const progress: Progress = {
    sink,
    seq: Number(row?.seq ?? newestRow(sql)),
    until: Number(row?.until ?? 0),
    cutAt: Number(row?.cut_at ?? now),
    cutBefore: Number(row?.cut_before ?? now),
    delivered: Number(row?.delivered ?? 0),
    dropped: Number(row?.dropped ?? 0),
    failures: Number(row?.failures ?? 0),
    failingSince: orNull(row?.failing_since),
    retryAt: Number(row?.retry_at ?? 0),
    lastSuccessAt: orNull(row?.last_success_at),
    lastErrorAt: orNull(row?.last_error_at),
    lastError: row?.last_error == null ? null : String(row.last_error),
    pending: 0,
    waitingSince: now,
    busyUntil: null,
  };
  if (row) progress.pending = outboxPending(sql, progress.seq);
  else writeProgress(sql, progress);
  return progress;
}

export function writeProgress(sql: SqlStorage, progress: Progress): void {
  const { sink, seq, until, cutAt, cutBefore, delivered, dropped } = progress;
  const { failures, failingSince, retryAt, lastSuccessAt, lastErrorAt, lastError } = progress;
  sql.exec(
    "INSERT OR REPLACE INTO sinks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ...[sink, seq, until, cutAt, cutBefore, delivered, dropped],
    ...[failures, failingSince, retryAt, lastSuccessAt, lastErrorAt, lastError],
  );
}

/** Forgets the progress of all sinks but these. */
export function keepOnly(sql: SqlStorage, sinks: readonly string[]): void {
  sql.exec("DELETE FROM sinks WHERE sink NOT IN (SELECT value FROM json_each(?))", JSON.stringify(sinks));
}

/** A sink that was changed may be right now: it is tried at once. */
export function retryAtOnce(sql: SqlStorage, sink: string): void {
  sql.exec("UPDATE sinks SET retry_at = 0 WHERE sink = ?", sink);
}

const newestRow = (sql: SqlStorage): number =>
  sql.exec<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM outbox").one().seq;

/** The oldest rows behind `seq` that have `count` events together: their last, and how many events they are. */
export function oldestRows(sql: SqlStorage, seq: number, count: number): { seq: number; count: number } {
  const oldest = { seq, count: 0 };
  // A row has an event at least. Read to the end, since an open cursor pins the write-ahead log.
  const rows = sql
    .exec<{ seq: number; count: number }>(
      "SELECT seq, count FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?",
      ...[seq, count],
    )
    .toArray();
  for (const row of rows) {
    if (oldest.count >= count) break;
    oldest.seq = row.seq;
    oldest.count += row.count;
  }
  return oldest;
}

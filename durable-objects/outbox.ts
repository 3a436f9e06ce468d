/**
 * The outbox: settled events wait in it until D1 and every other sink has them, each of which is so far in its rows.
 * A crash between a delivery and its note delivers again; D1 is not changed by that.
 */
import type { UsageEvent } from "../worker/core/usage.ts";

/** Events a row: a batch is cut at rows, and a row is far below SQLite's 2 MB. */
const ROW_EVENTS = 50;
const ROW_CHARACTERS = 200_000;

export interface OutboxRow {
  count: number;
  /** A JSON array of events. */
  events: string;
}

/** `events` in as few rows as the limits allow, in order. */
export function outboxRows(events: readonly UsageEvent[]): OutboxRow[] {
  const rows: OutboxRow[] = [];
  let texts: string[] = [];
  let characters = 0;
  const close = () => {
    if (texts.length > 0) rows.push({ count: texts.length, events: `[${texts.join(",")}]` });
    texts = [];
    characters = 0;
  };
  for (const event of events) {
    const text = JSON.stringify(event);
    if (texts.length >= ROW_EVENTS || characters + text.length > ROW_CHARACTERS) close();
    texts.push(text);
    characters += text.length;
  }
  close();
  return rows;
}

/** Which rows a batch may hold: those with a number above `after`, up to `until`, and of these so much. */
export interface BatchLimits {
  after: number;
  until: number;
  events: number;
  characters: number;
}

/** The oldest rows that fit one batch, as one JSON array, and the sequence number of the last. Null where there is none. */
export function nextBatch(
  sql: SqlStorage,
  limits: BatchLimits,
): { lastSeq: number; count: number; events: string } | null {
  let [lastSeq, count, characters] = [0, 0, 0];
  // Both are read to their ends: a cursor that is left open pins the write-ahead log, which then grows with every write.
  const sizes = sql
    .exec<{ seq: number; count: number; characters: number }>(
      "SELECT seq, count, length(events) AS characters FROM outbox WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
      ...[limits.after, limits.until, limits.events],
    )
    .toArray();
  for (const row of sizes) {
    const full = count + row.count > limits.events || characters + row.characters > limits.characters;
    if (full && count > 0) break;
    lastSeq = row.seq;
    count += row.count;
    characters += row.characters;
  }
  if (count === 0) return null;
  const texts = sql
    .exec<{ events: string }>(
      "SELECT events FROM outbox WHERE seq > ? AND seq <= ? ORDER BY seq",
      ...[limits.after, lastSeq],
    )
    .toArray()
    .map(({ events }) => events.slice(1, -1));
  return { lastSeq, count, events: `[${texts.join(",")}]` };
}

/** Deletes what every sink has. */
export function pruneOutbox(sql: SqlStorage, lastSeq: number): void {
  sql.exec("DELETE FROM outbox WHERE seq <= ?", lastSeq);
}

/** How many events are in rows with a number above `after`. */
export const outboxPending = (sql: SqlStorage, after: number): number =>
  sql.exec<{ pending: number }>("SELECT coalesce(sum(count), 0) AS pending FROM outbox WHERE seq > ?", after).one()
    .pending;

/**
 * The outbox: settled events wait in it until D1 has them. Rows are read in order, delivered in one D1 transaction
 * and then deleted; a crash between the two delivers them again, which changes nothing.
 */
import type { UsageEvent } from "../worker/core/usage.ts";

/** Events a row: a batch is cut at rows, and a row is far below SQLite's 2 MB. */
const ROW_EVENTS = 50;
const ROW_CHARACTERS = 200_000;
/** A D1 batch: parameters may have 2 MB, and a long transaction would hold up the database's readers. */
const BATCH_EVENTS = 200;
const BATCH_CHARACTERS = 400_000;

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

/** The oldest rows that fit one batch, as one JSON array, and the sequence number of the last. Null where there is none. */
export function nextBatch(sql: SqlStorage): { lastSeq: number; count: number; events: string } | null {
  const texts: string[] = [];
  let [lastSeq, count, characters] = [0, 0, 0];
  for (const row of sql.exec<{ seq: number; count: number; events: string }>(
    "SELECT seq, count, events FROM outbox ORDER BY seq",
  )) {
    const full = count + row.count > BATCH_EVENTS || characters + row.events.length > BATCH_CHARACTERS;
    if (full && texts.length > 0) break;
    texts.push(row.events.slice(1, -1));
    lastSeq = row.seq;
    count += row.count;
    characters += row.events.length;
  }
  return texts.length === 0 ? null : { lastSeq, count, events: `[${texts.join(",")}]` };
}

/** Deletes what was delivered. */
export function pruneOutbox(sql: SqlStorage, lastSeq: number): void {
  sql.exec("DELETE FROM outbox WHERE seq <= ?", lastSeq);
}

export const outboxPending = (sql: SqlStorage): number =>
  sql.exec<{ pending: number }>("SELECT coalesce(sum(count), 0) AS pending FROM outbox").one().pending;

// A reversed lost event takes back the request that the lost one counted.
const ROLL_UP = `
INSERT INTO usage_hourly
SELECT e.tenant, e.hour, e.key, e.team, e.user, e.provider, e.model, e.endpoint, e.status, e.mode,
  sum(e.requests), sum(e.unpriced), sum(e.input), sum(e.input_cached), sum(e.input_cache_write),
  sum(e.output), sum(e.output_reasoning), sum(e.cost), sum(e.saved), sum(e.latency)
FROM (
  SELECT value ->> '$.id' AS id, value ->> '$.tenant' AS tenant,
    (value ->> '$.time') - (value ->> '$.time') % 3600000 AS hour,
    coalesce(value ->> '$.key', '') AS key, coalesce(value ->> '$.team', '') AS team,
    coalesce(value ->> '$.user', '') AS user, value ->> '$.provider' AS provider, value ->> '$.model' AS model,
    value ->> '$.endpoint' AS endpoint, value ->> '$.status' AS status, value ->> '$.mode' AS mode,
    iif(coalesce(value ->> '$.costNanos', 0) < 0, -1, 1) AS requests,
    value ->> '$.costNanos' IS NULL AS unpriced,
    coalesce(value ->> '$.tokens.input', 0) AS input, coalesce(value ->> '$.tokens.inputCached', 0) AS input_cached,
    coalesce(value ->> '$.tokens.inputCacheWrite', 0) AS input_cache_write,
    coalesce(value ->> '$.tokens.output', 0) AS output,
    coalesce(value ->> '$.tokens.outputReasoning', 0) AS output_reasoning,
    coalesce(value ->> '$.costNanos', 0) AS cost, coalesce(value ->> '$.savedNanos', 0) AS saved,
    coalesce(value ->> '$.latencyMs', 0) AS latency
  FROM json_each(?1) GROUP BY value ->> '$.tenant', value ->> '$.id'
) AS e
WHERE NOT EXISTS (SELECT 1 FROM usage AS u WHERE u.tenant = e.tenant AND u.id = e.id)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, unpriced = unpriced + excluded.unpriced,
  input_tokens = input_tokens + excluded.input_tokens,
  input_cached_tokens = input_cached_tokens + excluded.input_cached_tokens,
  input_cache_write_tokens = input_cache_write_tokens + excluded.input_cache_write_tokens,
  output_tokens = output_tokens + excluded.output_tokens,
  output_reasoning_tokens = output_reasoning_tokens + excluded.output_reasoning_tokens,
  cost_nanos = cost_nanos + excluded.cost_nanos, saved_nanos = saved_nanos + excluded.saved_nanos,
  latency_ms = latency_ms + excluded.latency_ms`;

const INSERT = `
INSERT INTO usage (tenant, id, time, key, team, user, session, provider, model, endpoint, status, mode, cost_nanos,
  saved_nanos, tags, event)
SELECT value ->> '$.tenant', value ->> '$.id', value ->> '$.time', value ->> '$.key', value ->> '$.team',
  value ->> '$.user', value ->> '$.session', value ->> '$.provider', value ->> '$.model', value ->> '$.endpoint',
  value ->> '$.status', value ->> '$.mode', value ->> '$.costNanos', coalesce(value ->> '$.savedNanos', 0),
  coalesce(value -> '$.tags', '{}'), value
FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`;

/**
 * The statements that write a JSON array of events into D1, rows and roll-ups, in one transaction. The roll-ups come
 * first and count only events that have no row yet, so each counts once however often it is delivered.
 */
export const deliver = (db: D1Database, events: string): D1PreparedStatement[] => [
  db.prepare(ROLL_UP).bind(events),
  db.prepare(INSERT).bind(events),
];

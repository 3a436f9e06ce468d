/**
 * What a ledger writes to D1: settled events with their roll-ups, and its counters. All of it may be written again and
 * changes nothing then.
 */

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

const ADD_TO_TOTALS = `
INSERT INTO counter_totals
SELECT new.key, new.value - coalesce(old.value, 0)
FROM json_each(?2) AS new LEFT JOIN (
  SELECT was.key, was.value FROM ledger_counters AS l, json_each(l.counters) AS was WHERE l.tenant = ?1
) AS old ON old.key = new.key
WHERE new.value <> coalesce(old.value, 0)
ON CONFLICT DO UPDATE SET value = value + excluded.value`;

const REMEMBER = `
INSERT INTO ledger_counters VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET counters = excluded.counters, updated_at = excluded.updated_at`;

/** The statements that tell D1 the counters of a tenant, a JSON object, in one transaction. In this order. */
export const tellCounters = (
  db: D1Database,
  { tenant, counters, now }: { tenant: string; counters: string; now: number },
): D1PreparedStatement[] => [
  db.prepare(ADD_TO_TOTALS).bind(tenant, counters),
  db.prepare(REMEMBER).bind(tenant, counters, now),
];

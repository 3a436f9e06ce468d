/**
 * What a ledger writes to D1: settled events with their roll-ups, and its counters. All of it may be written again and
 * changes nothing then.
 */

/** A transaction's share of the outbox: parameters may have 2 MB, and a long one would hold up the database's readers. */
export const D1_BATCH = { events: 200, characters: 400_000 };

const ADD_UP = `ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, unpriced = unpriced + excluded.unpriced,
  input_tokens = input_tokens + excluded.input_tokens,
  input_cached_tokens = input_cached_tokens + excluded.input_cached_tokens,
  input_cache_write_tokens = input_cache_write_tokens + excluded.input_cache_write_tokens,
  output_tokens = output_tokens + excluded.output_tokens,
  output_reasoning_tokens = output_reasoning_tokens + excluded.output_reasoning_tokens,
  cost_nanos = cost_nanos + excluded.cost_nanos, saved_nanos = saved_nanos + excluded.saved_nanos,
  latency_ms = latency_ms + excluded.latency_ms`;

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
  FROM json_each(?1) WHERE value -> '$.amends' IS NULL GROUP BY value ->> '$.tenant', value ->> '$.id'
) AS e
WHERE NOT EXISTS (SELECT 1 FROM usage AS u WHERE u.tenant = e.tenant AND u.id = e.id)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
${ADD_UP}`;

const INSERT = `
INSERT INTO usage (tenant, id, time, key, team, user, session, provider, model, endpoint, status, mode, cost_nanos,
  saved_nanos, tags, event)
SELECT value ->> '$.tenant', value ->> '$.id', value ->> '$.time', value ->> '$.key', value ->> '$.team',
  value ->> '$.user', value ->> '$.session', value ->> '$.provider', value ->> '$.model', value ->> '$.endpoint',
  value ->> '$.status', value ->> '$.mode', value ->> '$.costNanos', coalesce(value ->> '$.savedNanos', 0),
  coalesce(value -> '$.tags', '{}'), value
FROM json_each(?1) WHERE value -> '$.amends' IS NULL ON CONFLICT DO NOTHING`;

/** The amendments of a batch that are not in their rows yet. */
const AMENDMENTS = `json_each(?1) AS e JOIN usage AS u ON u.tenant = e.value ->> '$.tenant' AND u.id = e.value ->> '$.id'
WHERE e.value -> '$.amends' IS NOT NULL AND u.event -> '$.amends' IS NULL`;

// The request is counted; its tokens were not, and its cost was the one that is amended.
const AMEND_ROLL_UP = `
INSERT INTO usage_hourly
SELECT u.tenant, u.time - u.time % 3600000, coalesce(u.key, ''), coalesce(u.team, ''), coalesce(u.user, ''), u.provider,
  u.model, u.endpoint, u.status, u.mode, 0,
  sum((e.value ->> '$.costNanos' IS NULL) - (u.cost_nanos IS NULL)),
  sum(coalesce(e.value ->> '$.tokens.input', 0)), sum(coalesce(e.value ->> '$.tokens.inputCached', 0)),
  sum(coalesce(e.value ->> '$.tokens.inputCacheWrite', 0)), sum(coalesce(e.value ->> '$.tokens.output', 0)),
  sum(coalesce(e.value ->> '$.tokens.outputReasoning', 0)),
  sum(coalesce(e.value ->> '$.costNanos', 0) - coalesce(u.cost_nanos, 0)), 0, 0
FROM ${AMENDMENTS}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
${ADD_UP}`;

const AMEND = `
UPDATE usage SET cost_nanos = a.cost, event = a.event
FROM (SELECT u.tenant, u.time, u.id, e.value ->> '$.costNanos' AS cost, e.value AS event FROM ${AMENDMENTS}) AS a
WHERE usage.tenant = a.tenant AND usage.time = a.time AND usage.id = a.id`;

/** Stands in no text of an event but as this field's name: there, quotes are escaped. */
const HAS_AMENDMENT = '"amends":{';

/**
 * The statements that write a JSON array of events into D1, rows and roll-ups, in one transaction. The roll-ups come
 * first and count only events that have no row yet, so each counts once however often it is delivered. What is amended comes
 * last: it may amend a row of its own batch.
 */
export const deliver = (db: D1Database, events: string): D1PreparedStatement[] => [
  db.prepare(ROLL_UP).bind(events),
  db.prepare(INSERT).bind(events),
  ...(events.includes(HAS_AMENDMENT) ? [db.prepare(AMEND_ROLL_UP).bind(events), db.prepare(AMEND).bind(events)] : []),
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

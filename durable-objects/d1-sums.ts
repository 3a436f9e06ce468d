/**
 * The sums that D1 keeps beside the rows: by hour, by day and facet, and by session. Each statement takes a JSON array of
 * events as its parameter, runs before their rows are written, and counts only events that have no row yet.
 */
import { inSpan, LATENCY_COLUMNS } from "../worker/core/latency.ts";

const DAY_MS = 86_400_000;

/**
 * The events of the parameter, a row each with its JSON as `value`. Materialized: SQLite would else write each event as text
 * anew wherever one of its fields is read.
 */
export const EVENTS =
  "(WITH all_events AS MATERIALIZED (SELECT value FROM json_each(?1)) SELECT value FROM all_events)";

const BASE_SUMS = [
  "requests",
  "unpriced",
  "input_tokens",
  "input_cached_tokens",
  "input_cache_write_tokens",
  "output_tokens",
  "output_reasoning_tokens",
  "cost_nanos",
  "saved_nanos",
  "latency_ms",
];
const SUMS = [...BASE_SUMS, ...LATENCY_COLUMNS];
const addUp = (columns: readonly string[]): string =>
  `ON CONFLICT DO UPDATE SET ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")}`;
const summed = (columns: readonly string[]): string => columns.map((column) => `sum(e.${column})`).join(", ");

/** Once each id: the events that have no row yet. A reversed lost event takes back the request that the lost one counted. */
const FRESH = `(
  SELECT f.*, ${LATENCY_COLUMNS.map((column, span) => `iif(${inSpan("f.latency_ms", span)}, f.requests, 0) AS ${column}`).join(", ")}
  FROM (
    SELECT value ->> '$.id' AS id, value ->> '$.tenant' AS tenant, value ->> '$.time' AS time,
      coalesce(value ->> '$.key', '') AS key, coalesce(value ->> '$.team', '') AS team,
      coalesce(value ->> '$.user', '') AS user, value ->> '$.session' AS session, value ->> '$.provider' AS provider,
      value ->> '$.model' AS model, value ->> '$.endpoint' AS endpoint, value ->> '$.status' AS status,
      value ->> '$.mode' AS mode, coalesce(value -> '$.tags', '{}') AS tags,
      iif(coalesce(value ->> '$.costNanos', 0) < 0, -1, 1) AS requests,
      value ->> '$.costNanos' IS NULL AS unpriced,
      coalesce(value ->> '$.tokens.input', 0) AS input_tokens,
      coalesce(value ->> '$.tokens.inputCached', 0) AS input_cached_tokens,
      coalesce(value ->> '$.tokens.inputCacheWrite', 0) AS input_cache_write_tokens,
      coalesce(value ->> '$.tokens.output', 0) AS output_tokens,
      coalesce(value ->> '$.tokens.outputReasoning', 0) AS output_reasoning_tokens,
      coalesce(value ->> '$.costNanos', 0) AS cost_nanos, coalesce(value ->> '$.savedNanos', 0) AS saved_nanos,
      coalesce(value ->> '$.latencyMs', 0) AS latency_ms
    FROM ${EVENTS} WHERE value -> '$.amends' IS NULL GROUP BY value ->> '$.tenant', value ->> '$.id'
  ) AS f
  WHERE NOT EXISTS (SELECT 1 FROM usage AS u WHERE u.tenant = f.tenant AND u.id = f.id)
)`;

/** What an amendment adds: the request is counted; its tokens were not, and its cost was the one that is amended. */
const AMENDED = `(
  SELECT u.tenant, u.time, coalesce(u.key, '') AS key, coalesce(u.team, '') AS team, coalesce(u.user, '') AS user,
    u.session, u.provider, u.model, u.endpoint, u.status, u.mode, u.tags, 0 AS requests,
    (a.value ->> '$.costNanos' IS NULL) - (u.cost_nanos IS NULL) AS unpriced,
    coalesce(a.value ->> '$.tokens.input', 0) AS input_tokens,
    coalesce(a.value ->> '$.tokens.inputCached', 0) AS input_cached_tokens,
    coalesce(a.value ->> '$.tokens.inputCacheWrite', 0) AS input_cache_write_tokens,
    coalesce(a.value ->> '$.tokens.output', 0) AS output_tokens,
    coalesce(a.value ->> '$.tokens.outputReasoning', 0) AS output_reasoning_tokens,
    coalesce(a.value ->> '$.costNanos', 0) - coalesce(u.cost_nanos, 0) AS cost_nanos, 0 AS saved_nanos, 0 AS latency_ms,
    ${LATENCY_COLUMNS.map((column) => `0 AS ${column}`).join(", ")}
  FROM ${EVENTS} AS a JOIN usage AS u ON u.tenant = a.value ->> '$.tenant' AND u.id = a.value ->> '$.id'
  WHERE a.value -> '$.amends' IS NOT NULL AND u.event -> '$.amends' IS NULL
)`;

const hourly = (events: string): string => `
INSERT INTO usage_hourly (tenant, hour, key, team, user, provider, model, endpoint, status, mode, ${SUMS.join(", ")})
SELECT e.tenant, e.time - e.time % 3600000, e.key, e.team, e.user, e.provider, e.model, e.endpoint, e.status, e.mode,
  ${summed(SUMS)}
FROM ${events} AS e WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ${addUp(SUMS)}`;

const daily = (events: string): string => `
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, ${SUMS.join(", ")})
SELECT e.tenant, t.key, e.time - e.time % ${DAY_MS}, t.value, e.provider, e.model, e.status, e.mode, ${summed(SUMS)}
FROM ${events} AS e, json_each(json_object('all', '', 'key', e.key, 'team', e.team, 'user', e.user)) AS t
WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ${addUp(SUMS)}`;

const dailyByTag = (events: string): string => `
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, ${SUMS.join(", ")})
SELECT e.tenant, 'tag', e.time - e.time % ${DAY_MS}, t.key || '=' || t.value, e.provider, e.model, e.status, e.mode,
  ${summed(SUMS)}
FROM ${events} AS e, json_each(e.tags) AS t WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ${addUp(SUMS)}`;

const SESSION_SUMS = ["requests", "errors", "unpriced", "input_tokens", "output_tokens", "cost_nanos", "saved_nanos"];

// With max(), SQLite takes the other columns from the row that has it: whose the latest request was.
const bySession = (events: string): string => `
INSERT INTO usage_sessions (tenant, session, key, team, user, mode, started_at, ended_at, ${SESSION_SUMS.join(", ")})
SELECT e.tenant, e.session, nullif(e.key, ''), nullif(e.team, ''), nullif(e.user, ''), e.mode, min(e.time),
  max(e.time + e.latency_ms), sum(e.requests), sum(iif(e.status IN ('error', 'truncated'), e.requests, 0)), sum(e.unpriced),
  sum(e.input_tokens), sum(e.output_tokens), sum(e.cost_nanos), sum(e.saved_nanos)
FROM ${events} AS e WHERE e.session IS NOT NULL GROUP BY 1, 2
ON CONFLICT DO UPDATE SET key = excluded.key, team = excluded.team, user = excluded.user, mode = excluded.mode,
  started_at = min(started_at, excluded.started_at), ended_at = max(ended_at, excluded.ended_at),
  ${SESSION_SUMS.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")}`;

/** The statements, by when they are needed: a batch without tags or sessions does without theirs. */
export const SUM_UP = {
  always: [hourly(FRESH), daily(FRESH)],
  tags: dailyByTag(FRESH),
  sessions: bySession(FRESH),
} as const;
export const SUM_UP_AMENDED = {
  always: [hourly(AMENDED), daily(AMENDED)],
  tags: dailyByTag(AMENDED),
  sessions: bySession(AMENDED),
} as const;

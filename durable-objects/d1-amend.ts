/**
 * Amendments of what D1 has: a background response is told at its start, and again with what it used. Rare, so the
 * statements read the events themselves; done again, they change nothing.
 */
import { LATENCY_COLUMNS } from "../worker/core/latency.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { addUp, SUMS } from "./d1-sums.ts";

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
  FROM json_each(?1) AS a JOIN usage AS u ON u.tenant = a.value ->> '$.tenant' AND u.id = a.value ->> '$.id'
  WHERE u.event -> '$.amends' IS NULL
)`;
const SUMMED = SUMS.map((column) => `sum(e.${column})`).join(", ");

const HOURLY = `
INSERT INTO usage_hourly (tenant, hour, key, team, user, provider, model, endpoint, status, mode, ${SUMS.join(", ")})
SELECT e.tenant, e.time - e.time % 3600000, e.key, e.team, e.user, e.provider, e.model, e.endpoint, e.status, e.mode,
  ${SUMMED}
FROM ${AMENDED} AS e WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ${addUp(SUMS)}`;

/** `facets` is a JSON object of facets' values, or, where `isTag`, of tags. */
const daily = (facets: string, isTag: boolean): string => `
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, ${SUMS.join(", ")})
SELECT e.tenant, ${isTag ? "'tag'" : "t.key"}, e.time - e.time % 86400000, ${isTag ? "t.key || '=' || t.value" : "t.value"},
  e.provider, e.model, e.status, e.mode, ${SUMMED}
FROM ${AMENDED} AS e, json_each(${facets}) AS t WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ${addUp(SUMS)}`;

const TAGS = `
INSERT INTO usage_tags_hourly (tenant, hour, value, provider, model, status, mode, ${SUMS.join(", ")})
SELECT e.tenant, e.time - e.time % 3600000, t.key || '=' || t.value, e.provider, e.model, e.status, e.mode, ${SUMMED}
FROM ${AMENDED} AS e, json_each(e.tags) AS t WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7 ${addUp(SUMS)}`;

const SESSION_SUMS = ["unpriced", "input_tokens", "output_tokens", "cost_nanos"];
const SESSIONS = `
UPDATE usage_sessions SET ${SESSION_SUMS.map((column) => `${column} = usage_sessions.${column} + s.${column}`).join(", ")}
FROM (
  SELECT e.tenant, e.session, ${SESSION_SUMS.map((column) => `sum(e.${column}) AS ${column}`).join(", ")}
  FROM ${AMENDED} AS e WHERE e.session IS NOT NULL GROUP BY 1, 2
) AS s WHERE usage_sessions.tenant = s.tenant AND usage_sessions.session = s.session`;

/** The columns of tokens, and what an event calls them. */
const TOKENS = {
  input_tokens: "input",
  input_cached_tokens: "inputCached",
  input_cache_write_tokens: "inputCacheWrite",
  output_tokens: "output",
  output_reasoning_tokens: "outputReasoning",
};

const ROWS = `
UPDATE usage SET cost_nanos = a.cost, event = a.event, ${Object.entries(TOKENS)
  .map(([column, field]) => `${column} = coalesce(a.event ->> '$.tokens.${field}', 0)`)
  .join(", ")}
FROM (
  SELECT u.tenant, u.time, u.id, e.value ->> '$.costNanos' AS cost, e.value AS event
  FROM json_each(?1) AS e JOIN usage AS u ON u.tenant = e.value ->> '$.tenant' AND u.id = e.value ->> '$.id'
  WHERE u.event -> '$.amends' IS NULL
) AS a
WHERE usage.tenant = a.tenant AND usage.time = a.time AND usage.id = a.id`;

const STATEMENTS = [
  HOURLY,
  daily("json_object('all', '', 'key', e.key, 'team', e.team, 'user', e.user)", false),
  daily("e.tags", true),
  TAGS,
  SESSIONS,
  ROWS,
];

/** The statements that amend the rows of `events`, which all amend; they come after the rows themselves. */
export const amendmentsOf = (events: readonly UsageEvent[]): { sql: string; rows: string }[] =>
  events.length === 0 ? [] : STATEMENTS.map((sql) => ({ sql, rows: JSON.stringify(events) }));

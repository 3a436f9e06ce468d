-- What the dashboard asks of a tenant with millions of records: latency in roll-ups, sums by day, sessions, and an index
-- of all that a record is found by. All of it changes in the same transaction as the rows.

-- The rows of usage move: where a table is its primary key's index, a row of more than a kilobyte has a page of its own, and
-- a million of them had five gigabytes. Rows in the order of their arrival have a quarter of that.
CREATE TABLE usage_rows (
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  time INTEGER NOT NULL,
  key TEXT,
  team TEXT,
  user TEXT,
  session TEXT,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  status TEXT NOT NULL,
  mode TEXT NOT NULL,
  cost_nanos INTEGER,
  saved_nanos INTEGER NOT NULL,
  -- What sums are of, so that adding up needs no look into the event.
  input_tokens INTEGER NOT NULL DEFAULT 0,
  input_cached_tokens INTEGER NOT NULL DEFAULT 0,
  input_cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  output_reasoning_tokens INTEGER NOT NULL DEFAULT 0,
  latency_ms INTEGER NOT NULL DEFAULT 0,
  -- JSON object of tags.
  tags TEXT NOT NULL,
  -- The whole event as JSON (worker/core/usage.ts, UsageEvent).
  event TEXT NOT NULL
);
INSERT INTO usage_rows SELECT id, tenant, time, key, team, user, session, provider, model, endpoint, status, mode, cost_nanos,
  saved_nanos, coalesce(event ->> '$.tokens.input', 0), coalesce(event ->> '$.tokens.inputCached', 0),
  coalesce(event ->> '$.tokens.inputCacheWrite', 0), coalesce(event ->> '$.tokens.output', 0),
  coalesce(event ->> '$.tokens.outputReasoning', 0), coalesce(event ->> '$.latencyMs', 0), tags, event
FROM usage ORDER BY tenant, time, id;
DROP TABLE usage;
ALTER TABLE usage_rows RENAME TO usage;
CREATE UNIQUE INDEX usage_by_time ON usage (tenant, time, id);
-- A batch delivered twice changes nothing. Not the id alone: tenants name the events that they import, and one tenant's
-- id must not hide another's event.
CREATE UNIQUE INDEX usage_by_id ON usage (tenant, id);

-- Requests by how long they took (worker/core/latency.ts): latency_0 up to 50 ms, …, latency_19 over 200 s.
ALTER TABLE usage_hourly ADD COLUMN latency_0 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_1 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_2 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_3 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_4 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_5 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_6 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_7 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_8 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_9 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_10 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_11 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_12 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_13 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_14 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_15 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_16 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_17 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_18 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN latency_19 INTEGER NOT NULL DEFAULT 0;

-- Sums by UTC day for one facet at a time: 'all', where value is '', or 'key', 'team', 'user' or 'tag' (name=value). An
-- absent key, team or user is ''. A request counts once in each facet, and once for each of its tags.
CREATE TABLE usage_daily (
  tenant TEXT NOT NULL,
  facet TEXT NOT NULL,
  day INTEGER NOT NULL,
  value TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  status TEXT NOT NULL,
  mode TEXT NOT NULL,
  requests INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  input_cached_tokens INTEGER NOT NULL,
  input_cache_write_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  output_reasoning_tokens INTEGER NOT NULL,
  cost_nanos INTEGER NOT NULL,
  saved_nanos INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  latency_0 INTEGER NOT NULL DEFAULT 0,
  latency_1 INTEGER NOT NULL DEFAULT 0,
  latency_2 INTEGER NOT NULL DEFAULT 0,
  latency_3 INTEGER NOT NULL DEFAULT 0,
  latency_4 INTEGER NOT NULL DEFAULT 0,
  latency_5 INTEGER NOT NULL DEFAULT 0,
  latency_6 INTEGER NOT NULL DEFAULT 0,
  latency_7 INTEGER NOT NULL DEFAULT 0,
  latency_8 INTEGER NOT NULL DEFAULT 0,
  latency_9 INTEGER NOT NULL DEFAULT 0,
  latency_10 INTEGER NOT NULL DEFAULT 0,
  latency_11 INTEGER NOT NULL DEFAULT 0,
  latency_12 INTEGER NOT NULL DEFAULT 0,
  latency_13 INTEGER NOT NULL DEFAULT 0,
  latency_14 INTEGER NOT NULL DEFAULT 0,
  latency_15 INTEGER NOT NULL DEFAULT 0,
  latency_16 INTEGER NOT NULL DEFAULT 0,
  latency_17 INTEGER NOT NULL DEFAULT 0,
  latency_18 INTEGER NOT NULL DEFAULT 0,
  latency_19 INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, facet, day, value, provider, model, status, mode)
) WITHOUT ROWID;
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, requests, unpriced, input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos, saved_nanos, latency_ms)
SELECT tenant, 'all', hour - hour % 86400000, '', provider, model, status, mode,
  sum(requests), sum(unpriced), sum(input_tokens), sum(input_cached_tokens), sum(input_cache_write_tokens), sum(output_tokens), sum(output_reasoning_tokens), sum(cost_nanos), sum(saved_nanos), sum(latency_ms)
FROM usage_hourly GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, requests, unpriced, input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos, saved_nanos, latency_ms)
SELECT tenant, 'key', hour - hour % 86400000, key, provider, model, status, mode,
  sum(requests), sum(unpriced), sum(input_tokens), sum(input_cached_tokens), sum(input_cache_write_tokens), sum(output_tokens), sum(output_reasoning_tokens), sum(cost_nanos), sum(saved_nanos), sum(latency_ms)
FROM usage_hourly GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, requests, unpriced, input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos, saved_nanos, latency_ms)
SELECT tenant, 'team', hour - hour % 86400000, team, provider, model, status, mode,
  sum(requests), sum(unpriced), sum(input_tokens), sum(input_cached_tokens), sum(input_cache_write_tokens), sum(output_tokens), sum(output_reasoning_tokens), sum(cost_nanos), sum(saved_nanos), sum(latency_ms)
FROM usage_hourly GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, requests, unpriced, input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos, saved_nanos, latency_ms)
SELECT tenant, 'user', hour - hour % 86400000, user, provider, model, status, mode,
  sum(requests), sum(unpriced), sum(input_tokens), sum(input_cached_tokens), sum(input_cache_write_tokens), sum(output_tokens), sum(output_reasoning_tokens), sum(cost_nanos), sum(saved_nanos), sum(latency_ms)
FROM usage_hourly GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO usage_daily (tenant, facet, day, value, provider, model, status, mode, requests, unpriced, input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos, saved_nanos, latency_ms)
SELECT tenant, 'tag', time - time % 86400000, t.key || '=' || t.value, provider, model, status, mode,
  sum(iif(coalesce(cost_nanos, 0) < 0, -1, 1)), sum(cost_nanos IS NULL),
  sum(input_tokens), sum(input_cached_tokens), sum(input_cache_write_tokens), sum(output_tokens),
  sum(output_reasoning_tokens), sum(coalesce(cost_nanos, 0)), sum(saved_nanos), sum(latency_ms)
FROM usage, json_each(usage.tags) AS t GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

-- What belongs together: an agent's run, as the client names it. key, team and user are the latest request's.
CREATE TABLE usage_sessions (
  tenant TEXT NOT NULL,
  session TEXT NOT NULL,
  key TEXT,
  team TEXT,
  user TEXT,
  mode TEXT NOT NULL,
  -- The first request's arrival, and the last one's end.
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_nanos INTEGER NOT NULL,
  saved_nanos INTEGER NOT NULL,
  PRIMARY KEY (tenant, session)
) WITHOUT ROWID;
CREATE INDEX usage_sessions_by_end ON usage_sessions (tenant, ended_at, session);
INSERT INTO usage_sessions
SELECT tenant, session, max(key), max(team), max(user), max(mode), min(time), max(time + latency_ms),
  sum(iif(coalesce(cost_nanos, 0) < 0, -1, 1)), sum(status IN ('error', 'truncated')), sum(cost_nanos IS NULL),
  sum(input_tokens), sum(output_tokens), sum(coalesce(cost_nanos, 0)), sum(saved_nanos)
FROM usage WHERE session IS NOT NULL GROUP BY 1, 2;
CREATE INDEX usage_by_session ON usage (tenant, session, time) WHERE session IS NOT NULL;

-- Records by what they are found by (worker/core/usage-text.ts), numbered by time: the newest come first without sorting.
-- It holds no text: a document is a set of words. Rows that retention removes leave it too.
CREATE VIRTUAL TABLE usage_text USING fts5(
  text, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO usage_text (rowid, text)
SELECT (time * 4096 + (unicode(substr(tenant, -1)) * 64 + coalesce(unicode(substr(tenant, -2, 1)), 0)) % 4096), 'zt' || hex(event ->> '$.tenant')
  || ' ' || coalesce('zk' || nullif(hex(event ->> '$.key'), ''), '')
  || ' ' || coalesce('zu' || nullif(hex(event ->> '$.user'), ''), '')
  || ' ' || coalesce('zg' || nullif(hex(event ->> '$.team'), ''), '')
  || ' ' || coalesce('zm' || nullif(hex(event ->> '$.model'), ''), '')
  || ' ' || coalesce('zp' || nullif(hex(event ->> '$.provider'), ''), '')
  || ' ' || coalesce('zs' || nullif(hex(event ->> '$.session'), ''), '')
  || ' ' || coalesce('ze' || nullif(hex(event ->> '$.endpoint'), ''), '')
  || ' ' || coalesce('zc' || nullif(hex(event ->> '$.status'), ''), '')
  || ' ' || coalesce('zo' || nullif(hex(event ->> '$.mode'), ''), '')
  || ' ' || coalesce('zr' || nullif(hex(event ->> '$.errorCode'), ''), '')
  || ' ' || coalesce('zb' || nullif(hex(event ->> '$.refusedBy'), ''), '')
  || ' ' || coalesce((SELECT group_concat('zn' || hex(x.key) || ' zv' || hex(x.key || '=' || x.value), ' ')
      FROM json_each(event, '$.tags') AS x), '')
  || ' ' || coalesce(event ->> '$.provider', '')
  || ' ' || coalesce(event ->> '$.model', '')
  || ' ' || coalesce(event ->> '$.modelServed', '')
  || ' ' || coalesce(event ->> '$.errorCode', '')
  || ' ' || coalesce(event ->> '$.session', '')
  || ' ' || coalesce(event ->> '$.user', '')
  || ' ' || coalesce(event ->> '$.team', '')
  || ' ' || coalesce((SELECT group_concat(x.key || '=' || x.value, ' ') FROM json_each(event, '$.tags') AS x), '')
  || ' ' || coalesce((SELECT group_concat(x.value, ' ') FROM json_each(event, '$.flags') AS x), '')
  || ' ' || coalesce((SELECT group_concat(x.value ->> '$.error', ' ') FROM json_each(event, '$.attempts') AS x), '')
FROM usage;

-- Views of a list that somebody saved: whose, of which page, and its filters as the page's URL has them.
CREATE TABLE saved_views (
  tenant TEXT NOT NULL,
  -- `user:<id>`, `token:<id>` or `operator`.
  owner TEXT NOT NULL,
  id TEXT NOT NULL,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  -- JSON object.
  filters TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, owner, id)
) WITHOUT ROWID;

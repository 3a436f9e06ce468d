-- Usage records, delivered by each tenant's ledger. Times are milliseconds since the epoch, money is nanodollars.
-- One row a request, in the order of time: lists and sums read neighbours, and filter without looking elsewhere.
CREATE TABLE usage (
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
  -- JSON object of tags.
  tags TEXT NOT NULL,
  -- The whole event as JSON (worker/core/usage.ts, UsageEvent).
  event TEXT NOT NULL,
  PRIMARY KEY (tenant, time, id)
) WITHOUT ROWID;
-- A batch delivered twice changes nothing. Not the id alone: tenants name the events that they import, and one tenant's
-- id must not hide another's event.
CREATE UNIQUE INDEX usage_by_id ON usage (tenant, id);

-- Roll-ups by hour, changed in the same transaction as the rows; they stay when raw rows are removed.
-- An absent team, user or key is ''.
CREATE TABLE usage_hourly (
  tenant TEXT NOT NULL,
  hour INTEGER NOT NULL,
  key TEXT NOT NULL,
  team TEXT NOT NULL,
  user TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  status TEXT NOT NULL,
  mode TEXT NOT NULL,
  requests INTEGER NOT NULL,
  -- Requests whose cost is not known.
  unpriced INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  input_cached_tokens INTEGER NOT NULL,
  input_cache_write_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  output_reasoning_tokens INTEGER NOT NULL,
  cost_nanos INTEGER NOT NULL,
  saved_nanos INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, hour, key, team, user, provider, model, endpoint, status, mode)
) WITHOUT ROWID;

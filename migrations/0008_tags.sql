-- Sums by hour and tag (name=value), as usage_daily has them by day: a request counts once for each of its tags. A day's chart by
-- tag is read from these few rows; the raw rows of a busy day are a hundred times as many, each with its event.
CREATE TABLE usage_tags_hourly (
  tenant TEXT NOT NULL,
  hour INTEGER NOT NULL,
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
  latency_0 INTEGER NOT NULL,
  latency_1 INTEGER NOT NULL,
  latency_2 INTEGER NOT NULL,
  latency_3 INTEGER NOT NULL,
  latency_4 INTEGER NOT NULL,
  latency_5 INTEGER NOT NULL,
  latency_6 INTEGER NOT NULL,
  latency_7 INTEGER NOT NULL,
  latency_8 INTEGER NOT NULL,
  latency_9 INTEGER NOT NULL,
  latency_10 INTEGER NOT NULL,
  latency_11 INTEGER NOT NULL,
  latency_12 INTEGER NOT NULL,
  latency_13 INTEGER NOT NULL,
  latency_14 INTEGER NOT NULL,
  latency_15 INTEGER NOT NULL,
  latency_16 INTEGER NOT NULL,
  latency_17 INTEGER NOT NULL,
  latency_18 INTEGER NOT NULL,
  latency_19 INTEGER NOT NULL,
  PRIMARY KEY (tenant, hour, value, provider, model, status, mode)
) WITHOUT ROWID;
-- All that is still there as rows, so that no hour has to be asked for in two ways.
INSERT INTO usage_tags_hourly
WITH counted AS MATERIALIZED (
  SELECT tenant, time - time % 3600000 AS hour, tags, provider, model, status, mode,
    iif(coalesce(cost_nanos, 0) < 0, -1, 1) AS requests, cost_nanos IS NULL AS unpriced,
    input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens,
    coalesce(cost_nanos, 0) AS cost_nanos, saved_nanos, latency_ms,
    CASE
      WHEN latency_ms <= 50 THEN 0
      WHEN latency_ms <= 80 THEN 1
      WHEN latency_ms <= 125 THEN 2
      WHEN latency_ms <= 200 THEN 3
      WHEN latency_ms <= 320 THEN 4
      WHEN latency_ms <= 500 THEN 5
      WHEN latency_ms <= 800 THEN 6
      WHEN latency_ms <= 1250 THEN 7
      WHEN latency_ms <= 2000 THEN 8
      WHEN latency_ms <= 3200 THEN 9
      WHEN latency_ms <= 5000 THEN 10
      WHEN latency_ms <= 8000 THEN 11
      WHEN latency_ms <= 12500 THEN 12
      WHEN latency_ms <= 20000 THEN 13
      WHEN latency_ms <= 32000 THEN 14
      WHEN latency_ms <= 50000 THEN 15
      WHEN latency_ms <= 80000 THEN 16
      WHEN latency_ms <= 125000 THEN 17
      WHEN latency_ms <= 200000 THEN 18
      ELSE 19
    END AS span
  FROM usage
)
SELECT tenant, hour, t.key || '=' || t.value, provider, model, status, mode,
  sum(requests), sum(unpriced), sum(input_tokens), sum(input_cached_tokens), sum(input_cache_write_tokens),
  sum(output_tokens), sum(output_reasoning_tokens), sum(cost_nanos), sum(saved_nanos), sum(latency_ms),
  sum(iif(span = 0, requests, 0)), sum(iif(span = 1, requests, 0)), sum(iif(span = 2, requests, 0)),
  sum(iif(span = 3, requests, 0)), sum(iif(span = 4, requests, 0)), sum(iif(span = 5, requests, 0)),
  sum(iif(span = 6, requests, 0)), sum(iif(span = 7, requests, 0)), sum(iif(span = 8, requests, 0)),
  sum(iif(span = 9, requests, 0)), sum(iif(span = 10, requests, 0)), sum(iif(span = 11, requests, 0)),
  sum(iif(span = 12, requests, 0)), sum(iif(span = 13, requests, 0)), sum(iif(span = 14, requests, 0)),
  sum(iif(span = 15, requests, 0)), sum(iif(span = 16, requests, 0)), sum(iif(span = 17, requests, 0)),
  sum(iif(span = 18, requests, 0)), sum(iif(span = 19, requests, 0))
FROM counted, json_each(counted.tags) AS t GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- What was saved, by reason, and what other models would have cost: by hour, changed in the same transaction as the rows,
-- and like the other roll-ups they stay when raw rows are removed. Most requests have a row in neither. An absent key is ''.
CREATE TABLE usage_savings_hourly (
  tenant TEXT NOT NULL,
  hour INTEGER NOT NULL,
  -- worker/core/usage.ts, SAVING_REASONS.
  reason TEXT NOT NULL,
  key TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  mode TEXT NOT NULL,
  -- Requests that saved for this reason, and what they cost all the same. One may save for several.
  requests INTEGER NOT NULL,
  cost_nanos INTEGER NOT NULL,
  -- Negative where prompts were written to a cache and not read yet.
  saved_nanos INTEGER NOT NULL,
  PRIMARY KEY (tenant, hour, reason, key, provider, model, mode)
) WITHOUT ROWID;
INSERT INTO usage_savings_hourly
SELECT tenant, hour, 'cache', key, provider, model, mode, sum(requests), sum(cost_nanos), sum(saved_nanos)
FROM usage_hourly WHERE status = 'cached' AND saved_nanos <> 0 GROUP BY 1, 2, 4, 5, 6, 7;

CREATE TABLE usage_shadow_hourly (
  tenant TEXT NOT NULL,
  hour INTEGER NOT NULL,
  -- The route that asked to know, the model that answered, and `provider/model` of the one that did not.
  route TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  shadow TEXT NOT NULL,
  mode TEXT NOT NULL,
  requests INTEGER NOT NULL,
  cost_nanos INTEGER NOT NULL,
  shadow_nanos INTEGER NOT NULL,
  PRIMARY KEY (tenant, hour, route, provider, model, shadow, mode)
) WITHOUT ROWID;

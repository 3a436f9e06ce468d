/**
 * The sums of savings and of shadows that D1 keeps by hour. Each statement takes a JSON array of events as its parameter, runs
 * before their rows are written, and counts only events that have no row yet. Most batches have neither.
 */

/** Stand in no text of an event but as these fields: there, quotes are escaped. */
const HAS_SAVINGS = '"savings":{';
const HAS_SHADOW = '"shadow":{';

/** Once each id: events with `field` that have no row yet. An amendment's cost is no request's. */
const fresh = (field: "savings" | "shadow"): string => `(
  SELECT value ->> '$.tenant' AS tenant, (value ->> '$.time') - (value ->> '$.time') % 3600000 AS hour,
    coalesce(value ->> '$.key', '') AS key, value ->> '$.provider' AS provider, value ->> '$.model' AS model,
    value ->> '$.mode' AS mode, coalesce(value ->> '$.costNanos', 0) AS cost, value -> '$.${field}' AS told
  FROM json_each(?1) AS f
  WHERE value -> '$.${field}' IS NOT NULL AND value -> '$.amends' IS NULL
    AND NOT EXISTS (SELECT 1 FROM usage AS u WHERE u.tenant = f.value ->> '$.tenant' AND u.id = f.value ->> '$.id')
  GROUP BY value ->> '$.tenant', value ->> '$.id'
)`;

const SAVINGS = `
INSERT INTO usage_savings_hourly
SELECT e.tenant, e.hour, s.key, e.key, e.provider, e.model, e.mode, count(*), sum(e.cost), sum(s.value)
FROM ${fresh("savings")} AS e, json_each(e.told) AS s WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, cost_nanos = cost_nanos + excluded.cost_nanos,
  saved_nanos = saved_nanos + excluded.saved_nanos`;

const SHADOWS = `
INSERT INTO usage_shadow_hourly
SELECT e.tenant, e.hour, e.told ->> '$.route', e.provider, e.model, e.told ->> '$.model', e.mode, count(*), sum(e.cost),
  sum(e.told ->> '$.costNanos')
FROM ${fresh("shadow")} AS e WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, cost_nanos = cost_nanos + excluded.cost_nanos,
  shadow_nanos = shadow_nanos + excluded.shadow_nanos`;

/** The statements that sum up what `events`, a JSON array, saved; none for a batch that saved nothing. */
export const savingSums = (events: string): string[] => [
  ...(events.includes(HAS_SAVINGS) ? [SAVINGS] : []),
  ...(events.includes(HAS_SHADOW) ? [SHADOWS] : []),
];

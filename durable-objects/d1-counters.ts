/** How a ledger tells D1 its counters, which `/metrics` shows. Told again, they change nothing. */

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

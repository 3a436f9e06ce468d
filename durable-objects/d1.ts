/**
 * What a ledger writes to D1: settled events with their roll-ups, and its counters. All of it may be written again and
 * changes nothing then.
 */
import { documentOf, numberOf } from "../worker/core/usage-text.ts";
import { savingSums } from "./d1-savings.ts";
import { EVENTS, SUM_UP, SUM_UP_AMENDED } from "./d1-sums.ts";

/** A transaction's share of the outbox: parameters may have 2 MB, and a long one would hold up the database's readers. */
export const D1_BATCH = { events: 200, characters: 400_000 };

const INSERT = `
INSERT INTO usage (tenant, id, time, key, team, user, session, provider, model, endpoint, status, mode, cost_nanos,
  saved_nanos, tags, event)
SELECT value ->> '$.tenant', value ->> '$.id', value ->> '$.time', value ->> '$.key', value ->> '$.team',
  value ->> '$.user', value ->> '$.session', value ->> '$.provider', value ->> '$.model', value ->> '$.endpoint',
  value ->> '$.status', value ->> '$.mode', value ->> '$.costNanos', coalesce(value ->> '$.savedNanos', 0),
  coalesce(value -> '$.tags', '{}'), value
FROM ${EVENTS} WHERE value -> '$.amends' IS NULL ON CONFLICT DO NOTHING`;

// A number that is there already means the same words again, or those of another record of the same millisecond: the index
// then finds it by either, and whoever looks checks the rows.
const INDEX = `
INSERT INTO usage_text (rowid, text)
SELECT ${numberOf("(j.value ->> '$.time')", "(j.value ->> '$.tenant')")}, ${documentOf("j.value")}
FROM ${EVENTS} AS j WHERE j.value -> '$.amends' IS NULL
  AND NOT EXISTS (SELECT 1 FROM usage AS u WHERE u.tenant = j.value ->> '$.tenant' AND u.id = j.value ->> '$.id')`;

const AMEND = `
UPDATE usage SET cost_nanos = a.cost, event = a.event
FROM (
  SELECT u.tenant, u.time, u.id, e.value ->> '$.costNanos' AS cost, e.value AS event
  FROM ${EVENTS} AS e JOIN usage AS u ON u.tenant = e.value ->> '$.tenant' AND u.id = e.value ->> '$.id'
  WHERE e.value -> '$.amends' IS NOT NULL AND u.event -> '$.amends' IS NULL
) AS a
WHERE usage.tenant = a.tenant AND usage.time = a.time AND usage.id = a.id`;

/** Stand in no text of an event but as these fields: there, quotes are escaped. */
const HAS_AMENDMENT = '"amends":{';
const HAS_TAGS = '"tags":{"';
const HAS_SESSION = '"session":"';

/**
 * The statements that write a JSON array of events into D1, rows, sums and index, in one transaction. Sums and index come
 * first and count only events that have no row yet, so each counts once however often it is delivered. What is amended comes
 * last: it may amend a row of its own batch.
 */
export function deliver(db: D1Database, events: string): D1PreparedStatement[] {
  const sums = ({ always, tags, sessions }: typeof SUM_UP | typeof SUM_UP_AMENDED): string[] => [
    ...always,
    ...(events.includes(HAS_TAGS) ? [tags] : []),
    ...(events.includes(HAS_SESSION) ? [sessions] : []),
  ];
  const amendments = events.includes(HAS_AMENDMENT) ? [...sums(SUM_UP_AMENDED), AMEND] : [];
  return [...sums(SUM_UP), ...savingSums(events), INDEX, INSERT, ...amendments].map((sql) =>
    db.prepare(sql).bind(events),
  );
}

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

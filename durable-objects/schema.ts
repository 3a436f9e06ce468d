/** The tables of one ledger, in its object's own SQLite. Times are milliseconds since the epoch, money is nanodollars. */

/** Statements that are safe to run at every wake. */
export const SCHEMA = `
-- Single values: tenant, schema (upgrades done), version (of the policy), calls (syncs received), counters (of settled
-- events, a JSON object), in_d1 (the last row of the outbox that D1 has, where another sink is behind it), health (what isolates saw of providers, a JSON
-- array).
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- Keys, budgets, rate limits, credentials, prices, tokens, teams, users as JSON. lookup is the hash of a key or token.
CREATE TABLE IF NOT EXISTS records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  lookup TEXT,
  created_at INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS records_by_lookup ON records (kind, lookup) WHERE lookup IS NOT NULL;
CREATE INDEX IF NOT EXISTS records_by_time ON records (kind, created_at, id);

-- Keys revoked in the last day: policies name them.
CREATE TABLE IF NOT EXISTS revoked (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;

-- Routes as they were after each change, the last ones of each; actor is null where that is not known.
CREATE TABLE IF NOT EXISTS route_versions (
  route TEXT NOT NULL,
  version INTEGER NOT NULL,
  actor TEXT,
  json TEXT NOT NULL,
  PRIMARY KEY (route, version)
) WITHOUT ROWID;

-- Ids sort by time.
CREATE TABLE IF NOT EXISTS audit (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

-- A limit's counters in one period; ends_at is null for one that never ends, and for a rolling one.
CREATE TABLE IF NOT EXISTS pots (
  id TEXT PRIMARY KEY,
  budget TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER,
  settled INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  held INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS wallets (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  lost_at INTEGER,
  lost_count INTEGER NOT NULL
) WITHOUT ROWID;

-- facts is a JSON object, pots a JSON array of ids.
CREATE TABLE IF NOT EXISTS leases (
  wallet TEXT NOT NULL,
  number INTEGER NOT NULL,
  facts TEXT NOT NULL,
  pots TEXT NOT NULL,
  granted INTEGER NOT NULL,
  spent INTEGER NOT NULL,
  returned INTEGER NOT NULL,
  PRIMARY KEY (wallet, number)
) WITHOUT ROWID;

-- Settled events not yet delivered, some in a row: a JSON array each.
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, count INTEGER NOT NULL, events TEXT NOT NULL);

-- Work in the background (background.ts) by provider and id: its start with its pots, and what it used, as JSON.
CREATE TABLE IF NOT EXISTS background (
  name TEXT PRIMARY KEY,
  started TEXT,
  used TEXT,
  settled INTEGER NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

-- Ids of events imported in the last days, and when they came, so that importing twice is importing once.
CREATE TABLE IF NOT EXISTS import_ids (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS import_ids_by_time ON import_ids (at);
-- As they were kept before, for ever; their records are in the database.
DROP TABLE IF EXISTS imported;
`;

/**
 * What changed since, in order: each runs once. The number of those done is `schema` in `meta`.
 *
 * 1. Limits count in units, in rolling periods, and for each subject apart. `slots` is a JSON array of
 *    `[number, settled, lost]`; from `forget_at` on a pot that no lease belongs to is deleted.
 */
export const UPGRADES: readonly string[] = [
  `
ALTER TABLE pots ADD COLUMN subject TEXT;
ALTER TABLE pots ADD COLUMN unit TEXT NOT NULL DEFAULT 'nanos';
ALTER TABLE pots ADD COLUMN slot_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pots ADD COLUMN slots TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pots ADD COLUMN forget_at INTEGER;
UPDATE pots SET forget_at = ends_at + 3600000;
CREATE INDEX pots_by_budget ON pots (budget);
CREATE INDEX pots_by_forgetting ON pots (forget_at) WHERE forget_at IS NOT NULL;
ALTER TABLE leases ADD COLUMN unit TEXT NOT NULL DEFAULT 'nanos';
UPDATE records
SET json = json_set(json_remove(json, '$.limitNanos'),
  '$.unit', 'nanos', '$.limit', json -> '$.limitNanos', '$.rolling', json('false'))
WHERE kind = 'budget' AND json ->> '$.unit' IS NULL;
CREATE INDEX parties_with_rates ON records (kind, id)
WHERE kind IN ('team', 'user') AND json ->> '$.rateLimits' IS NOT NULL;
`,
];

/** The tables of one ledger, in its object's own SQLite. Times are milliseconds since the epoch, money is nanodollars. */

/** Statements that are safe to run at every wake. */
export const SCHEMA = `
-- Single values: tenant, version (of the policy), calls (syncs received), counters (of settled events,
-- a JSON object), in_d1 (the last row of the outbox that D1 has, where another sink is behind it).
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- Keys, budgets, credentials, prices, tokens, teams, users as JSON. lookup is the hash of a key or token.
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

-- Ids sort by time.
CREATE TABLE IF NOT EXISTS audit (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

-- A budget's counters in one period; ends_at is null for one that never ends.
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

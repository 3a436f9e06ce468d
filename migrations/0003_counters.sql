-- What `/metrics` tells. Each tenant's ledger says now and then, with its outbox, what it has counted so far; the totals
-- change by the difference in the same transaction, so that a repeat changes nothing and reading them takes one row a
-- series, however many tenants there are.
CREATE TABLE ledger_counters (
  tenant TEXT NOT NULL PRIMARY KEY,
  -- JSON object: series, as `/metrics` names it with its labels, to value.
  counters TEXT NOT NULL,
  -- Milliseconds since the epoch.
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Sums over all tenants.
CREATE TABLE counter_totals (
  series TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

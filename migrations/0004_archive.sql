-- The step of retention that a tenant is at: which rows go to the archive next, noted before they are written there and
-- forgotten in the transaction that deletes them. Who finds one that is not busy does that very step again, so that a
-- crash between archive and delete makes no second object. Times are milliseconds since the epoch.
CREATE TABLE archive_steps (
  tenant TEXT NOT NULL PRIMARY KEY,
  first_time INTEGER NOT NULL,
  first_id TEXT NOT NULL,
  last_time INTEGER NOT NULL,
  last_id TEXT NOT NULL,
  busy_until INTEGER NOT NULL
) WITHOUT ROWID;

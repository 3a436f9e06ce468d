-- Entries of tenants' audit logs, written with what they tell of and not yet in the ledgers that keep these logs: a crash
-- between the two loses none. `entry` is a JSON object.
CREATE TABLE audit_due (
  tenant TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

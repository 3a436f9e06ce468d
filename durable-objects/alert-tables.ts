/** The tables of a ledger's alerts, in its object's own SQLite. Times are milliseconds since the epoch. */

/** Statements that are safe to run at every wake. */
export const ALERT_TABLES = `
-- What was said already, and must not be said again: of a pot (subject is its id) or a provider ("provider/openai").
-- mark is "threshold/80", "forecast", "pace/3" (value: what was spent then; 0 once a rolling period's share fell below the
-- threshold), "exceeded" (value: until when it is not said again) or "failing" (value: failed attempts).
CREATE TABLE IF NOT EXISTS alert_marks (
  subject TEXT NOT NULL,
  mark TEXT NOT NULL,
  at INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (subject, mark)
) WITHOUT ROWID;

-- Alerts that fired; ids sort by time, facts is a JSON object.
CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, at INTEGER NOT NULL, facts TEXT NOT NULL) WITHOUT ROWID;

-- What has yet to be delivered, a row for each channel.
CREATE TABLE IF NOT EXISTS alert_deliveries (
  alert TEXT NOT NULL,
  channel TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  PRIMARY KEY (alert, channel)
) WITHOUT ROWID;

-- Attempts to deliver, as JSON; ids sort by time. Written before anything is sent.
CREATE TABLE IF NOT EXISTS alert_attempts (id TEXT PRIMARY KEY, channel TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alert_attempts_by_channel ON alert_attempts (channel, id);
`;

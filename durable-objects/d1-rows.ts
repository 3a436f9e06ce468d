/** The rows that D1 keeps of events, and their places in its full-text index. */
import type { UsageEvent } from "../worker/core/usage.ts";
import { documentOf, numberOf } from "../worker/core/usage-text.ts";
import { ONLY_IF_FRESH } from "./d1-fresh.ts";

const COLUMNS = [
  ...["tenant", "id", "time", "key", "team", "user", "session", "provider", "model", "endpoint", "status", "mode"],
  ...["cost_nanos", "saved_nanos", "input_tokens", "input_cached_tokens", "input_cache_write_tokens", "output_tokens"],
  ...["output_reasoning_tokens", "latency_ms", "tags"],
];

// Pairs in one flat array: the columns, and the event as text. SQLite reads a column from a short array four times as fast
// as from an event.
const ROWS = `
INSERT INTO usage (${COLUMNS.join(", ")}, event)
SELECT ${COLUMNS.map((_, at) => `columns ->> ${at}`).join(", ")}, event
FROM (
  SELECT max(iif(key % 2 = 0, value, NULL)) AS columns, max(iif(key % 2 = 1, atom, NULL)) AS event
  FROM json_each(?1) GROUP BY key / 2
) WHERE ${ONLY_IF_FRESH}`;

// A number that is there already means those words or another record's of the same millisecond: the index then finds it by
// either, and whoever looks checks the rows.
const INDEX = `
INSERT INTO usage_text (rowid, text)
SELECT ${numberOf("(value ->> 0)", "(value ->> 1)")}, value ->> 2 FROM json_each(?1) WHERE ${ONLY_IF_FRESH}`;

/** The index comes first: its statement asks whether there are rows. */
export const rowsOf = (events: readonly UsageEvent[]): { sql: string; rows: string }[] => [
  { sql: INDEX, rows: JSON.stringify(events.map((event) => [event.time, event.tenant, documentOf(event)])) },
  { sql: ROWS, rows: JSON.stringify(events.flatMap((event) => [columnsOf(event), JSON.stringify(event)])) },
];

/** In the order of `COLUMNS`. */
const columnsOf = (event: UsageEvent): (string | number | null)[] => [
  ...[event.tenant, event.id, event.time, event.key, event.team, event.user, event.session, event.provider],
  ...[event.model, event.endpoint, event.status, event.mode, event.costNanos, event.savedNanos],
  ...[event.tokens.input, event.tokens.inputCached, event.tokens.inputCacheWrite, event.tokens.output],
  ...[event.tokens.outputReasoning, event.latencyMs ?? 0],
  JSON.stringify(event.tags),
];

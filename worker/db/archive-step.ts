/** One step of retention: some of a tenant's oldest rows, out of D1 and into the archive. */
import type { Archive } from "../core/archive.ts";
import { recordOf } from "../core/record.ts";
import type { UsageEvent } from "../core/usage.ts";
import { numberOf } from "../core/usage-text.ts";

/** D1 reads and deletes so many in a few milliseconds, and they fit an isolate's memory many times over. */
const STEP_ROWS = 500;
/** A step takes a second. Who finds one that has been busy for longer takes it over. */
const BUSY_MS = 120_000;

interface Step {
  tenant: string;
  /** Rows before this time are to go, in milliseconds since the epoch. */
  before: number;
  now: number;
}

export interface StepOutcome {
  removed: number;
  /** Whether there may be more to do for this tenant now. */
  more: boolean;
}

/** Where a step begins and ends: rows in the order of time and id, both inclusive. */
interface Range {
  first_time: number;
  first_id: string;
  last_time: number;
  last_id: string;
}

/**
 * Writes the tenant's oldest expired rows into one object and deletes exactly these. The range is noted first: after
 * a crash the same range goes to the same object again, with what its rows are then.
 */
export async function archiveStep(db: D1Database, archive: Archive, step: Step): Promise<StepOutcome> {
  const range = await claim(db, step);
  if (range === null) return { removed: 0, more: false };
  const rows = await rowsOf(db, step.tenant, range);
  if (rows.length > 0) {
    const lines = rows.map(({ event }) => `${JSON.stringify(recordOf(JSON.parse(event) as UsageEvent))}\n`);
    await archive.put(keyOf(step.tenant, range), await gzip(lines.join("")));
  }
  const places = JSON.stringify(rows.map(({ time, id }) => [time, id]));
  await db.batch([
    db
      .prepare(
        `DELETE FROM usage WHERE tenant = ?1 AND (time, id) IN
           (SELECT value ->> '$[0]', value ->> '$[1]' FROM json_each(?2))`,
      )
      .bind(step.tenant, places),
    db.prepare(FORGET_TEXT).bind(step.tenant, places),
    db.prepare("DELETE FROM archive_steps WHERE tenant = ?").bind(step.tenant),
  ]);
  return { removed: rows.length, more: true };
}

/** Rows of the same millisecond that are not in this step lose their text with it; they go next. */
const FORGET_TEXT = `DELETE FROM usage_text
  WHERE rowid IN (SELECT ${numberOf("(value ->> '$[0]')", "?1")} FROM json_each(?2))`;

/** Deletes some of the tenant's expired rows. */
export async function removeStep(db: D1Database, { tenant, before }: Step): Promise<StepOutcome> {
  const oldest = `SELECT tenant, time, id FROM usage WHERE tenant = ?1 AND time < ?2 ORDER BY time LIMIT ${STEP_ROWS}`;
  const [, removed] = await db.batch([
    db
      .prepare(`DELETE FROM usage_text WHERE rowid IN (SELECT ${numberOf("time", "tenant")} FROM (${oldest}))`)
      .bind(tenant, before),
    db.prepare(`DELETE FROM usage WHERE (tenant, time, id) IN (${oldest})`).bind(tenant, before),
  ]);
  const changes = removed?.meta.changes ?? 0;
  return { removed: changes, more: changes >= STEP_ROWS };
}

/** Forgets sessions whose requests are all gone. */
export async function removeSessions(db: D1Database, { tenant, before }: Step): Promise<void> {
  await db
    .prepare(
      `DELETE FROM usage_sessions WHERE tenant = ?1 AND session IN (
         SELECT session FROM usage_sessions WHERE tenant = ?1 AND ended_at < ?2 ORDER BY ended_at LIMIT ${STEP_ROWS})`,
    )
    .bind(tenant, before)
    .run();
}

/** The range to archive now, ours alone: one that a crash left, or a new one. Null where there is nothing to do. */
async function claim(db: D1Database, { tenant, before, now }: Step): Promise<Range | null> {
  return db
    .prepare(
      `WITH oldest AS (SELECT time, id FROM usage WHERE tenant = ?1 AND time < ?2 ORDER BY time, id LIMIT ${STEP_ROWS})
       INSERT INTO archive_steps
       SELECT ?1, first.time, first.id, last.time, last.id, ?4
       FROM (SELECT time, id FROM oldest ORDER BY time, id LIMIT 1) AS first,
         (SELECT time, id FROM oldest ORDER BY time DESC, id DESC LIMIT 1) AS last
       WHERE true
       ON CONFLICT DO UPDATE SET busy_until = excluded.busy_until WHERE busy_until <= ?3
       RETURNING first_time, first_id, last_time, last_id`,
    )
    .bind(tenant, before, now, now + BUSY_MS)
    .first<Range>();
}

/** At most a step's rows: events that were imported meanwhile wait for a range of their own. */
async function rowsOf(
  db: D1Database,
  tenant: string,
  { first_time, first_id, last_time, last_id }: Range,
): Promise<{ time: number; id: string; event: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT time, id, event FROM usage
       WHERE tenant = ? AND (time, id) >= (?, ?) AND (time, id) <= (?, ?) ORDER BY time, id LIMIT ${STEP_ROWS}`,
    )
    .bind(tenant, first_time, first_id, last_time, last_id)
    .all<{ time: number; id: string; event: string }>();
  return results;
}

/** `archive/{tenant}/{yyyy}/{mm}/{dd}/{time}-{id}.ndjson.gz`, by the first record. */
function keyOf(tenant: string, { first_time, first_id }: Range): string {
  const [year, month, day] = new Date(first_time).toISOString().split(/[-T]/);
  return `archive/${tenant}/${year}/${month}/${day}/${first_time}-${first_id}.ndjson.gz`;
}

async function gzip(text: string): Promise<Uint8Array> {
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

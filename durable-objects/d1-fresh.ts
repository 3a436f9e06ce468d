/**
 * A batch of events counts once, whatever crashed after it was written: each of its statements does nothing where one of
 * its events has a row already. Then who delivers it finds out which, and leaves those out.
 */
import type { UsageEvent } from "../worker/core/usage.ts";

/** What is used of a database: D1 has it. */
export interface Database {
  prepare(sql: string): { bind(...values: unknown[]): Statement };
  /** All of them in one transaction. */
  batch(statements: Statement[]): Promise<{ meta: { changes?: number } }[]>;
}
export interface Statement {
  all<Row>(): Promise<{ results: Row[] }>;
}

/** The condition of every statement; its second parameter is `idsOf` the batch. SQLite asks it once a statement. */
export const ONLY_IF_FRESH = `NOT EXISTS (
  SELECT 1 FROM json_each(?2) AS one JOIN usage AS there ON there.tenant = one.value ->> 0 AND there.id = one.value ->> 1
)`;

const KNOWN = `
SELECT there.tenant, there.id FROM json_each(?1) AS one
JOIN usage AS there ON there.tenant = one.value ->> 0 AND there.id = one.value ->> 1`;

/** An event's id is unique in its tenant. */
export const idsOf = (events: readonly UsageEvent[]): string =>
  JSON.stringify(events.map(({ tenant, id }) => [tenant, id]));

/** Those of `events` that have no row. */
export async function withoutKnown(db: Database, events: readonly UsageEvent[]): Promise<UsageEvent[]> {
  const { results } = await db.prepare(KNOWN).bind(idsOf(events)).all<{ tenant: string; id: string }>();
  const known = new Set(results.map(({ tenant, id }) => `${tenant} ${id}`));
  return events.filter(({ tenant, id }) => !known.has(`${tenant} ${id}`));
}

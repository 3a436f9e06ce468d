/**
 * How a ledger writes settled events into D1, with their sums and their places in the index. All of it may be written again
 * and changes nothing then.
 */
import type { UsageEvent } from "../worker/core/usage.ts";
import { amendmentsOf } from "./d1-amend.ts";
import { type Database, idsOf, type Statement, withoutKnown } from "./d1-fresh.ts";
import { rowsOf } from "./d1-rows.ts";
import { sumsOf } from "./d1-sums.ts";

/** A transaction's share of the outbox: parameters may have 2 MB, and a long one would hold up the database's readers. */
export const D1_BATCH = { events: 200, characters: 400_000 };

/**
 * Writes events into D1, sums, index and rows, in one transaction; `also` goes with it, and has to be repeatable. Sums and
 * index come before the rows, whose absence says that they have not been counted. What is amended comes last: it may amend a
 * row of its own batch. Rejects where D1 did not take it.
 */
export async function deliver(
  db: Database,
  events: readonly UsageEvent[],
  also: readonly Statement[] = [],
): Promise<void> {
  const amending = events.filter(({ amends }) => amends);
  const fresh = onceEach(events.filter(({ amends }) => !amends));
  if (await isWritten(db, { fresh, amending, also })) return;
  // Some were delivered before, by an attempt whose answer was lost.
  const rest = await withoutKnown(db, fresh);
  if (await isWritten(db, { fresh: rest, amending, also })) return;
  throw new Error("an earlier delivery came through meanwhile");
}

/** False where D1 has one of the fresh events already: then none of them was written. */
async function isWritten(
  db: Database,
  of: { fresh: readonly UsageEvent[]; amending: readonly UsageEvent[]; also: readonly Statement[] },
): Promise<boolean> {
  const { fresh, amending, also } = of;
  const ids = idsOf(fresh);
  const writing = fresh.length === 0 ? [] : [...sumsOf(fresh), ...rowsOf(fresh)];
  const statements = [
    ...writing.map(({ sql, rows }) => db.prepare(sql).bind(rows, ids)),
    ...amendmentsOf(amending).map(({ sql, rows }) => db.prepare(sql).bind(rows)),
    ...also,
  ];
  if (statements.length === 0) return true;
  const results = await db.batch(statements);
  return fresh.length === 0 || (results[writing.length - 1]?.meta.changes ?? 0) > 0;
}

const onceEach = (events: readonly UsageEvent[]): UsageEvent[] => [
  ...new Map(events.map((event) => [`${event.tenant} ${event.id}`, event])).values(),
];

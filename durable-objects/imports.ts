/**
 * Usage that did not pass through the proxy. An id is told from a repeat by the ids of the last days, which the ledger
 * keeps, and by the database before that: the ids of all history would make the ledger grow for ever.
 */
import type { UsageEvent } from "../worker/core/usage.ts";
import { limitById } from "./covering.ts";
import { potsOf } from "./pots.ts";
import { count, roll } from "./rolling.ts";
import type { LedgerState } from "./rows.ts";

const IMPORTED = ["nanos", "tokens", "requests"] as const;

function amountOf(event: UsageEvent, unit: (typeof IMPORTED)[number]): number {
  if (unit === "requests") return 1;
  return unit === "nanos" ? (event.costNanos ?? 0) : event.tokens.input + event.tokens.output;
}

/** Books events that are new: into the outbox, and into the budgets whose present period they lie in. */
export function bookImported(state: LedgerState, events: readonly UsageEvent[], now: number): void {
  for (const event of events) {
    state.changes.events.push(event);
    const facts = { ...event, key: event.key ?? "" };
    for (const unit of IMPORTED) {
      for (const pot of potsOf(state, facts, { unit, now })) {
        if (event.time < pot.startsAt || event.time >= pot.endsAt) continue;
        // A rate is about what passes through.
        if (limitById(state, pot.budget)?.isRate) continue;
        count(pot, "settled", { amount: amountOf(event, unit), at: Math.min(event.time, now) });
        roll(pot, now);
        state.changes.pots.add(pot);
      }
    }
  }
}

/** Those of `ids` whose records are in the database, however old. Ids that the ledger still knows are not asked for. */
export async function idsInDatabase(
  { sql, db }: { sql: SqlStorage; db: D1Database },
  { tenant, ids }: { tenant: string; ids: readonly string[] },
): Promise<ReadonlySet<string>> {
  const asked = ids.filter((id) => sql.exec("SELECT 1 FROM import_ids WHERE id = ?", id).toArray().length === 0);
  if (asked.length === 0) return new Set();
  const found = await db
    .prepare("SELECT usage.id FROM json_each(?2) JOIN usage ON usage.tenant = ?1 AND usage.id = json_each.value")
    .bind(tenant, JSON.stringify(asked))
    .all<{ id: string }>();
  return new Set(found.results.map(({ id }) => id));
}

/** Remembers `id`; false where it was known already. */
export const isFirstImport = (sql: SqlStorage, id: string, now: number): boolean =>
  sql.exec("INSERT INTO import_ids VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id", id, now).toArray().length > 0;

/** Forgets the ids that came before `before`. Their records have to be in the database by now. */
export function forgetImports(sql: SqlStorage, before: number): void {
  sql.exec("DELETE FROM import_ids WHERE at < ?", before);
}

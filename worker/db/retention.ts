/**
 * Takes raw usage that is older than its tenant keeps it out of D1, into the archive, in small steps: a long delete
 * would hold up D1's one thread. Roll-ups stay.
 */
import type { Archive } from "../core/archive.ts";
import { archiveStep, removeSessions, removeStep, type StepOutcome } from "./archive-step.ts";

const DAY_MS = 24 * 3_600_000;
/** For a tenant that is gone. */
const DEFAULT_DAYS = 90;
/** A run is one cron tick; what is left waits for the next. */
const MAX_STEPS = 200;

interface Stores {
  usage: D1Database;
  accounts: D1Database;
  /** Null where this instance has none: what expired is then gone. */
  archive: Archive | null;
}

/**
 * Archives and deletes raw rows past their retention. `usage` and `accounts` may be one database.
 * @returns how many rows are gone.
 */
export async function removeExpired({ usage, accounts, archive }: Stores, now: number): Promise<number> {
  let removed = 0;
  let steps = 0;
  for (let tenant = await nextTenant(usage, ""); tenant !== null; tenant = await nextTenant(usage, tenant)) {
    const before = now - (await retentionDays(accounts, tenant)) * DAY_MS;
    for (let more = true; more; ) {
      if (steps++ >= MAX_STEPS) return removed;
      const step = { tenant, before, now: Date.now() };
      const outcome: StepOutcome = archive ? await archiveStep(usage, archive, step) : await removeStep(usage, step);
      removed += outcome.removed;
      more = outcome.more;
    }
    await removeSessions(usage, { tenant, before, now });
  }
  return removed;
}

/** The tenants that have usage, one after the other: a seek each, where DISTINCT would read the whole index. */
async function nextTenant(db: D1Database, after: string): Promise<string | null> {
  const row = await db
    .prepare("SELECT min(tenant) AS tenant FROM usage WHERE tenant > ?")
    .bind(after)
    .first<{ tenant: string | null }>();
  return row?.tenant ?? null;
}

async function retentionDays(db: D1Database, tenant: string): Promise<number> {
  const row = await db
    .prepare("SELECT raw_retention_days AS days FROM organization WHERE id = ?")
    .bind(tenant)
    .first<{ days: number }>();
  return row?.days ?? DEFAULT_DAYS;
}

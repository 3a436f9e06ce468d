/** Removes raw usage that is older than its tenant keeps it, in small steps: a long delete would hold up D1's one thread. */

const DAY_MS = 24 * 3_600_000;
/** For a tenant that is gone. */
const DEFAULT_DAYS = 90;
const STEP_ROWS = 500;
/** A run is one cron tick; what is left waits for the next. */
const MAX_STEPS = 40;

/**
 * Deletes raw rows past their retention; roll-ups stay. `usage` and `accounts` may be one database.
 * @returns how many rows are gone.
 */
export async function removeExpired(
  databases: { usage: D1Database; accounts: D1Database },
  now: number,
): Promise<number> {
  let removed = 0;
  let steps = 0;
  for (
    let tenant = await nextTenant(databases.usage, "");
    tenant !== null;
    tenant = await nextTenant(databases.usage, tenant)
  ) {
    const before = now - (await retentionDays(databases.accounts, tenant)) * DAY_MS;
    for (let rows = STEP_ROWS; rows === STEP_ROWS; removed += rows) {
      if (steps++ >= MAX_STEPS) return removed;
      rows = await removeStep(databases.usage, tenant, before);
    }
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

async function removeStep(db: D1Database, tenant: string, before: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM usage WHERE (tenant, time, id) IN (
         SELECT tenant, time, id FROM usage WHERE tenant = ?1 AND time < ?2 ORDER BY time LIMIT ${STEP_ROWS})`,
    )
    .bind(tenant, before)
    .run();
  return meta.changes;
}

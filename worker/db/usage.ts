/** Reading usage records out of D1. */
import type { UsageEvent } from "../core/usage.ts";

export interface UsageFilter {
  /** Inclusive, milliseconds since the epoch. */
  from?: number;
  /** Exclusive. */
  to?: number;
  key?: string;
  user?: string;
  team?: string;
  model?: string;
  provider?: string;
  session?: string;
  endpoint?: string;
  status?: string;
  mode?: string;
  /** `name`, or `name=value`. */
  tag?: string;
}

/** A place in the list: behind this record. */
export interface UsagePosition {
  time: number;
  id: string;
}

const EQUAL_COLUMNS = ["key", "user", "team", "model", "provider", "session", "endpoint", "status", "mode"] as const;

/** An SQL condition and what its question marks stand for. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

/** `filter` on the rows of `table`, its span of time left out. Only names of ours are in the text; all else is a parameter. */
export function conditionOf(filter: UsageFilter, table: "usage" | "usage_hourly"): Condition {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  for (const column of EQUAL_COLUMNS) {
    const value = filter[column];
    if (value === undefined) continue;
    parts.push(`${table}.${column} = ?`);
    values.push(value);
  }
  if (filter.tag !== undefined) {
    const at = filter.tag.indexOf("=");
    const [name, value] = at < 0 ? [filter.tag, null] : [filter.tag.slice(0, at), filter.tag.slice(at + 1)];
    parts.push(
      `EXISTS (SELECT 1 FROM json_each(usage.tags) AS t WHERE t.key = ?${value === null ? "" : " AND t.value = ?"})`,
    );
    values.push(name, ...(value === null ? [] : [value]));
  }
  return { sql: parts.map((part) => ` AND ${part}`).join(""), values };
}

const EARLIEST = Number.MIN_SAFE_INTEGER;
const LATEST = Number.MAX_SAFE_INTEGER;

/** At most `limit` of a tenant's events that `filter` lets through, newest first, behind `after`. */
export async function listUsage(
  db: D1Database,
  query: { tenant: string; filter: UsageFilter; after: UsagePosition | null; limit: number },
): Promise<UsageEvent[]> {
  const { tenant, filter, after, limit } = query;
  const { sql, values } = conditionOf(filter, "usage");
  const position: Condition = after ? { sql: " AND (time, id) < (?, ?)", values: [after.time, after.id] } : NONE;
  // Said once more as a bound of the span, from which the search then starts instead of from the newest row.
  const to = Math.min(filter.to ?? LATEST, (after?.time ?? LATEST) + 1);
  const { results } = await db
    .prepare(
      `SELECT event FROM usage WHERE tenant = ? AND time >= ? AND time < ?${position.sql}${sql}
       ORDER BY time DESC, id DESC LIMIT ?`,
    )
    .bind(tenant, filter.from ?? EARLIEST, to, ...position.values, ...values, limit)
    .all<{ event: string }>();
  return results.map((row) => JSON.parse(row.event) as UsageEvent);
}

const NONE: Condition = { sql: "", values: [] };

/** One event of a tenant, or null. */
export async function findUsage(db: D1Database, tenant: string, id: string): Promise<UsageEvent | null> {
  const row = await db
    .prepare("SELECT event FROM usage WHERE tenant = ? AND id = ?")
    .bind(tenant, id)
    .first<{ event: string }>();
  return row && (JSON.parse(row.event) as UsageEvent);
}

/** Reading usage records out of D1. */
import type { Condition } from "../core/condition.ts";
import type { UsageEvent } from "../core/usage.ts";
import {
  EXACT_FIELDS,
  type ExactField,
  firstNumberOf,
  hasWords,
  matchOf,
  timeOf,
  wordsOf,
} from "../core/usage-text.ts";

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
  /** Our error code, e.g. `budget_exceeded`. */
  error_code?: string;
  /** The id of the budget that refused it. */
  refused_by?: string;
  /** `name`, or `name=value`. */
  tag?: string;
  /** Words that all have to be in what a person reads of it: model, error, session, tags…; or an id. */
  q?: string;
}

/** A place in the list: behind this record. */
export interface UsagePosition {
  time: number;
  id: string;
}

const EQUAL_COLUMNS = ["key", "user", "team", "model", "provider", "session", "endpoint", "status", "mode"] as const;

/** Fields that are in the event alone. */
const IN_EVENT = { error_code: "$.errorCode", refused_by: "$.refusedBy" } as const;

/** What has `EQUAL_COLUMNS`, or those of them that it is asked for. */
type UsageTable = "usage" | "usage_hourly" | "usage_daily" | "usage_tags_hourly";

/** `filter` on the rows of `table`, its span of time left out. Only names of ours are in the text; all else is a parameter. */
export function conditionOf(filter: UsageFilter, table: UsageTable): Condition {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  for (const column of EQUAL_COLUMNS) {
    const value = filter[column];
    if (value === undefined) continue;
    parts.push(`${table}.${column} = ?`);
    values.push(value);
  }
  for (const field of ["error_code", "refused_by"] as const) {
    const value = filter[field];
    if (value === undefined) continue;
    parts.push(`usage.event ->> '${IN_EVENT[field]}' = ?`);
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

/** Beyond any time of ISO 8601, on the edge of a day, and still exact in a document's number. */
export const EARLIEST = -1_000_000 * 86_400_000;
export const LATEST = 10_000_000 * 86_400_000;

interface ListQuery {
  tenant: string;
  filter: UsageFilter;
  after: UsagePosition | null;
  limit: number;
}

/**
 * At most `limit` of a tenant's events that `filter` lets through, newest first, behind `after`. Where anything is sought
 * but a span of time or a session, the full-text index says in which milliseconds to look: reading all rows for the few that
 * fit takes seconds with a million of them.
 */
export async function listUsage(db: D1Database, query: ListQuery): Promise<UsageEvent[]> {
  const { tenant, filter, limit } = query;
  const { session: _, ...rest } = filter;
  const exact = Object.fromEntries(
    EXACT_FIELDS.flatMap((field): [ExactField, string][] => {
      const value = field === "session" ? undefined : rest[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const isSought = Object.keys(exact).length > 0 || filter.tag !== undefined || filter.q !== undefined;
  if (!isSought || filter.session !== undefined) return readRows(db, query, null);
  if (filter.q !== undefined && ID.test(filter.q)) {
    const found = await readById(db, query, filter.q);
    if (found.length > 0) return found;
  }
  const words = wordsOf(filter.q ?? "");
  const match = matchOf(tenant, { exact, tag: filter.tag, words });
  const events: UsageEvent[] = [];
  let { after } = query;
  let before = Math.min(filter.to ?? LATEST, (after?.time ?? LATEST) + 1);
  for (;;) {
    const times = await timesOf(db, { match, from: filter.from ?? EARLIEST, to: before, limit });
    if (times.length === 0) return events;
    const rows = await readRows(db, { ...query, after, limit }, times);
    events.push(...rows.filter((event) => hasWords(event, words)).slice(0, limit - events.length));
    if (events.length === limit) return events;
    const last = rows.at(-1);
    if (rows.length === limit && last) {
      // There may be more in the millisecond that the last one is of.
      after = last;
      before = last.time + 1;
    } else {
      if (times.length < limit) return events;
      after = null;
      before = times.at(-1) ?? EARLIEST;
    }
  }
}

/** The newest milliseconds from `from` until before `to` in which something matches. */
async function timesOf(
  db: D1Database,
  { match, from, to, limit }: { match: string; from: number; to: number; limit: number },
): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT ${timeOf("rowid")} AS time FROM usage_text
       WHERE usage_text MATCH ?1 AND rowid >= ${firstNumberOf("?2")} AND rowid < ${firstNumberOf("?3")}
       ORDER BY rowid DESC LIMIT ?4`,
    )
    .bind(match, from, to, limit)
    .all<{ time: number }>();
  return results.map(({ time }) => time);
}

/** The table, by a session's own index where one is asked for: without a word, SQLite reads all of the span instead. */
export const usageFor = ({ session }: UsageFilter): string =>
  session === undefined ? "usage" : "usage INDEXED BY usage_by_session";

/** The rows that `query` is about; of these milliseconds alone where `times` are given. */
async function readRows(db: D1Database, query: ListQuery, times: readonly number[] | null): Promise<UsageEvent[]> {
  const { tenant, filter, after, limit } = query;
  const { sql, values } = conditionOf(filter, "usage");
  const position: Condition = after ? { sql: " AND (time, id) < (?, ?)", values: [after.time, after.id] } : NONE;
  // Said once more as a bound of the span, from which the search then starts instead of from the newest row.
  const to = Math.min(filter.to ?? LATEST, (after?.time ?? LATEST) + 1);
  const span: Condition = times
    ? { sql: "time IN (SELECT value FROM json_each(?))", values: [JSON.stringify(times)] }
    : { sql: "time >= ? AND time < ?", values: [filter.from ?? EARLIEST, to] };
  const { results } = await db
    .prepare(
      `SELECT event FROM ${usageFor(filter)} WHERE tenant = ? AND ${span.sql}${position.sql}${sql}
       ORDER BY time DESC, id DESC LIMIT ?`,
    )
    .bind(tenant, ...span.values, ...position.values, ...values, limit)
    .all<{ event: string }>();
  return results.map((row) => JSON.parse(row.event) as UsageEvent);
}

/** What may be an id, or enough of its beginning that few have it: ours begin with the time, to the millisecond. */
const ID = /^\S{1,200}$/;
const LONG_BEGINNING = /^[a-z]+_\w{8,}$/;

/** Events whose id is `id`, or begins with it. */
async function readById(db: D1Database, query: ListQuery, id: string): Promise<UsageEvent[]> {
  const { sql, values } = conditionOf(query.filter, "usage");
  const { after } = query;
  const position: Condition = after ? { sql: " AND (time, id) < (?, ?)", values: [after.time, after.id] } : NONE;
  const { results } = await db
    .prepare(
      `SELECT event FROM usage INDEXED BY usage_by_id WHERE tenant = ? AND id >= ? AND id < ? AND time >= ? AND time < ?${position.sql}${sql}
       ORDER BY time DESC, id DESC LIMIT ?`,
    )
    .bind(
      ...[query.tenant, id, LONG_BEGINNING.test(id) ? `${id}~` : `${id} `],
      ...[query.filter.from ?? EARLIEST, query.filter.to ?? LATEST],
      ...[...position.values, ...values, query.limit],
    )
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

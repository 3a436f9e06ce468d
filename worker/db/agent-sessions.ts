/** Sessions: an agent's run, summed up as its requests are delivered. */
import type { Condition } from "../core/condition.ts";

export interface SessionRow {
  session: string;
  key: string | null;
  team: string | null;
  user: string | null;
  mode: "live" | "test";
  /** Milliseconds since the epoch: the first request's arrival, and the last one's end. */
  startedAt: number;
  endedAt: number;
  requests: number;
  errors: number;
  unpriced: number;
  input: number;
  output: number;
  costNanos: number;
  savedNanos: number;
}

export interface SessionFilter {
  /** Sessions that were going on at or after this time, in milliseconds since the epoch. */
  from?: number;
  /** Sessions that began before this time. */
  to?: number;
  key?: string;
  user?: string;
  team?: string;
  mode?: string;
  /** What a session's name begins with. */
  q?: string;
}

/** Behind this session in the list. */
export interface SessionPosition {
  time: number;
  id: string;
}

const COLUMNS = `session, key, team, user, mode, started_at AS startedAt, ended_at AS endedAt, requests, errors, unpriced,
  input_tokens AS input, output_tokens AS output, cost_nanos AS costNanos, saved_nanos AS savedNanos`;

/** At most `limit` of a tenant's sessions behind `after`, those that ended last first. */
export async function listSessions(
  db: D1Database,
  query: { tenant: string; filter: SessionFilter; after: SessionPosition | null; limit: number },
): Promise<SessionRow[]> {
  const { tenant, after, limit } = query;
  const { sql, values } = conditionOf(query.filter);
  const behind: Condition = after
    ? { sql: " AND (ended_at, session) < (?, ?)", values: [after.time, after.id] }
    : { sql: "", values: [] };
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM usage_sessions WHERE tenant = ?${behind.sql}${sql}
       ORDER BY ended_at DESC, session DESC LIMIT ?`,
    )
    .bind(tenant, ...behind.values, ...values, limit)
    .all<SessionRow>();
  return results;
}

/** One session of a tenant, or null. */
export const findSession = (db: D1Database, tenant: string, session: string): Promise<SessionRow | null> =>
  db
    .prepare(`SELECT ${COLUMNS} FROM usage_sessions WHERE tenant = ? AND session = ?`)
    .bind(tenant, session)
    .first<SessionRow>();

function conditionOf({ from, to, q, ...equal }: SessionFilter): Condition {
  const parts: Condition[] = [];
  if (from !== undefined) parts.push({ sql: " AND ended_at >= ?", values: [from] });
  if (to !== undefined) parts.push({ sql: " AND started_at < ?", values: [to] });
  // Behind every character that a name may go on with.
  if (q !== undefined) parts.push({ sql: " AND session >= ? AND session < ?", values: [q, `${q}\u{10ffff}`] });
  for (const name of ["key", "user", "team", "mode"] as const) {
    const value = equal[name];
    if (value !== undefined) parts.push({ sql: ` AND ${name} = ?`, values: [value] });
  }
  return { sql: parts.map((part) => part.sql).join(""), values: parts.flatMap((part) => part.values) };
}

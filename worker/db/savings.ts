/** Sums of what was saved, by reason, and of what other models would have cost. */
import type { Condition } from "../core/condition.ts";
import { MAX_ROWS, pageSql, type RowsPage } from "./summary.ts";

export const SAVING_GROUPS = ["day", "hour", "reason", "key", "provider", "model", "mode"] as const;
export type SavingGroup = (typeof SAVING_GROUPS)[number];

export interface SavingsFilter {
  /** Inclusive, milliseconds since the epoch. */
  from?: number;
  /** Exclusive. */
  to?: number;
  key?: string;
  provider?: string;
  model?: string;
  mode?: string;
}

export interface SavingsRow {
  /** The values that the sums are of, in the order that was asked for; null where a request has none. */
  group: Partial<Record<SavingGroup, string | number | null>>;
  /** Requests that saved; one may save for several reasons. */
  requests: number;
  /** What they cost all the same. */
  costNanos: number;
  savedNanos: number;
}

export interface ShadowRow {
  route: string;
  provider: string;
  model: string;
  /** `provider/model`. */
  shadow: string;
  requests: number;
  costNanos: number;
  shadowNanos: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const GROUP_SQL: Record<SavingGroup, string> = {
  day: `hour - hour % ${DAY_MS}`,
  hour: "hour",
  reason: "reason",
  key: "nullif(key, '')",
  provider: "provider",
  model: "model",
  mode: "mode",
};

const RAW_SAVINGS = `SELECT time - time % ${HOUR_MS} AS hour, s.key AS reason, coalesce(usage.key, '') AS key, provider,
  model, mode, 1 AS requests, coalesce(cost_nanos, 0) AS cost_nanos, s.value AS saved_nanos
  FROM usage, json_each(usage.event, '$.savings') AS s`;
const RAW_SHADOWS = `SELECT event ->> '$.shadow.route' AS route, provider, model, event ->> '$.shadow.model' AS shadow,
  1 AS requests, coalesce(cost_nanos, 0) AS cost_nanos, event ->> '$.shadow.costNanos' AS shadow_nanos
  FROM usage`;

/** What was saved, by `groups`; earliest first where time is among them, then the largest. */
export async function summarizeSavings(
  db: D1Database,
  query: { tenant: string; filter: SavingsFilter; groups: readonly SavingGroup[]; page?: RowsPage },
): Promise<SavingsRow[]> {
  const { groups } = query;
  const rolledUp = `SELECT hour, reason, key, provider, model, mode, requests, cost_nanos, saved_nanos
    FROM usage_savings_hourly AS usage`;
  const source = sourceOf(query, { rolledUp, raw: RAW_SAVINGS, isRaw: "true" });
  const columns = groups.map((group, at) => `${GROUP_SQL[group]} AS g${at}`).join(", ");
  const byGroup = groups.map((_, at) => `g${at}`).join(", ");
  const times = groups.flatMap((group, at) => (group === "day" || group === "hour" ? [`g${at}`] : []));
  const { results } = await db
    .prepare(
      `SELECT ${columns}${columns && ","} sum(requests) AS requests, sum(cost_nanos) AS costNanos,
       sum(saved_nanos) AS savedNanos FROM (${source.sql}) ${byGroup && `GROUP BY ${byGroup}`} HAVING count(*) > 0
       ${pageSql([...times, "savedNanos DESC", ...(byGroup ? [byGroup] : [])], query.page)}`,
    )
    .bind(...source.values)
    .all<Omit<SavingsRow, "group"> & Record<string, never>>();
  return results.map((row) => ({
    requests: row.requests,
    costNanos: row.costNanos,
    savedNanos: row.savedNanos,
    group: Object.fromEntries(groups.map((group, at) => [group, row[`g${at}`] ?? null])),
  }));
}

/** What shadows would have cost, by route and pair of models; the dearest first. */
export async function summarizeShadows(
  db: D1Database,
  query: { tenant: string; filter: Omit<SavingsFilter, "key"> },
): Promise<ShadowRow[]> {
  const rolledUp = `SELECT route, provider, model, shadow, requests, cost_nanos, shadow_nanos
    FROM usage_shadow_hourly AS usage`;
  const isRaw = "usage.event ->> '$.shadow.model' IS NOT NULL";
  const source = sourceOf(query, { rolledUp, raw: RAW_SHADOWS, isRaw });
  const { results } = await db
    .prepare(
      `SELECT route, provider, model, shadow, sum(requests) AS requests, sum(cost_nanos) AS costNanos,
       sum(shadow_nanos) AS shadowNanos FROM (${source.sql}) GROUP BY 1, 2, 3, 4 ORDER BY costNanos DESC LIMIT ${MAX_ROWS}`,
    )
    .bind(...source.values)
    .all<ShadowRow>();
  return results;
}

/** Whole hours from the roll-ups, what sticks out at either end from the raw rows. */
function sourceOf(
  { tenant, filter }: { tenant: string; filter: SavingsFilter },
  { rolledUp, raw, isRaw }: { rolledUp: string; raw: string; isRaw: string },
): Condition {
  const { from, to } = filter;
  const columns = (["key", "provider", "model", "mode"] as const).filter((column) => filter[column] !== undefined);
  const sql = columns.map((column) => ` AND usage.${column} = ?`).join("");
  const values = columns.map((column) => filter[column] ?? "");
  const ofHours = (begin: number, end: number): Condition => ({
    sql: `${rolledUp} WHERE tenant = ? AND hour >= ? AND hour < ?${sql}`,
    values: [tenant, begin, end, ...values],
  });
  const ofRows = (begin: number, end: number): Condition => ({
    sql: `${raw} WHERE tenant = ? AND time >= ? AND time < ? AND ${isRaw}${sql}`,
    values: [tenant, begin, end, ...values],
  });
  const earliest = from ?? Number.MIN_SAFE_INTEGER;
  const latest = to ?? Number.MAX_SAFE_INTEGER;
  const first = from === undefined ? earliest : Math.ceil(from / HOUR_MS) * HOUR_MS;
  const last = to === undefined ? latest : Math.floor(to / HOUR_MS) * HOUR_MS;
  const parts =
    first >= last
      ? [ofRows(earliest, latest)]
      : [
          ofHours(first, last),
          ...(first > earliest ? [ofRows(earliest, first)] : []),
          ...(last < latest ? [ofRows(last, latest)] : []),
        ];
  return { sql: parts.map((part) => part.sql).join(" UNION ALL "), values: parts.flatMap((part) => part.values) };
}

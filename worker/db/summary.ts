/**
 * Sums of usage. Whole hours come from the roll-ups; what sticks out at either end, and all that roll-ups do not know
 * (tags, sessions), from the raw rows, which live as long as the tenant's retention says.
 */
import { type Condition, conditionOf, type UsageFilter } from "./usage.ts";

export const GROUPS = [
  "day",
  "hour",
  "model",
  "provider",
  "key",
  "team",
  "user",
  "status",
  "mode",
  "endpoint",
  "tag",
] as const;
export type Group = (typeof GROUPS)[number];

export interface SummaryRow {
  /** The values that the sums are of, in the order that was asked for; null where a request has none. */
  group: Partial<Record<Group, string | number | null>>;
  requests: number;
  unpriced: number;
  errors: number;
  input: number;
  inputCached: number;
  inputCacheWrite: number;
  output: number;
  outputReasoning: number;
  costNanos: number;
  savedNanos: number;
  /** The sum over all requests. */
  latencyMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More groups than any chart or table shows; the largest costs stay. */
const MAX_ROWS = 10_000;

const GROUP_SQL: Record<Group, string> = {
  day: `hour - hour % ${DAY_MS}`,
  hour: "hour",
  model: "model",
  provider: "provider",
  key: "nullif(key, '')",
  team: "nullif(team, '')",
  user: "nullif(user, '')",
  status: "status",
  mode: "mode",
  endpoint: "endpoint",
  tag: "tag",
};

const ROLLED_UP = `SELECT hour, key, team, user, provider, model, endpoint, status, mode, NULL AS tag, requests, unpriced,
  input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos,
  saved_nanos, latency_ms FROM usage_hourly`;

/** Raw rows in the roll-ups' columns. A reversed charge takes back the request that it was for, as in the roll-ups. */
const rawColumns = (tag: string) => `SELECT time - time % ${HOUR_MS} AS hour, coalesce(usage.key, '') AS key,
  coalesce(team, '') AS team, coalesce(user, '') AS user, provider, model, endpoint, status, mode, ${tag} AS tag,
  iif(coalesce(cost_nanos, 0) < 0, -1, 1) AS requests, cost_nanos IS NULL AS unpriced,
  coalesce(event ->> '$.tokens.input', 0) AS input_tokens,
  coalesce(event ->> '$.tokens.inputCached', 0) AS input_cached_tokens,
  coalesce(event ->> '$.tokens.inputCacheWrite', 0) AS input_cache_write_tokens,
  coalesce(event ->> '$.tokens.output', 0) AS output_tokens,
  coalesce(event ->> '$.tokens.outputReasoning', 0) AS output_reasoning_tokens,
  coalesce(cost_nanos, 0) AS cost_nanos, saved_nanos, coalesce(event ->> '$.latencyMs', 0) AS latency_ms FROM usage`;

/** The sums of what `filter` lets through, by `groups`; earliest first where time is among them, then dearest first. */
export async function summarize(
  db: D1Database,
  query: { tenant: string; filter: UsageFilter; groups: readonly Group[] },
): Promise<SummaryRow[]> {
  const { groups } = query;
  const source = sourceOf(query);
  const columns = groups.map((group, at) => `${GROUP_SQL[group]} AS g${at}`).join(", ");
  const byGroup = groups.map((_, at) => `g${at}`).join(", ");
  const times = groups.flatMap((group, at) => (group === "day" || group === "hour" ? [`g${at}`] : []));
  const sql = `SELECT ${columns}${columns && ","} sum(requests) AS requests, sum(unpriced) AS unpriced,
    sum(iif(status IN ('error', 'truncated'), requests, 0)) AS errors, sum(input_tokens) AS input,
    sum(input_cached_tokens) AS inputCached, sum(input_cache_write_tokens) AS inputCacheWrite,
    sum(output_tokens) AS output, sum(output_reasoning_tokens) AS outputReasoning, sum(cost_nanos) AS costNanos,
    sum(saved_nanos) AS savedNanos, sum(latency_ms) AS latencyMs
    FROM (${source.sql}) ${byGroup && `GROUP BY ${byGroup}`} HAVING count(*) > 0
    ORDER BY ${[...times, "costNanos DESC"].join(", ")} LIMIT ${MAX_ROWS}`;
  const { results } = await db
    .prepare(sql)
    .bind(...source.values)
    .all<Omit<SummaryRow, "group"> & Record<string, never>>();
  return results.map((row) => ({
    ...row,
    group: Object.fromEntries(groups.map((group, at) => [group, row[`g${at}`] ?? null])),
  }));
}

function sourceOf({
  tenant,
  filter,
  groups,
}: {
  tenant: string;
  filter: UsageFilter;
  groups: readonly Group[];
}): Condition {
  const { from, to } = filter;
  const byTag = groups.includes("tag");
  const rawCondition = conditionOf(filter, "usage");
  const raw = (begin: number, end: number): Condition => ({
    sql: `${byTag ? `${rawColumns("t.key || '=' || t.value")}, json_each(usage.tags) AS t` : rawColumns("NULL")}
      WHERE tenant = ? AND time >= ? AND time < ?${rawCondition.sql}`,
    values: [tenant, begin, end, ...rawCondition.values],
  });
  const earliest = from ?? Number.MIN_SAFE_INTEGER;
  const latest = to ?? Number.MAX_SAFE_INTEGER;
  if (byTag || filter.tag !== undefined || filter.session !== undefined) return raw(earliest, latest);
  // The first and the last whole hour's edges; where there is no whole hour between them, raw rows alone.
  const first = from === undefined ? earliest : Math.ceil(from / HOUR_MS) * HOUR_MS;
  const last = to === undefined ? latest : Math.floor(to / HOUR_MS) * HOUR_MS;
  if (first >= last) return raw(earliest, latest);
  const condition = conditionOf(filter, "usage_hourly");
  const parts: Condition[] = [
    {
      sql: `${ROLLED_UP} WHERE tenant = ? AND hour >= ? AND hour < ?${condition.sql}`,
      values: [tenant, first, last, ...condition.values],
    },
  ];
  if (first > earliest) parts.push(raw(earliest, first));
  if (last < latest) parts.push(raw(last, latest));
  return { sql: parts.map((part) => part.sql).join(" UNION ALL "), values: parts.flatMap((part) => part.values) };
}

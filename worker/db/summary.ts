/**
 * Sums of usage. Whole days come from the sums by day, where what is asked is about one facet (key, team, user or tag) at
 * most; whole hours from those by hour, which know tags apart from all other facets; what sticks out at either end, and all
 * that these do not know (sessions, tags of a key), from the raw rows, which live as long as the tenant's retention says.
 */
import type { Condition } from "../core/condition.ts";
import { inSpan, LATENCY_COLUMNS, percentileMs } from "../core/latency.ts";
import type { Group } from "../core/usage.ts";
import { conditionOf, EARLIEST, LATEST, type UsageFilter, usageFor } from "./usage.ts";

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
  /** Whether this is all that is not among the largest. */
  others: boolean;
  /** Within which half of all requests ended, and 95 %, refused ones left out; null where nobody asked. */
  percentilesMs: { p50: number | null; p95: number | null } | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More groups than any chart or table shows; what is behind them is another page. */
export const MAX_ROWS = 10_000;

/** A page of rows. What arrives between two pages may move rows of the present from one to the other. */
export interface RowsPage {
  /** Rows before it. */
  skip: number;
  limit: number;
}

/** The end of a statement: its order, told apart to the last row, and which part of it. */
export const pageSql = (order: readonly string[], { skip, limit }: RowsPage = { skip: 0, limit: MAX_ROWS }): string =>
  `ORDER BY ${order.join(", ")} LIMIT ${limit} OFFSET ${skip}`;

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

/** What rows are read for: twenty more columns take as long as all the others. */
type Spans = "with spans" | "without";

const MEASURES = [
  ...["requests", "unpriced", "input_tokens", "input_cached_tokens", "input_cache_write_tokens", "output_tokens"],
  ...["output_reasoning_tokens", "cost_nanos", "saved_nanos", "latency_ms"],
];
const isError = "status IN ('error', 'truncated')";

/** What is summed, out of rows that are sums; a refused request is in no span, since nothing was waited for. */
const measures = (read: Spans, each = (sql: string): string => sql): string =>
  [
    ...MEASURES.map((column) => `${each(column)} AS ${column}`),
    `${each(`iif(${isError}, requests, 0)`)} AS errors`,
    ...(read === "with spans" ? LATENCY_COLUMNS : []).map(
      (column) => `${each(`iif(status = 'denied', 0, ${column})`)} AS ${column}`,
    ),
  ].join(", ");

const rolledUp = (read: Spans): string =>
  `SELECT hour, key, team, user, provider, model, endpoint, status, mode, NULL AS tag, ${measures(read)} FROM usage_hourly`;

/** Raw rows in the roll-ups' columns. A reversed charge takes back the request that it was for, as in the roll-ups. */
const rawColumns = (tag: string, read: Spans): string => {
  const requests = "iif(coalesce(cost_nanos, 0) < 0, -1, 1)";
  const counted = (span: number) => `iif(status <> 'denied' AND ${inSpan("latency_ms", span)}, ${requests}, 0)`;
  return `SELECT time - time % ${HOUR_MS} AS hour, coalesce(usage.key, '') AS key,
    coalesce(team, '') AS team, coalesce(user, '') AS user, provider, model, endpoint, status, mode, ${tag} AS tag,
    ${requests} AS requests, cost_nanos IS NULL AS unpriced,
    input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens,
    coalesce(cost_nanos, 0) AS cost_nanos, saved_nanos, latency_ms, iif(${isError}, ${requests}, 0) AS errors${
      read === "with spans"
        ? `, ${LATENCY_COLUMNS.map((column, span) => `${counted(span)} AS ${column}`).join(", ")}`
        : ""
    }`;
};

const FACETS = ["key", "team", "user", "tag"] as const;
type Facet = (typeof FACETS)[number] | "all";

/** Sums by hour and tag in the roll-ups' columns. */
const tagColumns = (read: Spans): string =>
  `SELECT hour, '' AS key, '' AS team, '' AS user, provider, model, '' AS endpoint, status, mode, value AS tag,
  ${measures(read)} FROM usage_tags_hourly`;

/** What a day's sums of a facet are told apart by, in the order in which they lie there. */
const BESIDE_FACET = ["provider", "model", "status", "mode"] as const;

/**
 * Sums by day in the roll-ups' columns: of the one facet that is asked for, the others are not told apart, nor what nobody
 * groups by. Added up in the order in which they lie: a month of many users has hundreds of thousands of rows, and to sort
 * those took longer than to read them.
 */
function dayColumns({ groups }: Asked, facet: Facet, read: Spans): { select: string; groupBy: string } {
  const told = BESIDE_FACET.filter((name) => groups.includes(name));
  const ofFacet = (name: Facet): string => `${facet === name ? "value" : "''"} AS ${name}`;
  const beside = (name: (typeof BESIDE_FACET)[number]): string => (told.includes(name) ? name : `'' AS ${name}`);
  return {
    select: `SELECT day AS hour, ${ofFacet("key")}, ${ofFacet("team")}, ${ofFacet("user")}, ${beside("provider")},
      ${beside("model")}, '' AS endpoint, ${beside("status")}, ${beside("mode")}, ${ofFacet("tag")},
      ${measures(read, (sql) => `sum(${sql})`)} FROM usage_daily`,
    groupBy: `GROUP BY ${["day", "value", ...told].join(", ")}`,
  };
}

/** What the sums are of. */
export interface SummaryQuery extends Asked {
  /** Of the last group, so many of the largest stay what they are; all others are one, `others`. */
  top?: { count: number; by: Ranking };
  /** Left out for the first `MAX_ROWS`. */
  page?: RowsPage;
  /** Whether to read percentiles off the histogram, which costs twenty sums more a row. */
  percentiles?: boolean;
}

/** What is largest. */
export const RANKINGS = ["cost", "requests", "tokens", "saved", "errors"] as const;
export type Ranking = (typeof RANKINGS)[number];

/** The columns of a row of sums, and what each is the sum of. */
const SUMS = {
  requests: "requests",
  unpriced: "unpriced",
  errors: "errors",
  input: "input_tokens",
  inputCached: "input_cached_tokens",
  inputCacheWrite: "input_cache_write_tokens",
  output: "output_tokens",
  outputReasoning: "output_reasoning_tokens",
  costNanos: "cost_nanos",
  savedNanos: "saved_nanos",
  latencyMs: "latency_ms",
};
const RANK_SQL: Record<Ranking, string> = {
  cost: "sum(costNanos)",
  requests: "sum(requests)",
  tokens: "sum(input + output)",
  saved: "sum(savedNanos)",
  errors: "sum(errors)",
};

/** The sums of what is asked for; earliest first where time is among the groups, then dearest first. */
export async function summarize(db: D1Database, query: SummaryQuery): Promise<SummaryRow[]> {
  const source = sourceOf(query);
  const { results } = await db
    .prepare(query.top && query.groups.length > 0 ? topOf(query, query.top, source.sql) : sumsOf(query, source.sql))
    .bind(...source.values)
    .all<Omit<SummaryRow, "group" | "percentilesMs" | "others"> & Record<string, never>>();
  return results.map((row) => ({
    ...row,
    others: Boolean(row.others),
    group: Object.fromEntries(query.groups.map((group, at) => [group, row[`g${at}`] ?? null])),
    percentilesMs: query.percentiles ? percentilesOf(row) : null,
  }));
}

const spansOf = ({ percentiles }: SummaryQuery): string[] =>
  percentiles ? LATENCY_COLUMNS.map((column) => `sum(${column}) AS ${column}`) : [];
const readOf = ({ percentiles }: SummaryQuery): Spans => (percentiles ? "with spans" : "without");

/** The places of what sums are grouped by, and of those of them that are times. */
function placesOf({ groups }: SummaryQuery): { all: string; times: string[] } {
  const times = groups.flatMap((group, at) => (group === "day" || group === "hour" ? [`${at + 1}`] : []));
  return { all: groups.map((_, at) => at + 1).join(", "), times };
}

/** A row of sums a group. */
function sumsOf(query: SummaryQuery, source: string, ordered = true): string {
  const { all, times } = placesOf(query);
  const columns = [
    ...query.groups.map((group, at) => `${GROUP_SQL[group]} AS g${at}`),
    ...Object.entries(SUMS).map(([name, of]) => `sum(${of}) AS ${name}`),
  ];
  const order = ordered ? pageSql([...times, "costNanos DESC", ...(all ? [all] : [])], query.page) : "";
  return `SELECT ${[...columns, ...spansOf(query)].join(", ")}
    FROM (${source}) ${all && `GROUP BY ${all}`} HAVING count(*) > 0 ${order}`;
}

/** As `sumsOf`, with all but the largest of the last group in one row. */
function topOf(query: SummaryQuery, top: NonNullable<SummaryQuery["top"]>, source: string): string {
  const { all, times } = placesOf(query);
  const last = `g${query.groups.length - 1}`;
  const isTop = `coalesce(${last}, '') IN (SELECT value FROM top)`;
  const columns = [
    ...query.groups.map((_, at) => (`g${at}` === last ? `iif(${isTop}, ${last}, NULL) AS ${last}` : `g${at}`)),
    `NOT (${isTop}) AS others`,
    ...Object.keys(SUMS).map((name) => `sum(${name}) AS ${name}`),
  ];
  return `WITH rows AS MATERIALIZED (${sumsOf(query, source, false)}),
    top AS MATERIALIZED (SELECT coalesce(${last}, '') AS value FROM rows GROUP BY 1
      ORDER BY ${RANK_SQL[top.by]} DESC, sum(requests) DESC LIMIT ${top.count})
    SELECT ${[...columns, ...spansOf(query)].join(", ")}
    FROM rows GROUP BY ${all}, ${query.groups.length + 1}
    ${pageSql([...times, "others", "costNanos DESC", all], query.page)}`;
}

function percentilesOf(row: Record<string, unknown>): SummaryRow["percentilesMs"] {
  const counts = LATENCY_COLUMNS.map((column) => Number(row[column] ?? 0));
  return { p50: percentileMs(counts, 0.5), p95: percentileMs(counts, 0.95) };
}

interface Asked {
  tenant: string;
  filter: UsageFilter;
  groups: readonly Group[];
}

/** What gives the rows from `begin` until before `end`, both in milliseconds since the epoch. */
type Source = (begin: number, end: number) => Condition[];

function sourceOf(asked: SummaryQuery): Condition {
  const { filter, groups } = asked;
  const read = readOf(asked);
  const raw = rawSource(asked, read);
  const facet = facetOf(asked);
  const isTagged = groups.includes("tag") || filter.tag !== undefined;
  const byHour = isTagged ? tagSource(asked, read) : hourlySource(asked, read);
  const hourly = isTagged && facet !== "tag" ? raw : inWhole(HOUR_MS, byHour, raw);
  const daily =
    facet === null || groups.includes("hour") ? hourly : inWhole(DAY_MS, dailySource(asked, facet, read), hourly);
  const source = IN_ROWS_ALONE.some((name) => filter[name] !== undefined) ? raw : daily;
  const parts = source(filter.from ?? EARLIEST, filter.to ?? LATEST);
  return { sql: parts.map((part) => part.sql).join(" UNION ALL "), values: parts.flatMap((part) => part.values) };
}

/** What no sum tells apart. */
const IN_ROWS_ALONE = ["session", "error_code", "refused_by"] as const;

/** The facet that sums are to be read of; null where those of one facet do not tell what is asked for. */
function facetOf({ filter, groups }: Asked): Facet | null {
  if (groups.includes("endpoint") || filter.endpoint !== undefined) return null;
  // A request counts for each of its tags: which others go with one is not summed.
  if (groups.includes("tag") && filter.tag !== undefined) return null;
  const asked = FACETS.filter((name) => groups.includes(name) || filter[name] !== undefined);
  return asked.length > 1 ? null : (asked[0] ?? "all");
}

/** Whole steps by `whole`; what sticks out at either end, or has no whole step in it, by `rest`. */
const inWhole =
  (stepMs: number, whole: Source, rest: Source): Source =>
  (begin, end) => {
    const first = Math.ceil(begin / stepMs) * stepMs;
    const last = Math.floor(end / stepMs) * stepMs;
    if (first >= last) return rest(begin, end);
    return [
      ...whole(first, last),
      ...(first > begin ? rest(begin, first) : []),
      ...(last < end ? rest(last, end) : []),
    ];
  };

function rawSource({ tenant, filter, groups }: Asked, read: Spans): Source {
  const { sql, values } = conditionOf(filter, "usage");
  const columns = groups.includes("tag")
    ? `${rawColumns("t.key || '=' || t.value", read)} FROM ${usageFor(filter)}, json_each(usage.tags) AS t`
    : `${rawColumns("NULL", read)} FROM ${usageFor(filter)}`;
  return (begin, end) => [
    {
      sql: `${columns} WHERE tenant = ? AND time >= ? AND time < ?${sql}`,
      values: [tenant, begin, end, ...values],
    },
  ];
}

function hourlySource({ tenant, filter }: Asked, read: Spans): Source {
  const { sql, values } = conditionOf(filter, "usage_hourly");
  return (begin, end) => [
    {
      sql: `${rolledUp(read)} WHERE tenant = ? AND hour >= ? AND hour < ?${sql}`,
      values: [tenant, begin, end, ...values],
    },
  ];
}

function tagSource({ tenant, filter: { tag, ...rest } }: Asked, read: Spans): Source {
  const { sql, values } = conditionOf(rest, "usage_tags_hourly");
  const value = hasTag(tag);
  return (begin, end) => [
    {
      sql: `${tagColumns(read)} WHERE tenant = ? AND hour >= ? AND hour < ?${value.sql}${sql}`,
      values: [tenant, begin, end, ...value.values, ...values],
    },
  ];
}

function dailySource(asked: Asked, facet: Facet, read: Spans): Source {
  const { tenant, filter } = asked;
  const { key, team, user, tag, ...rest } = filter;
  const { select, groupBy } = dayColumns(asked, facet, read);
  const { sql, values } = conditionOf(rest, "usage_daily");
  const value = facet === "tag" ? hasTag(tag) : isValue(key ?? team ?? user);
  return (begin, end) => [
    {
      sql: `${select} WHERE tenant = ? AND facet = ? AND day >= ? AND day < ?${value.sql}${sql} ${groupBy}`,
      values: [tenant, facet, begin, end, ...value.values, ...values],
    },
  ];
}

const isValue = (value: string | undefined): Condition =>
  value === undefined ? { sql: "", values: [] } : { sql: " AND value = ?", values: [value] };

/** A tag by name is all of its values: names have no equals sign, and ">" is the character behind it. */
const hasTag = (tag: string | undefined): Condition =>
  tag === undefined || tag.includes("=")
    ? isValue(tag)
    : { sql: " AND value >= ? AND value < ?", values: [`${tag}=`, `${tag}>`] };

/**
 * The sums that D1 keeps beside the rows, added up here: by hour, by day and facet, by hour and tag, by session, of
 * savings and of shadows. A batch of events makes a few rows of sums, which cost D1 far less than what would have to read every event.
 */
import { LATENCY_COLUMNS, latencySpan } from "../worker/core/latency.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { ONLY_IF_FRESH } from "./d1-fresh.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const BASE_SUMS = [
  "requests",
  "unpriced",
  "input_tokens",
  "input_cached_tokens",
  "input_cache_write_tokens",
  "output_tokens",
  "output_reasoning_tokens",
  "cost_nanos",
  "saved_nanos",
  "latency_ms",
] as const;
export const SUMS: readonly string[] = [...BASE_SUMS, ...LATENCY_COLUMNS];
const SESSION_SUMS = ["requests", "errors", "unpriced", "input_tokens", "output_tokens", "cost_nanos", "saved_nanos"];

/** `ON CONFLICT` that adds to what is there. */
export const addUp = (columns: readonly string[]): string =>
  `ON CONFLICT DO UPDATE SET ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")}`;

/** A statement that takes rows as a JSON array of arrays. */
const insert = (table: string, columns: readonly string[], onConflict: string): string => `
INSERT INTO ${table} (${columns.join(", ")})
SELECT ${columns.map((_, at) => `value ->> ${at}`).join(", ")} FROM json_each(?1) WHERE ${ONLY_IF_FRESH} ${onConflict}`;

/** Of a count in the text of spans: more than a batch has events, with a sign. */
const SPAN_WIDTH = 6;

/**
 * As `insert`, of rows that end with their counts by span as one text of fixed widths. Every `->>` searches the row's text
 * anew: for each of twenty columns that took two fifths of the time of an event in D1. The limit is none, and keeps the
 * inner query from being merged into the outer one, which would search for the text twenty times.
 */
const insertSums = (table: string, keys: readonly string[]): string => `
INSERT INTO ${table} (${[...keys, ...SUMS].join(", ")})
SELECT ${[...keys, ...BASE_SUMS].join(", ")}, ${LATENCY_COLUMNS.map(
  (_, span) => `CAST(substr(spans, ${1 + span * SPAN_WIDTH}, ${SPAN_WIDTH}) AS INTEGER)`,
).join(", ")}
FROM (
  SELECT ${[...keys, ...BASE_SUMS].map((column, at) => `value ->> ${at} AS ${column}`).join(", ")},
    value ->> ${keys.length + BASE_SUMS.length} AS spans FROM json_each(?1) LIMIT -1
) WHERE ${ONLY_IF_FRESH} ${addUp(SUMS)}`;

const HOURLY_KEYS = ["tenant", "hour", "key", "team", "user", "provider", "model", "endpoint", "status", "mode"];
const DAILY_KEYS = ["tenant", "facet", "day", "value", "provider", "model", "status", "mode"];
const TAG_KEYS = ["tenant", "hour", "value", "provider", "model", "status", "mode"];
const SAVING_KEYS = ["tenant", "hour", "reason", "key", "provider", "model", "mode"];
const SAVING_SUMS = ["requests", "cost_nanos", "saved_nanos"];
const SHADOW_KEYS = ["tenant", "hour", "route", "provider", "model", "shadow", "mode"];
const SHADOW_SUMS = ["requests", "cost_nanos", "shadow_nanos"];

const HOURLY = insertSums("usage_hourly", HOURLY_KEYS);
const DAILY = insertSums("usage_daily", DAILY_KEYS);
const TAGS = insertSums("usage_tags_hourly", TAG_KEYS);
const SAVINGS = insert("usage_savings_hourly", [...SAVING_KEYS, ...SAVING_SUMS], addUp(SAVING_SUMS));
const SHADOWS = insert("usage_shadow_hourly", [...SHADOW_KEYS, ...SHADOW_SUMS], addUp(SHADOW_SUMS));
const SESSIONS = insert(
  "usage_sessions",
  ["tenant", "session", "key", "team", "user", "mode", "started_at", "ended_at", ...SESSION_SUMS],
  `ON CONFLICT DO UPDATE SET key = excluded.key, team = excluded.team, user = excluded.user, mode = excluded.mode,
  started_at = min(started_at, excluded.started_at), ended_at = max(ended_at, excluded.ended_at),
  ${SESSION_SUMS.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")}`,
);

type Value = string | number | null;

/** Rows of sums by what they are of. */
class Sums {
  readonly #rows = new Map<string, { key: readonly Value[]; sums: number[] }>();

  add(key: readonly Value[], amounts: readonly number[]): void {
    const name = key.join("\u0000");
    const row = this.#rows.get(name);
    if (!row) this.#rows.set(name, { key, sums: amounts.slice() });
    else addTo(row.sums, amounts);
  }

  get size(): number {
    return this.#rows.size;
  }

  json(): string {
    return JSON.stringify([...this.#rows.values()].map(({ key, sums }) => [...key, ...shown(sums)]));
  }
}

/** Sums as their statement takes them: counts by span, where there are any, as one text. */
const shown = (sums: readonly number[]): readonly Value[] =>
  sums.length <= BASE_SUMS.length
    ? sums
    : [...sums.slice(0, BASE_SUMS.length), sums.slice(BASE_SUMS.length).map(inSpanWidth).join("")];

const inSpanWidth = (count: number): string => `${count}`.padStart(SPAN_WIDTH);

/** Most amounts are 0, and this runs for every event: a plain loop. */
function addTo(sums: number[], amounts: readonly number[]): void {
  for (let at = 0; at < amounts.length; at++) {
    const amount = amounts[at];
    if (amount) sums[at] = (sums[at] ?? 0) + amount;
  }
}

/** Statements and their rows as JSON, for events that have no row yet; none where there is nothing to add. */
export function sumsOf(events: readonly UsageEvent[]): { sql: string; rows: string }[] {
  const [hourly, daily, tags, savings, shadows] = [new Sums(), new Sums(), new Sums(), new Sums(), new Sums()];
  for (const event of events) {
    const { tenant, time, provider, model, endpoint, status, mode, key, team, user } = event;
    const hour = time - (time % HOUR_MS);
    const amounts = amountsOf(event);
    hourly.add([tenant, hour, key ?? "", team ?? "", user ?? "", provider, model, endpoint, status, mode], amounts);
    const day = time - (time % DAY_MS);
    for (const [facet, value] of facetsOf(event)) {
      daily.add([tenant, facet, day, value, provider, model, status, mode], amounts);
      if (facet === "tag") tags.add([tenant, hour, value, provider, model, status, mode], amounts);
    }
    const cost = event.costNanos ?? 0;
    for (const [reason, nanos] of Object.entries(event.savings ?? {})) {
      savings.add([tenant, hour, reason, key ?? "", provider, model, mode], [1, cost, nanos]);
    }
    if (event.shadow) {
      const { route, model: shadow, costNanos } = event.shadow;
      shadows.add([tenant, hour, route, provider, model, shadow, mode], [1, cost, costNanos]);
    }
  }
  const sums = [
    { sql: HOURLY, of: hourly },
    { sql: DAILY, of: daily },
    { sql: TAGS, of: tags },
    { sql: SAVINGS, of: savings },
    { sql: SHADOWS, of: shadows },
  ];
  const statements = sums.flatMap(({ sql, of }) => (of.size > 0 ? [{ sql, rows: of.json() }] : []));
  const sessions = sessionsOf(events);
  return sessions.length > 0 ? [...statements, { sql: SESSIONS, rows: JSON.stringify(sessions) }] : statements;
}

/** A reversed lost event takes back the request that the lost one counted. */
const requestsOf = ({ costNanos }: UsageEvent): number => ((costNanos ?? 0) < 0 ? -1 : 1);

const NO_SPANS: readonly number[] = LATENCY_COLUMNS.map(() => 0);

/** In the order of `SUMS`. */
function amountsOf(event: UsageEvent): number[] {
  const { tokens, costNanos } = event;
  const latencyMs = event.latencyMs ?? 0;
  const spans = NO_SPANS.slice();
  const requests = requestsOf(event);
  spans[latencySpan(latencyMs)] = requests;
  return [
    requests,
    costNanos === null ? 1 : 0,
    tokens.input,
    tokens.inputCached,
    tokens.inputCacheWrite,
    tokens.output,
    tokens.outputReasoning,
    costNanos ?? 0,
    event.savedNanos,
    latencyMs,
    ...spans,
  ];
}

/** A request counts once in each facet, and once for each of its tags. */
const facetsOf = ({ key, team, user, tags }: UsageEvent): [string, string][] => [
  ["all", ""],
  ["key", key ?? ""],
  ["team", team ?? ""],
  ["user", user ?? ""],
  ...Object.entries(tags).map(([name, value]): [string, string] => ["tag", `${name}=${value}`]),
];

const FAILED: ReadonlySet<string> = new Set(["error", "truncated"]);

/** A row a session; whose it is, its latest request says. */
function sessionsOf(events: readonly UsageEvent[]): Value[][] {
  const rows = new Map<string, { last: UsageEvent; startedAt: number; endedAt: number; sums: number[] }>();
  for (const event of events) {
    if (event.session === null) continue;
    const { tokens, costNanos, time } = event;
    const endedAt = time + (event.latencyMs ?? 0);
    const requests = requestsOf(event);
    const sums = [
      requests,
      FAILED.has(event.status) ? requests : 0,
      costNanos === null ? 1 : 0,
      ...[tokens.input, tokens.output, costNanos ?? 0, event.savedNanos],
    ];
    const name = `${event.tenant}\u0000${event.session}`;
    const row = rows.get(name);
    if (!row) {
      rows.set(name, { last: event, startedAt: time, endedAt, sums });
      continue;
    }
    if (endedAt >= row.endedAt) row.last = event;
    row.startedAt = Math.min(row.startedAt, time);
    row.endedAt = Math.max(row.endedAt, endedAt);
    addTo(row.sums, sums);
  }
  return [...rows.values()].map(({ last, startedAt, endedAt, sums }) => [
    ...[last.tenant, last.session, last.key, last.team, last.user, last.mode],
    ...[startedAt, endedAt, ...sums],
  ]);
}

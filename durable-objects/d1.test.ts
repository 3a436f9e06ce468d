/** What D1 is told of events: rows, sums and index, once each, whatever is delivered again and beside what. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { inSpan, LATENCY_COLUMNS, latencySpan } from "../worker/core/latency.ts";
import { NO_TOKENS, type UsageEvent } from "../worker/core/usage.ts";
import { matchOf } from "../worker/core/usage-text.ts";
import { MIGRATIONS, statements } from "../worker/db/migrations.ts";
import { deliver } from "./d1.ts";

beforeAll(async () => {
  for (const { sql } of MIGRATIONS) await env.DB.batch(statements(sql).map((one) => env.DB.prepare(one)));
});

const START = Date.UTC(2026, 10, 20);
const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;

/** Events that differ in all that sums are kept of. */
const events = (tenant: string, count: number): UsageEvent[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ id: `req_${n}`, time: START + n * 1_700_000, tenant, key: pick(["key_1", "key_2", null], n) },
    ...{ team: pick([null, "red"], n), user: pick(["ann", "bob"], n), session: pick([null, "s1", "s2", null], n) },
    ...{ tags: pick<Record<string, string>>([{}, { env: "prod" }, { env: "dev", app: 'a "b" \u2028é' }], n) },
    ...{ mode: pick(["live", "test"] as const, n), provider: pick(["openai", "anthropic"], n), model: "m" },
    ...{ modelServed: null, endpoint: "chat/completions", dialect: "chat", stream: false },
    ...{ status: pick(["ok", "error", "ok", "cached"] as const, n), httpStatus: 200, units: {} },
    tokens: { ...NO_TOKENS, input: n, inputCached: 1, output: 2 * n, outputReasoning: n },
    ...{ costNanos: pick([n * 10, null, -5], n), savedNanos: n, usageSource: "provider", priceSource: "catalog" },
    ...{ priceVersion: null, boundNanos: null, cache: "off", latencyMs: 40 * n, ttftMs: null, overheadMs: null },
    ...{ errorCode: pick([null, "upstream_error"], n), flags: [], attempts: [] },
  }));

const SUMS = `sum(iif(coalesce(cost_nanos, 0) < 0, -1, 1)) AS requests, sum(cost_nanos IS NULL) AS unpriced,
  sum(event ->> '$.tokens.input') AS input_tokens, sum(event ->> '$.tokens.outputReasoning') AS output_reasoning_tokens,
  sum(coalesce(cost_nanos, 0)) AS cost_nanos, sum(saved_nanos) AS saved_nanos, sum(event ->> '$.latencyMs') AS latency_ms`;
const READ = "requests, unpriced, input_tokens, output_reasoning_tokens, cost_nanos, saved_nanos, latency_ms";
const SPANS = LATENCY_COLUMNS.join(", ");
const COUNTED_SPANS = LATENCY_COLUMNS.map(
  (column, span) =>
    `sum(iif(${inSpan("(event ->> '$.latencyMs')", span)}, iif(coalesce(cost_nanos, 0) < 0, -1, 1), 0)) AS ${column}`,
).join(", ");

async function rows(sql: string, tenant: string): Promise<unknown[]> {
  return (await env.DB.prepare(sql).bind(tenant).all()).results;
}

/** The sums that are kept, and the same from the rows. */
async function keptAndCounted(tenant: string): Promise<[unknown[], unknown[]][]> {
  const hourly = "tenant = ?1 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6";
  const facets = `SELECT 'all' AS facet, '' AS value, time, provider, status, mode, cost_nanos, saved_nanos, event FROM usage WHERE tenant = ?1
    UNION ALL SELECT 'key', coalesce(key, ''), time, provider, status, mode, cost_nanos, saved_nanos, event FROM usage WHERE tenant = ?1
    UNION ALL SELECT 'team', coalesce(team, ''), time, provider, status, mode, cost_nanos, saved_nanos, event FROM usage WHERE tenant = ?1
    UNION ALL SELECT 'user', coalesce(user, ''), time, provider, status, mode, cost_nanos, saved_nanos, event FROM usage WHERE tenant = ?1
    UNION ALL SELECT 'tag', t.key || '=' || t.value, time, provider, status, mode, cost_nanos, saved_nanos, event
      FROM usage, json_each(usage.tags) AS t WHERE tenant = ?1`;
  return [
    [
      await rows(
        `SELECT hour, key, team, user, status, mode, ${READ} FROM usage_hourly WHERE tenant = ?1 ORDER BY 1, 2, 3, 4, 5, 6`,
        tenant,
      ),
      await rows(
        `SELECT time - time % 3600000 AS hour, coalesce(key, '') AS key, coalesce(team, '') AS team, coalesce(user, '') AS user,
          status, mode, ${SUMS} FROM usage WHERE ${hourly}`,
        tenant,
      ),
    ],
    [
      await rows(
        `SELECT facet, value, day, provider, status, mode, ${READ} FROM usage_daily WHERE tenant = ?1 ORDER BY 1, 2, 3, 4, 5, 6`,
        tenant,
      ),
      await rows(
        `SELECT facet, value, time - time % 86400000 AS day, provider, status, mode, ${SUMS} FROM (${facets})
        GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
        tenant,
      ),
    ],
    [
      await rows(
        `SELECT value, hour, provider, status, mode, ${READ}, ${SPANS} FROM usage_tags_hourly WHERE tenant = ?1 ORDER BY 1, 2, 3, 4, 5`,
        tenant,
      ),
      await rows(
        `SELECT value, time - time % 3600000 AS hour, provider, status, mode, ${SUMS}, ${COUNTED_SPANS} FROM (${facets})
        WHERE facet = 'tag' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
        tenant,
      ),
    ],
    [
      await rows(
        `SELECT session, started_at, ended_at, requests, errors, cost_nanos FROM usage_sessions WHERE tenant = ?1 ORDER BY 1`,
        tenant,
      ),
      await rows(
        `SELECT session, min(time) AS started_at, max(time + (event ->> '$.latencyMs')) AS ended_at,
          sum(iif(coalesce(cost_nanos, 0) < 0, -1, 1)) AS requests,
          sum(iif(status = 'error', iif(coalesce(cost_nanos, 0) < 0, -1, 1), 0)) AS errors, sum(coalesce(cost_nanos, 0)) AS cost_nanos
        FROM usage WHERE tenant = ?1 AND session IS NOT NULL GROUP BY 1 ORDER BY 1`,
        tenant,
      ),
    ],
  ];
}

test("sums by hour, by day and facet, by hour and tag, and by session are those of the rows, in whatever batches they came", async () => {
  const all = events("sums", 60);
  await deliver(env.DB, all.slice(0, 25));
  // Half of it was there already, and one is twice in it.
  await deliver(env.DB, [...all.slice(10, 45), ...all.slice(44, 45)]);
  await deliver(env.DB, all.slice(20, 40));
  await deliver(env.DB, all);
  for (const [kept, counted] of await keptAndCounted("sums")) {
    expect(counted.length).toBeGreaterThan(1);
    expect(kept).toEqual(counted);
  }
  const stored = await rows("SELECT event FROM usage WHERE tenant = ?1 ORDER BY time", "sums");
  expect(stored.map((row) => JSON.parse((row as { event: string }).event))).toEqual(all);
});

test("what is amended moves all sums with its row, once", async () => {
  // What is under way has used nothing yet, and costs its bound or what nobody knows.
  const all = events("amended", 12).map((event, n) => ({
    ...event,
    tokens: NO_TOKENS,
    costNanos: n % 3 === 0 ? null : 500,
  }));
  const told = all.slice(2, 6).map((event, n) => ({
    ...event,
    costNanos: 1_000 + n,
    tokens: { ...NO_TOKENS, input: 70 + n, outputReasoning: 5 },
    amends: { costNanos: event.costNanos },
  }));
  await deliver(env.DB, all);
  await deliver(env.DB, told);
  await deliver(env.DB, told);
  for (const [kept, counted] of await keptAndCounted("amended")) expect(kept).toEqual(counted);
  expect(
    await rows("SELECT sum(cost_nanos) AS cost FROM usage WHERE tenant = ?1 AND cost_nanos >= 1000", "amended"),
  ).toEqual([{ cost: 4_006 }]);
});

test("each request is in the span of its time", async () => {
  const all = events("spans", 30).map((event) => ({ ...event, costNanos: 1 }));
  await deliver(env.DB, all);
  const sums = LATENCY_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(", ");
  const [kept] = await rows(`SELECT ${sums} FROM usage_daily WHERE tenant = ?1 AND facet = 'all'`, "spans");
  const counted = LATENCY_COLUMNS.map(
    (_, span) => all.filter(({ latencyMs }) => latencySpan(latencyMs) === span).length,
  );
  expect(Object.values(kept as object)).toEqual(counted);
});

test("a record is found by its exact values and by its words", async () => {
  const all = events("found", 12);
  await deliver(env.DB, all);
  const found = async (sought: Parameters<typeof matchOf>[1]) => {
    const statement = env.DB.prepare("SELECT count(*) AS n FROM usage_text WHERE usage_text MATCH ?");
    return statement.bind(matchOf("found", sought)).first("n");
  };
  expect(await found({ exact: {}, words: [] })).toBe(12);
  expect(await found({ exact: { user: "ann", session: "s2" }, words: [] })).toBe(3);
  expect(await found({ exact: {}, tag: 'app=a "b" \u2028é', words: [] })).toBe(4);
  expect(await found({ exact: {}, tag: "env", words: ["anthro"] })).toBe(4);
  expect(await found({ exact: { key: "key_9" }, words: [] })).toBe(0);
});

test("what D1 refuses is written in no part", async () => {
  await env.DB.prepare("ALTER TABLE usage RENAME TO hidden").run();
  await expect(deliver(env.DB, events("refused", 3))).rejects.toThrow();
  await env.DB.prepare("ALTER TABLE hidden RENAME TO usage").run();
  expect(await rows("SELECT * FROM usage_hourly WHERE tenant = ?1", "refused")).toEqual([]);
  expect(await rows("SELECT * FROM usage_daily WHERE tenant = ?1", "refused")).toEqual([]);
});

/** A database that an earlier version left, with usage in it, after the migrations of this one. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { deliver } from "../../durable-objects/d1.ts";
import { NO_TOKENS, type UsageEvent } from "../core/usage.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { findUsage } from "./usage.ts";

const DAY = Date.UTC(2026, 10, 20);

/** As versions before savings and sessions wrote it: without the fields that came later. */
const event = (n: number): UsageEvent => ({
  ...{
    id: `req_${n}`,
    time: DAY + n * 3_600_000,
    tenant: "acme",
    key: "key_1",
    team: null,
    user: "ann",
    session: "run-1",
  },
  ...{ tags: { env: "prod" }, mode: "live", provider: "openai", model: "gpt-5-mini", modelServed: null },
  ...{
    endpoint: "chat/completions",
    dialect: "chat",
    stream: false,
    status: n === 2 ? "cached" : "ok",
    httpStatus: 200,
  },
  ...{ tokens: { ...NO_TOKENS, input: 10, output: n }, units: {}, costNanos: n * 100, savedNanos: n === 2 ? 40 : 0 },
  ...{ usageSource: "provider", priceSource: "catalog", priceVersion: null, boundNanos: null, cache: "off" },
  ...{ latencyMs: 70, ttftMs: null, overheadMs: null, errorCode: null, flags: [], attempts: [] },
});

const EVENTS = [1, 2, 3].map(event);

async function writeAsBefore(): Promise<void> {
  for (const each of EVENTS) {
    await env.DB.prepare("INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(
        ...[each.id, each.tenant, each.time, each.key, each.team, each.user, each.session, each.provider, each.model],
        ...[each.endpoint, each.status, each.mode, each.costNanos, each.savedNanos],
        ...[JSON.stringify(each.tags), JSON.stringify(each)],
      )
      .run();
    await env.DB.prepare(
      "INSERT INTO usage_hourly VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?, 1, 0, ?, 0, 0, ?, 0, ?, ?, ?)",
    )
      .bind(
        ...[each.tenant, each.time - (each.time % 3_600_000), each.key, each.user, each.provider, each.model],
        ...[each.endpoint, each.status, each.mode, each.tokens.input, each.tokens.output, each.costNanos],
        ...[each.savedNanos, each.latencyMs],
      )
      .run();
  }
}

it("keeps every record, sums what it did not sum before, and goes on counting each once", async () => {
  const before = MIGRATIONS.filter(({ name }) => name < "0005");
  expect(await migrate(env.DB, before)).toEqual(before.map(({ name }) => name));
  await writeAsBefore();
  expect(await migrate(env.DB)).toEqual(MIGRATIONS.slice(before.length).map(({ name }) => name));

  for (const each of EVENTS) expect(await findUsage(env.DB, "acme", each.id)).toEqual(each);
  // What was under way at the upgrade is delivered again, beside what is new.
  await deliver(env.DB, [...EVENTS, event(4)]);
  const sums = async (sql: string) => (await env.DB.prepare(sql).all()).results;
  const total = { requests: 4, cost: 1_000, saved: 40 };
  expect(
    await sums(
      "SELECT sum(requests) AS requests, sum(cost_nanos) AS cost, sum(saved_nanos) AS saved FROM usage_hourly",
    ),
  ).toEqual([total]);
  expect(
    await sums(
      `SELECT facet, sum(requests) AS requests, sum(cost_nanos) AS cost, sum(saved_nanos) AS saved FROM usage_daily
       GROUP BY 1 ORDER BY 1`,
    ),
  ).toEqual(["all", "key", "tag", "team", "user"].map((facet) => ({ facet, ...total })));
  expect(
    await sums(
      `SELECT value, hour, requests, output_tokens AS output, cost_nanos AS cost, saved_nanos AS saved, latency_ms AS latency,
       latency_0, latency_1, latency_2 FROM usage_tags_hourly ORDER BY hour`,
    ),
  ).toEqual(
    [1, 2, 3, 4].map((n) => ({
      ...{ value: "env=prod", hour: DAY + n * 3_600_000, requests: 1, output: n, cost: n * 100 },
      ...{ saved: n === 2 ? 40 : 0, latency: 70, latency_0: 0, latency_1: 1, latency_2: 0 },
    })),
  );
  expect(await sums("SELECT session, requests, cost_nanos AS cost FROM usage_sessions")).toEqual([
    { session: "run-1", requests: 4, cost: 1_000 },
  ]);
  expect(await sums("SELECT reason, saved_nanos AS saved FROM usage_savings_hourly")).toEqual([
    { reason: "cache", saved: 40 },
  ]);
  expect(await sums("SELECT count(*) AS n FROM usage_text WHERE usage_text MATCH 'gpt AND prod'")).toEqual([{ n: 4 }]);
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { NO_TOKENS, type UsageEvent } from "../worker/core/usage.ts";
import { migrate } from "../worker/db/migrate.ts";
import { type Counters, countEvents } from "./counters.ts";
import { tellCounters } from "./d1-counters.ts";

beforeAll(() => migrate(env.DB));

const event = (over: Partial<UsageEvent>) =>
  ({ mode: "live", status: "ok", costNanos: 5, savedNanos: 0, tokens: NO_TOKENS, ...over }) as UsageEvent;

const tell = (tenant: string, counters: Record<string, number>) =>
  env.DB.batch(tellCounters(env.DB, { tenant, counters: JSON.stringify(counters), now: 1 }));

const totals = async () =>
  Object.fromEntries(
    (await env.DB.prepare("SELECT series, value FROM counter_totals").all()).results.map((row) => [
      row.series,
      row.value,
    ]),
  );

test("events count by their kind, and what is taken back never counts backwards", () => {
  const counters: Counters = new Map();
  const tokens = { ...NO_TOKENS, input: 7, output: 3, outputReasoning: 2 };
  countEvents(counters, [
    event({ tokens }),
    event({ status: "error", costNanos: null }),
    event({ status: "lost", costNanos: 90 }),
    event({ status: "lost", costNanos: -90 }),
    event({ mode: "test", savedNanos: 4, costNanos: 0, status: "cached" }),
  ]);
  expect(Object.fromEntries(counters)).toEqual({
    'meterr_requests_total{mode="live",status="ok"}': 1,
    'meterr_requests_total{mode="live",status="error"}': 1,
    'meterr_requests_total{mode="live",status="lost"}': 1,
    'meterr_requests_total{mode="test",status="cached"}': 1,
    'meterr_unpriced_requests_total{mode="live"}': 1,
    'meterr_cost_nanousd_total{mode="live"}': 95,
    'meterr_reversed_nanousd_total{mode="live"}': 90,
    'meterr_saved_nanousd_total{mode="test"}': 4,
    'meterr_tokens_total{kind="input",mode="live"}': 7,
    'meterr_tokens_total{kind="output",mode="live"}': 3,
    'meterr_tokens_total{kind="output_reasoning",mode="live"}': 2,
  });
});

test("totals are the sum over tenants, however often each tells, up and down", async () => {
  await tell("a", { calls: 3, held: 100 });
  await tell("b", { calls: 5, held: 50 });
  await tell("b", { calls: 5, held: 50 });
  expect(await totals()).toEqual({ calls: 8, held: 150 });
  await tell("a", { calls: 4, held: 0, 'tokens{kind="x"}': 2 });
  await tell("b", { calls: 9, held: 20 });
  await tell("a", { calls: 4, held: 0, 'tokens{kind="x"}': 2 });
  expect(await totals()).toEqual({ calls: 13, held: 20, 'tokens{kind="x"}': 2 });
});

test("a sum past what a number holds stays exact", async () => {
  for (const tenant of ["m1", "m2", "m3"]) await tell(tenant, { cost: Number.MAX_SAFE_INTEGER });
  const text = await env.DB.prepare(
    "SELECT CAST(value AS TEXT) AS value FROM counter_totals WHERE series = 'cost'",
  ).first("value");
  expect(text).toBe(String(3n * BigInt(Number.MAX_SAFE_INTEGER)));
});

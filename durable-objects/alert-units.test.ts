/** Alerts of budgets in tokens and requests, over rolling periods, and for each subject apart. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import type { LedgerAlerts } from "../worker/core/alert.ts";
import { migrate } from "../worker/db/migrate.ts";
import { actor, arrived, got, newTenant, percents, receiveInEachTest, settled, types } from "./alert-test-kit.ts";

receiveInEachTest();
// Where the ledgers' outboxes deliver to.
beforeAll(() => migrate(env.DB));

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const THRESHOLD = "budget.threshold";
const dataOf = (index: number) => JSON.parse(got[index]?.body ?? "{}").data;
const denied = { status: "denied", httpStatus: 402, errorCode: "budget_exceeded", refusedBy: "bud_1" } as const;

/** What was told so far, however often it was sent: a clock that jumps makes attempts late. */
const toldBy = async (ledger: LedgerAlerts) =>
  (await ledger.firedAlerts({ limit: 200, cursor: null })).items.map(({ facts }) => facts).reverse();
const typesBy = async (ledger: LedgerAlerts) => (await toldBy(ledger)).map(({ type }) => type);

/** Runs `work` with a clock that shows `at`. */
async function atTime(at: number, work: () => Promise<unknown>): Promise<void> {
  vi.useFakeTimers({ now: at, toFake: ["Date"] });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

test.each(["tokens", "requests"] as const)(
  "a budget in %s is told at its very threshold, in its unit",
  async (unit) => {
    const { draw, channel } = await newTenant({ unit, limit: 1_001, alertAt: [33.3] });
    await channel();
    await draw(unit, 333);
    await settled();
    expect(got).toEqual([]);
    await draw(unit, 1);
    await arrived(1);
    expect(dataOf(0)).toMatchObject({
      threshold_percent: 33.3,
      budget: { unit, rolling: false },
      [`limit_${unit}`]: 1_001,
      [`spent_${unit}`]: 334,
      [`remaining_${unit}`]: 667,
    });
    expect(dataOf(0)).not.toHaveProperty("spent_usd");
  },
);

test("costs say nothing of a budget in tokens, nor tokens of one in money", async () => {
  const { draw, settle, channel } = await newTenant({ unit: "tokens", limit: 100 });
  await channel();
  await settle({ costNanos: 1_000_000_000 });
  await draw("nanos", 1_000_000_000);
  await draw("requests", 1_000);
  await settled();
  expect(got).toEqual([]);
});

test.each(["nanos", "tokens", "requests"] as const)(
  "the first refusal by a budget in %s is said once",
  async (unit) => {
    const { settle, draw, channel } = await newTenant({ unit, limit: 10 });
    await channel();
    await draw(unit, 7);
    await settle(denied, denied);
    await settle(denied);
    await arrived(1);
    await settled();
    expect(types()).toEqual(["budget.exceeded"]);
    expect(dataOf(0)[unit === "nanos" ? "remaining_usd" : `remaining_${unit}`]).toBe(
      unit === "nanos" ? "0.000000003" : 3,
    );
  },
);

test("a day's tokens that will not last are foreseen, in tokens; a rolling day has no end to foresee", async () => {
  const { draw, ledger } = await newTenant({ unit: "tokens", limit: 1_500, period: "day" });
  const rolling = { ...(await ledger.get("budget", "bud_1")), id: "bud_2", rolling: true };
  await ledger.create("budget", rolling as never, actor);
  const midnight = Math.ceil(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS;
  for (const hour of [1, 3, 5, 7, 8]) await atTime(midnight + hour * HOUR_MS, () => draw("tokens", 150));
  expect(await typesBy(ledger)).toEqual(["budget.forecast"]);
  expect((await toldBy(ledger))[0]).toMatchObject({
    budget: { id: "bud_1" },
    spent_tokens: 600,
    expected_tokens: 1_875,
  });
});

test("a rolling share is said when it crosses, and again once it fell below and crosses a period later", async () => {
  const { draw, ledger } = await newTenant({
    unit: "requests",
    limit: 10,
    period: "hour",
    rolling: true,
    alertAt: [80],
  });
  const start = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  await atTime(start, () => draw("requests", 4));
  await atTime(start + 20 * MINUTE_MS, () => draw("requests", 4));
  expect(await typesBy(ledger)).toEqual([THRESHOLD]);
  expect((await toldBy(ledger))[0]).toMatchObject({
    spent_requests: 8,
    budget: { rolling: true },
    period_starts_at: null,
    resets_at: new Date(start + 61 * MINUTE_MS).toISOString(),
  });
  // Four fell out. Crossed again within the length: told once that is over.
  await atTime(start + 62 * MINUTE_MS, () => draw("requests", 4));
  expect(await typesBy(ledger)).toEqual([THRESHOLD]);
  await atTime(start + 80 * MINUTE_MS, () => draw("requests", 4));
  expect(await typesBy(ledger)).toEqual([THRESHOLD, THRESHOLD]);
  // It stays above: the same episode, however long.
  for (const minute of [110, 130, 150, 170]) await atTime(start + minute * MINUTE_MS, () => draw("requests", 8));
  expect(await typesBy(ledger)).toEqual([THRESHOLD, THRESHOLD]);
});

test("all of it fell out and as much was spent anew in one step: said again", async () => {
  const { draw, ledger } = await newTenant({
    unit: "requests",
    limit: 10,
    period: "hour",
    rolling: true,
    alertAt: [80],
  });
  const start = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  await atTime(start, () => draw("requests", 9));
  await atTime(start + 3 * HOUR_MS, () => draw("requests", 9));
  expect(await typesBy(ledger)).toEqual([THRESHOLD, THRESHOLD]);
});

test("a rolling budget says that it refuses once for its length, however much is left", async () => {
  const { settle, draw, ledger } = await newTenant({ unit: "tokens", limit: 100, period: "hour", rolling: true });
  const start = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  await atTime(start, () => draw("tokens", 10));
  for (const minute of [0, 1, 30, 59]) {
    await atTime(start + minute * MINUTE_MS, async () => {
      await settle(denied);
      await draw("tokens", 1);
    });
  }
  expect(await typesBy(ledger)).toEqual(["budget.exceeded"]);
  await atTime(start + 61 * MINUTE_MS, () => settle(denied));
  expect(await typesBy(ledger)).toEqual(["budget.exceeded", "budget.exceeded"]);
});

test("each session is told of by itself, and by its name", async () => {
  const { draw, settle, channel } = await newTenant({
    unit: "tokens",
    limit: 100,
    scope: { type: "session", id: null },
  });
  await channel();
  await draw("tokens", 85, { session: "abc" });
  await draw("tokens", 60, { session: "def" });
  await draw("tokens", 1, { session: "abc" });
  await settle({ ...denied, session: "def" }, { ...denied, session: "def" });
  await draw("tokens", 25, { session: "def" });
  await arrived(3);
  await settled();
  expect(got.map((_, i) => `${types()[i]} ${dataOf(i).subject} ${dataOf(i).spent_tokens}`)).toEqual([
    "budget.threshold abc 85",
    "budget.exceeded def 60",
    "budget.threshold def 85",
  ]);
});

test("a limit that is raised is reached anew by each subject, whether it was in memory or not", async () => {
  const { draw, channel, ledger, stub } = await newTenant({
    ...{ unit: "tokens", limit: 100, scope: { type: "session", id: null }, alertAt: [80] },
  });
  await channel();
  await draw("tokens", 85, { session: "abc" });
  await draw("tokens", 85, { session: "def" });
  // What no lease is on leaves memory.
  await runInDurableObject(stub, (instance) => instance.alarm());
  await ledger.update("budget", "bud_1", { limit: 200 }, actor);
  await draw("tokens", 74, { session: "abc" });
  await settled();
  expect(percents()).toEqual([80, 80]);
  await draw("tokens", 1, { session: "abc" });
  await draw("tokens", 100, { session: "def" });
  await settled();
  expect(percents()).toEqual([80, 80, 80, 80]);
});

test("what was said stays said while its counters are there, however often old alerts are forgotten", async () => {
  const { draw, ledger, stub } = await newTenant({ unit: "tokens", limit: 100, scope: { type: "session", id: null } });
  await draw("tokens", 85, { session: "abc" });
  await runInDurableObject(stub, (instance) => instance.alarm());
  await draw("tokens", 1, { session: "abc" });
  expect(await typesBy(ledger)).toEqual([THRESHOLD]);
});

test("a budget tells of a hundred subjects an hour; of the others later, if they go on", async () => {
  const { draw, settle, ledger } = await newTenant({
    unit: "tokens",
    limit: 100,
    scope: { type: "session", id: null },
  });
  const start = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  await atTime(start, async () => {
    for (let i = 0; i < 80; i++) await draw("tokens", 85, { session: `s${i}` });
    await settle(...Array.from({ length: 40 }, (_, i) => ({ ...denied, session: `refused${i}` })));
  });
  const subjectsOf = async () => (await toldBy(ledger)).map((facts) => "subject" in facts && facts.subject);
  expect(new Set(await subjectsOf()).size).toBe(100);
  expect((await subjectsOf()).length).toBe(100);
  expect(await subjectsOf()).not.toContain("refused39");
  await atTime(start + HOUR_MS, () => settle({ ...denied, session: "refused39" }));
  expect(await subjectsOf()).toContain("refused39");
});

test("marks go with the counters of their subject; a budget's own refusal is remembered for its period", async () => {
  const { draw, settle, ledger, stub } = await newTenant({ unit: "tokens", limit: 100, period: "month" });
  const each = {
    ...(await ledger.get("budget", "bud_1")),
    id: "bud_2",
    period: "hour",
    scope: { type: "user", id: null },
  };
  await ledger.create("budget", each as never, actor);
  await settle(denied);
  for (let i = 0; i < 50; i++) await draw("tokens", 90, { user: `u${i}` });
  const marksOf = () =>
    runInDurableObject(stub, (_, { storage }) =>
      storage.sql
        .exec<{ subject: string }>("SELECT subject FROM alert_marks")
        .toArray()
        .map(({ subject }) => subject),
    );
  expect((await marksOf()).filter((subject) => subject.startsWith("bud_2#u")).length).toBeGreaterThanOrEqual(50);
  await atTime(Date.now() + 4 * HOUR_MS, () => runInDurableObject(stub, (instance) => instance.alarm()));
  await atTime(Date.now() + 8 * HOUR_MS, () => runInDurableObject(stub, (instance) => instance.alarm()));
  expect((await marksOf()).filter((subject) => subject.startsWith("bud_2#u"))).toEqual([]);
  await atTime(Date.now() + 8 * HOUR_MS, () => settle(denied));
  expect((await typesBy(ledger)).filter((type) => type === "budget.exceeded")).toEqual(["budget.exceeded"]);
});

test("spend that comes late for a period the budget no longer counts by is nobody's news", async () => {
  const { start, draw, channel, ledger } = await newTenant({
    unit: "tokens",
    limit: 100,
    period: "hour",
    rolling: true,
  });
  await channel();
  const end = await start("tokens", 95);
  await ledger.update("budget", "bud_1", { rolling: false }, actor);
  await end();
  await draw("tokens", 60);
  await settled();
  expect(got).toEqual([]);
});

test("what a rate limit refuses, or cuts short, is no news of a budget nor of a provider", async () => {
  const { settle, channel, ledger } = await newTenant();
  const rates = {
    id: "rate_1",
    name: "r",
    scope: { type: "tenant", id: null },
    tokensPerMinute: 1,
    createdAt: 1,
  } as const;
  await ledger.create("rateLimit", rates, actor);
  await channel();
  const limited = { status: "denied", httpStatus: 429, errorCode: "rate_limited" } as const;
  const cut = { status: "cut", httpStatus: 200, refusedBy: "rate_1:tokens_per_minute" } as const;
  await settle(...Array.from({ length: 100 }, (_, i) => (i % 2 ? limited : cut)));
  await settled();
  expect(got).toEqual([]);
});

test("a record of the background that is told anew fails no provider twice", async () => {
  const { settle, channel } = await newTenant();
  await channel({ events: ["provider.failing"] });
  const failed = { attempts: [{ provider: "openai", model: "m", httpStatus: 503, ms: 1, costNanos: 0 }] };
  const amended = { ...failed, amends: { costNanos: 0 } };
  await settle(...Array.from({ length: 19 }, () => failed), ...Array.from({ length: 19 }, () => amended));
  await settled();
  expect(got).toEqual([]);
  await settle(failed);
  await arrived(1);
  expect(dataOf(0)).toMatchObject({ failed: 20, attempts: 20 });
});

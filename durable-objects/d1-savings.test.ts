import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import type { UsageEvent } from "../worker/core/usage.ts";
import { NO_TOKENS } from "../worker/core/usage.ts";
import { MIGRATIONS, statements } from "../worker/db/migrations.ts";
import { summarizeSavings, summarizeShadows } from "../worker/db/savings.ts";
import { deliver } from "./d1.ts";
import { sumsOf } from "./d1-sums.ts";

beforeAll(async () => {
  for (const { sql } of MIGRATIONS) await env.DB.batch(statements(sql).map((one) => env.DB.prepare(one)));
});

const HOUR = 3_600_000;
const event = (id: string, more: Partial<UsageEvent>): UsageEvent => ({
  ...{
    id,
    time: 10 * HOUR,
    tenant: "acme",
    key: "key_1",
    team: null,
    user: null,
    session: null,
    tags: {},
    mode: "live",
  },
  ...{ provider: "openai", model: "gpt-5-mini", modelServed: null, endpoint: "chat/completions", dialect: "chat" },
  ...{ stream: false, status: "ok", httpStatus: 200, tokens: NO_TOKENS, units: {}, costNanos: 10, savedNanos: 0 },
  ...{ usageSource: "provider", priceSource: "catalog", priceVersion: null, boundNanos: null, cache: "off" },
  ...{ latencyMs: 1, ttftMs: null, overheadMs: null, errorCode: null, flags: [], attempts: [] },
  ...more,
});
const book = (...events: UsageEvent[]) => deliver(env.DB, events);
const shadow = { route: "smart", model: "openai/gpt-5", costNanos: 70 };

test("a batch that saved nothing adds no statement", () => {
  const plain = sumsOf([event("a", { errorCode: '"savings":{ "shadow":{' })]);
  expect(plain.map(({ sql }) => /INTO (\w+)/.exec(sql)?.[1])).toEqual(["usage_hourly", "usage_daily"]);
});

test("savings and shadows count once each, however often and with whatever they are delivered", async () => {
  const saved = event("a", { savedNanos: 3, savings: { flex: 5, prompt_cache: -2 }, shadow });
  await book(saved, saved, event("b", {}));
  await book(
    saved,
    event("c", { savedNanos: 4, savings: { flex: 4 }, shadow }),
    event("d", { tenant: "other", shadow }),
  );
  const filter = { from: 10 * HOUR, to: 11 * HOUR };
  const rolledUp = await summarizeSavings(env.DB, { tenant: "acme", filter, groups: ["reason"] });
  expect(rolledUp).toEqual([
    { group: { reason: "flex" }, requests: 2, costNanos: 20, savedNanos: 9 },
    { group: { reason: "prompt_cache" }, requests: 1, costNanos: 10, savedNanos: -2 },
  ]);
  const shadows = await summarizeShadows(env.DB, { tenant: "acme", filter });
  const { route, model: name } = shadow;
  expect(shadows).toEqual([
    { route, provider: "openai", model: "gpt-5-mini", shadow: name, requests: 2, costNanos: 20, shadowNanos: 140 },
  ]);
  // The same from the rows, where the span is no whole hour.
  const within = { from: 10 * HOUR, to: 10 * HOUR + 1 };
  expect(await summarizeSavings(env.DB, { tenant: "acme", filter: within, groups: ["reason"] })).toEqual(rolledUp);
  expect(await summarizeShadows(env.DB, { tenant: "acme", filter: within })).toEqual(shadows);
});

test("an amendment's savings are no further request's", async () => {
  const started = event("e", { tenant: "late", costNanos: 100 });
  await book(started);
  await book(
    event("e", { tenant: "late", costNanos: 50, savedNanos: 50, savings: { flex: 50 }, amends: { costNanos: 100 } }),
  );
  expect(await summarizeSavings(env.DB, { tenant: "late", filter: {}, groups: [] })).toEqual([]);
});

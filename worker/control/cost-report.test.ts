import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { sampleEvent } from "../core/samples.ts";
import { NO_TOKENS, type UsageEvent } from "../core/usage.ts";
import { newTenant, operator, tokenOf } from "./test-kit.ts";

let tenant = "";
let key = "";
const base = () => `/api/v1/tenants/${tenant}/cost-report`;
const report = async (query = "from=2026-11-01&to=2026-11-03") => (await operator("GET", `${base()}?${query}`)).body;

/** As the gateway settles it. */
const event = (id: string, time: string, more: Partial<UsageEvent> = {}): UsageEvent =>
  sampleEvent({
    ...{ id, tenant, time: Date.parse(time), key, stream: true, costNanos: 1_000_000, latencyMs: 10 },
    ...{ tokens: { ...NO_TOKENS, input: 1_000, output: 100 }, ...more },
  });

beforeAll(async () => {
  tenant = await newTenant();
  key = (await operator("POST", `/api/v1/tenants/${tenant}/keys`, { name: "Bot" })).body.id;
  const smart = { strategy: "fallback", targets: [{ model: "openai/gpt-5" }] };
  await operator("PUT", `/api/v1/tenants/${tenant}/routes/smart`, smart);
  await env.LEDGER.getByName(tenant).importUsage([
    event("r1", "2026-11-01T09:00:00Z", { fingerprint: "faq" }),
    event("r2", "2026-11-01T09:10:00Z", { fingerprint: "faq" }),
    event("r3", "2026-11-01T12:00:00Z", { fingerprint: "faq", key: "key_b", costNanos: 500_000 }),
    event("r4", "2026-11-02T09:00:00Z", {
      ...{ provider: "anthropic", model: "claude-haiku-4-5", key: "key_b", costNanos: 2_000_000 },
      ...{ savings: { prompt_cache: 1_500_000 }, savedNanos: 1_500_000 },
    }),
    event("r5", "2026-11-02T09:00:01Z", {
      ...{ status: "cached", cache: "hit", costNanos: 0, tokens: NO_TOKENS },
      ...{ savings: { cache: 1_000_000 }, savedNanos: 1_000_000 },
    }),
    event("r6", "2026-11-02T10:00:00Z", {
      ...{ model: "gpt-5", costNanos: 4_000_000 },
      shadow: { route: "smart", model: "openai/gpt-5-mini", costNanos: 800_000 },
    }),
    event("t1", "2026-11-02T10:00:00Z", { mode: "test", costNanos: 9_000_000 }),
    event("old", "2026-10-01T10:00:00Z", { costNanos: 7_000_000 }),
  ]);
  await runDurableObjectAlarm(env.LEDGER.getByName(tenant));
});

it("says what was spent, by model, provider and key, of the span alone", async () => {
  const { spent, from, to } = await report("from=2026-11-01&to=2026-11-03&mode=live");
  expect({ from, to }).toEqual({ from: "2026-11-01T00:00:00.000Z", to: "2026-11-03T00:00:00.000Z" });
  expect(spent).toMatchObject({ requests: 6, unpriced: 0, cost_usd: "0.008500000" });
  expect(spent.by_model).toMatchObject([
    { provider: "openai", model: "gpt-5", cost_usd: "0.004000000" },
    { provider: "openai", model: "gpt-5-mini", requests: 4, cost_usd: "0.002500000", saved_usd: "0.001000000" },
    { provider: "anthropic", model: "claude-haiku-4-5", cost_usd: "0.002000000", saved_usd: "0.001500000" },
  ]);
  expect(spent.by_provider).toMatchObject([
    { provider: "openai", requests: 5, tokens: { input: 4_000 }, cost_usd: "0.006500000" },
    { provider: "anthropic", requests: 1, cost_usd: "0.002000000" },
  ]);
  expect(spent.by_key).toMatchObject([
    { key, cost_usd: "0.006000000" },
    { key: "key_b", cost_usd: "0.002500000" },
  ]);
  expect((await report()).spent.cost_usd).toBe("0.017500000");
});

it("says what was saved, by reason and over time, and what part of the bill that is", async () => {
  const { saved } = await report("from=2026-11-01&to=2026-11-05&mode=live");
  expect(saved).toMatchObject({ saved_usd: "0.002500000", step: "day" });
  expect(saved.part).toBeCloseTo(2.5 / 11, 10);
  expect(saved.by_reason).toEqual([
    { reason: "prompt_cache", requests: 1, saved_usd: "0.001500000" },
    { reason: "cache", requests: 1, saved_usd: "0.001000000" },
  ]);
  expect(saved.over_time).toEqual([
    { time: "2026-11-02T00:00:00.000Z", reason: "prompt_cache", saved_usd: "0.001500000" },
    { time: "2026-11-02T00:00:00.000Z", reason: "cache", saved_usd: "0.001000000" },
  ]);
  const { saved: hourly } = await report();
  expect(hourly).toMatchObject({ step: "hour", over_time: [{ time: "2026-11-02T09:00:00.000Z" }, {}] });
});

it("says what could be saved, the largest first, with the call that does it", async () => {
  const { possible, judged } = await report("from=2026-11-01&to=2026-11-03&mode=live");
  expect(judged).toEqual({ requests: 5, from: "2026-11-01T09:00:00.000Z" });
  const levers = possible.map(({ lever, saving_usd }: Record<string, string>) => [lever, saving_usd]);
  expect(levers).toEqual([
    ["auto", "0.003200000"],
    ["cache", "0.001000000"],
  ]);
  expect(possible[1]).toMatchObject({
    subject: { key, model: null },
    requests: 1,
    certainty: "estimated",
    change: {
      method: "PATCH",
      path: `/api/v1/tenants/${tenant}/keys/${key}`,
      body: { cache: { ttl_seconds: 3_600 } },
    },
  });
});

it("leaves out what is switched on since, by the very calls that it names", async () => {
  const possible = async () => (await report("from=2026-11-01&to=2026-11-03&mode=live")).possible;
  const calls = (await possible()).map(({ change }: { change: unknown }) => change);
  expect(calls).toHaveLength(2);
  for (const { method, path, body } of calls) expect((await operator(method, path, body)).status, path).toBe(200);
  expect(await possible()).toEqual([]);
});

it("has nothing to say of a span without requests, and refuses one that is none", async () => {
  expect(await report("from=2020-01-01&to=2020-02-01")).toMatchObject({
    spent: { requests: 0, cost_usd: "0.000000000", by_model: [] },
    saved: { saved_usd: "0.000000000", part: null, by_reason: [] },
    possible: [],
    judged: { requests: 0, from: null },
  });
  expect((await operator("GET", `${base()}?from=2026-11-03&to=2026-11-03`)).status).toBe(400);
});

it("is for the tenant's own people alone", async () => {
  const viewer = await tokenOf(tenant, "viewer");
  expect((await operator("GET", base(), undefined, viewer)).status).toBe(200);
  const stranger = await tokenOf(await newTenant("Other"), "admin");
  expect((await operator("GET", base(), undefined, stranger)).status).toBeGreaterThanOrEqual(403);
});

/** `/metrics` of the whole system: exact once all is settled, also after a crash, and for the operator alone. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriesTotal } from "../bench/stats.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, costOfAll, newTenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three", input: 8, output: 20 };
const REQUESTS = 40;
/** The contract's two seconds, and a busy machine. */
const TOLD_WITHIN_MS = 6_000;
/** Counters are exact after so much quiet. */
const QUIET_MS = 3_000;

let system: System;
let upstream: Upstream;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(chats(ANSWER));
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

async function scrape(authorization = `Bearer ${system.adminToken}`): Promise<{ status: number; text: string }> {
  const response = await fetch(`${system.url}/metrics`, { headers: { authorization } });
  return { status: response.status, text: await response.text() };
}

const total = async (name: string): Promise<number> => seriesTotal((await scrape()).text, name) ?? Number.NaN;

test("only the operator's token opens it", async () => {
  const { json } = await api<{ token: string }>(system, "POST", `/tenants/${system.tenant}/tokens`, {
    name: "owner",
    role: "owner",
  });
  for (const authorization of ["", "Bearer ", "Bearer wrong", `Bearer ${json.token}`]) {
    expect((await scrape(authorization)).status, authorization).toBe(401);
  }
  expect((await scrape()).status).toBe(200);
});

test("requests, cost, tokens and calls are exact once all is quiet, and still after kill -9", async () => {
  const tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  const key = await tenant.key();
  const budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "5" });
  await sleep(QUIET_MS);
  const before = {
    requests: await total("meterr_requests_total"),
    cost: await total("meterr_cost_nanousd_total"),
    calls: await total("meterr_ledger_calls_total"),
  };
  for (let n = 0; n < REQUESTS; n++) {
    const response = await ask(system, DIALECTS.chat, { key: key.key });
    expect(response.status).toBe(200);
    await response.text();
  }
  const records = await until("all records", TOLD_WITHIN_MS, async () => {
    const found = await tenant.records();
    return found.length === REQUESTS && found;
  });
  await sleep(QUIET_MS);
  const cost = costOfAll(records);
  expect(cost).toBeGreaterThan(0);
  const check = async () => {
    expect((await total("meterr_requests_total")) - before.requests).toBe(REQUESTS);
    expect((await total("meterr_cost_nanousd_total")) - before.cost).toBe(cost);
    expect(await total("meterr_outbox_pending")).toBe(0);
    expect(await total("meterr_ledgers")).toBe(1);
  };
  await check();
  const { text } = await scrape();
  expect(text).toContain(`\nmeterr_tokens_total{kind="output",mode="live"} ${REQUESTS * ANSWER.output}\n`);
  expect(text).toContain(`\nmeterr_requests_total{mode="live",status="ok"} ${REQUESTS}\n`);
  const calls = await total("meterr_ledger_calls_total");
  expect(calls).toBeGreaterThan(before.calls);
  expect(calls - before.calls).toBeLessThan(REQUESTS);

  await system.kill9();
  await system.restart();
  await check();
  await until("nothing held", 90_000, async () => (await total("meterr_held_nanousd")) === 0);
  expect((await tenant.budgetNow(budget.id)).held_usd).toBe("0.000000000");
});

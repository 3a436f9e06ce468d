/** Hard budgets under load: never past the limit, used to the last request that fits, exact in the end. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Asking, ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Budget, costOfAll, type Key, nanos, newTenant, type Tenant, usd } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const AT_ONCE = 300;
const PAID_FOR = 40;
const POLL_MS = 20;
/** The provider takes this long, so that requests overlap. */
const PROVIDER_MS = 60;
/** Leases come back when they have been idle for some seconds. */
const AT_REST_WITHIN_MS = 20_000;
/** Many bytes, few tokens: the exact bound is far below the cheap one. */
const TEXT = "Please tell me about international telecommunication infrastructure. ".repeat(20);
const QUESTION = { model: "gpt-4o-mini", max_tokens: 60, messages: [{ role: "user", content: TEXT }] };
const { chat } = DIALECTS;

let system: System;
let upstream: Upstream;
let tenant: Tenant;

beforeAll(async () => {
  system = await startSystem();
  const answer = chats({ model: "gpt-4o-mini-2024-07-18", text: "A short answer", input: 210, output: 40 });
  upstream = await startUpstream(async (response, received) => {
    await sleep(PROVIDER_MS);
    return answer(response, received);
  });
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(async () => {
  tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  upstream.received.length = 0;
});

const send = (key: Key, asking: Asking = {}): Promise<Response> =>
  ask(system, chat, { key: key.key, body: JSON.stringify(QUESTION), ...asking });

interface Refusal {
  error: { code: string; details: { budget: string; remaining_usd: string } };
}

/** All answers' statuses; every refusal is the contract's. */
async function statusesOf(responses: readonly Response[]): Promise<number[]> {
  for (const response of responses) {
    const body = (await response.json()) as Refusal;
    if (response.status === 402) expect(body.error.code).toBe("budget_exceeded");
    else expect(response.status, JSON.stringify(body)).toBe(200);
  }
  return responses.map(({ status }) => status);
}

/** Looks at the budget all the time while `work` runs; gives the most that was ever spent and held together. */
async function watching<T>(budget: Budget, work: Promise<T>): Promise<{ result: T; most: number; looks: number }> {
  let running = true;
  let most = 0;
  let looks = 0;
  const look = (async () => {
    while (running) {
      const { spent_usd, held_usd } = await tenant.budgetNow(budget.id);
      most = Math.max(most, nanos(spent_usd) + nanos(held_usd));
      looks++;
      await sleep(POLL_MS);
    }
  })();
  try {
    return { result: await work, most, looks };
  } finally {
    running = false;
    await look;
  }
}

const atRest = (budget: Budget): Promise<Budget> =>
  until("nothing held", AT_REST_WITHIN_MS, async () => {
    const now = await tenant.budgetNow(budget.id);
    return nanos(now.held_usd) === 0 && now;
  });

test.each([
  ["a live key", "live"],
  ["a sandbox key", "test"],
])("300 requests at once on %s whose budget pays for 40 never pass it, and use it up", async (_, mode) => {
  const probe = await tenant.key({ mode });
  const probed = await send(probe);
  expect(probed.status).toBe(200);
  const { cost_usd } = await tenant.record(probed.headers.get("x-meterr-request-id"));
  const costNanos = nanos(cost_usd);
  expect(costNanos).toBeGreaterThan(0);
  upstream.received.length = 0;

  const key = await tenant.key({ mode });
  const limitNanos = PAID_FOR * costNanos;
  const budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: usd(limitNanos) });
  const burst = Promise.all(Array.from({ length: AT_ONCE }, () => send(key)));
  const { result, most, looks } = await watching(budget, burst);
  const statuses = await statusesOf(result);
  expect(looks).toBeGreaterThan(3);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(limitNanos);
  const served = statuses.filter((status) => status === 200).length;
  expect(served).toBeGreaterThan(0);
  expect(served).toBeLessThanOrEqual(PAID_FOR);
  if (mode === "live") expect(upstream.received).toHaveLength(served);

  await atRest(budget);
  let more = 0;
  while ((await statusesOf([await send(key)]))[0] === 200) more++;
  if (mode === "live") expect(upstream.received).toHaveLength(served + more);

  const sent = AT_ONCE + more + 1;
  const records = await until("every record", AT_REST_WITHIN_MS, async () => {
    const seen = await tenant.records(`&key=${key.id}`);
    return seen.length >= sent && seen;
  });
  const paid = records.filter((record) => record.status === "ok");
  expect(paid).toHaveLength(served + more);
  const bounds = paid.map((record) => nanos(record.bound_usd));
  const exactBound = Math.min(...bounds);
  // The cheap bound was enough until it no longer fitted.
  expect(Math.max(...bounds)).toBeGreaterThan(exactBound);
  const final = await atRest(budget);
  expect(nanos(final.spent_usd)).toBe(costOfAll(records));
  expect(nanos(final.spent_usd)).toBeLessThanOrEqual(limitNanos);
  expect(nanos(final.remaining_usd)).toBeLessThan(exactBound);
  expect(records.filter((record) => record.status === "denied").every((record) => record.cost_usd === usd(0))).toBe(
    true,
  );
});

test("where several budgets bind, the tightest refuses and all of them count", async () => {
  const key = await tenant.key();
  const scopes = { tenant: { type: "tenant" }, key: { type: "key", id: key.id }, user: { type: "user", id: "ann" } };
  const ofTenant = await tenant.budget({ scope: scopes.tenant, limit_usd: "1" });
  const ofKey = await tenant.budget({ scope: scopes.key, limit_usd: "0.5" });
  const ofUser = await tenant.budget({ scope: scopes.user, limit_usd: "0.001" });
  const asAnn = { headers: { "x-meterr-user": "ann" } };
  const burst = Promise.all(Array.from({ length: 100 }, () => send(key, asAnn)));
  const { result, most } = await watching(ofUser, burst);
  expect(most).toBeLessThanOrEqual(1_000_000);
  const refused = result.filter((response) => response.status === 402).map((response) => response.clone());
  await statusesOf(result);
  expect(refused.length).toBeGreaterThan(0);
  for (const response of refused) {
    expect(((await response.json()) as Refusal).error.details.budget).toBe(ofUser.id);
  }

  expect((await send(key, { headers: { "x-meterr-user": "bob" } })).status).toBe(200);
  expect((await send(key)).status).toBe(200);
  await atRest(ofUser);
  await atRest(ofTenant);
  const records = await tenant.records();
  const spent = async (budget: Budget) => nanos((await tenant.budgetNow(budget.id)).spent_usd);
  expect(await spent(ofTenant)).toBe(costOfAll(records));
  expect(await spent(ofKey)).toBe(costOfAll(records));
  expect(await spent(ofUser)).toBe(costOfAll(records.filter((record) => record.user === "ann")));
});

test("whoever changes something and tries it at once finds it in force, while a lease is at hand", async () => {
  const key = await tenant.key();
  const scope = { type: "key", id: key.id };
  const next = async () => (await send(key)).status;
  expect([await next(), await next()]).toEqual([200, 200]);
  const budget = await tenant.budget({ scope, limit_usd: "0.000000001" });
  expect(await next()).toBe(402);
  await tenant.api("DELETE", `/budgets/${budget.id}`);
  expect(await next()).toBe(200);
  await tenant.api("DELETE", `/keys/${key.id}`);
  expect(await next()).toBe(401);
});

test("a soft budget counts and never refuses", async () => {
  const key = await tenant.key();
  const scope = { type: "key", id: key.id };
  const budget = await tenant.budget({ scope, limit_usd: "0.000000001", enforcement: "soft" });
  const statuses = await statusesOf(await Promise.all(Array.from({ length: 10 }, () => send(key))));
  expect(statuses.every((status) => status === 200)).toBe(true);
  const spent = await until("all settled", AT_REST_WITHIN_MS, async () => {
    const { spent_usd } = await tenant.budgetNow(budget.id);
    const records = await tenant.records();
    return records.length === 10 && nanos(spent_usd) === costOfAll(records) && spent_usd;
  });
  expect(nanos(spent)).toBeGreaterThan(1);
});

test("no header evades the budget of a user whom the key fixes", async () => {
  const key = await tenant.key({ user: "ann" });
  await tenant.budget({ scope: { type: "user", id: "ann" }, limit_usd: "0.000000001" });
  const evasions: Record<string, string>[] = [{}, { "x-meterr-user": "bob" }, { "x-meterr-user": "" }];
  for (const headers of evasions) {
    const response = await send(key, { headers });
    expect(response.status).toBe(402);
    expect(await tenant.record(response.headers.get("x-meterr-request-id"))).toMatchObject({
      status: "denied",
      user: "ann",
      error_code: "budget_exceeded",
    });
  }
  expect(upstream.received).toHaveLength(0);
});

test("no list of models evades the budget of one of them", async () => {
  const key = await tenant.key();
  const ofModel = await tenant.budget({ scope: { type: "model", id: "gpt-4o" }, limit_usd: "1" });
  const body = JSON.stringify({ ...QUESTION, models: ["gpt-4o"] });
  const refused = await send(key, { body });
  expect(refused.status).toBe(402);
  const { error } = (await refused.json()) as Refusal;
  expect([error.code, error.details.budget]).toEqual(["unbounded_cost", ofModel.id]);
  await tenant.api("PATCH", `/budgets/${ofModel.id}`, { on_unbounded: "allow" });
  expect((await send(key, { body })).status).toBe(200);
  await tenant.api("DELETE", `/budgets/${ofModel.id}`);
  await tenant.budget({ scope: { type: "model", id: null }, limit_usd: "1" });
  expect((await send(key, { body })).status).toBe(402);
  expect((await send(key)).status).toBe(200);
});

test("what a key requires cannot be left out", async () => {
  const key = await tenant.key({ require: ["user"] });
  const response = await send(key);
  expect(response.status).toBe(400);
  expect(chat.code(await response.json(), 400)).toBe("invalid_request");
  expect((await send(key, { headers: { "x-meterr-user": "ann" } })).status).toBe(200);
});

test("an answer tells what is left of the tightest budget", async () => {
  const key = await tenant.key();
  await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "0.01" });
  const response = await send(key);
  const left = nanos(response.headers.get("x-meterr-budget-remaining-usd"));
  expect(left).toBe(10_000_000 - nanos(response.headers.get("x-meterr-cost-usd")));
});

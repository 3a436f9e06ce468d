/** Limits in tokens and requests, rolling and for each session, rate limits and loops: exact under load. */
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Asking, ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const AT_ONCE = 50;
const PROVIDER_MS = 60;
const AT_REST_WITHIN_MS = 20_000;
const TOKENS = 250;
const QUESTION = { model: "gpt-4o-mini", max_tokens: 60, messages: [{ role: "user", content: "Hello" }] };
const { chat, messages } = DIALECTS;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let slow: Promise<void> | null = null;

beforeAll(async () => {
  system = await startSystem();
  const answer = chats({ model: "gpt-4o-mini-2024-07-18", text: "A short answer", input: 210, output: 40 });
  upstream = await startUpstream(async (response, received) => {
    await (slow ?? sleep(PROVIDER_MS));
    return answer(response, received);
  });
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(async () => {
  slow = null;
  tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  upstream.received.length = 0;
});

const send = (key: Key, asking: Asking = {}): Promise<Response> =>
  ask(system, chat, { key: key.key, body: JSON.stringify(QUESTION), ...asking });

const burst = (key: Key, asking: Asking = {}) => Promise.all(Array.from({ length: AT_ONCE }, () => send(key, asking)));

/** How many were answered; all others were refused with `status` and `code`. */
async function served(responses: readonly Response[], status: number, code: string): Promise<number> {
  let count = 0;
  for (const response of responses) {
    const body = await response.json();
    if (response.status === 200) count++;
    else expect([response.status, chat.code(body, response.status)], JSON.stringify(body)).toEqual([status, code]);
  }
  return count;
}

interface Figures {
  unit: string;
  limit_usd: string | null;
  spent_requests: number;
  held_requests: number;
  remaining_requests: number;
  spent_tokens: number;
  held_tokens: number;
  resets_at: string | null;
}
const figures = (id: string) => tenant.api<Figures>("GET", `/budgets/${id}`);

/** The records of all `count` requests that were refused. */
const allDenied = (count: number) =>
  until("all recorded", 8_000, async () => {
    const all = await tenant.records("&status=denied");
    return all.length === count && all;
  });

test("a budget of three requests lets three of fifty pass, and says what is left", async () => {
  const key = await tenant.key();
  const budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_requests: 3 });
  expect(await served(await burst(key), 402, "budget_exceeded")).toBe(3);
  expect(upstream.received).toHaveLength(3);
  const now = await until("nothing held", AT_REST_WITHIN_MS, async () => {
    const found = await figures(budget.id);
    return found.held_requests === 0 && found.spent_requests === 3 && found;
  });
  expect(now).toMatchObject({ unit: "requests", limit_usd: null, remaining_requests: 0 });
  const [denied] = await allDenied(AT_ONCE - 3);
  expect(denied).toMatchObject({ http_status: 402, cost_usd: "0.000000000" });
});

test("a rolling budget in tokens, beside one in dollars, is never passed and counts what was used", async () => {
  const key = await tenant.key();
  const scope = { type: "key", id: key.id };
  const inUsd = await tenant.budget({ scope, limit_usd: "5" });
  const limit_tokens = 5 * TOKENS;
  const budget = await tenant.budget({ scope, limit_tokens, period: "hour", rolling: true });
  let count = 0;
  for (let i = 0; i < 4; i++) count += await served(await burst(key), 402, "budget_exceeded");
  expect(count).toBeGreaterThanOrEqual(3);
  expect(count).toBeLessThanOrEqual(5);
  const now = await until("nothing held", AT_REST_WITHIN_MS, async () => {
    const found = await figures(budget.id);
    return found.held_tokens === 0 && found.spent_tokens === count * TOKENS && found;
  });
  const resetsInMs = Date.parse(now.resets_at ?? "") - Date.now();
  expect(resetsInMs).toBeGreaterThan(59 * 60_000);
  expect(resetsInMs).toBeLessThan(62 * 60_000);
  expect(Number((await tenant.budgetNow(inUsd.id)).spent_usd)).toBeGreaterThan(0);
});

test("each session has its own counter, and a request without one has none", async () => {
  const key = await tenant.key();
  await tenant.budget({ scope: { type: "session", id: null }, limit_requests: 2 });
  const of = (session: string) => burst(key, { headers: { "x-meterr-session": session } });
  const [a, b] = await Promise.all([of("a"), of("b")]);
  expect(await served(a, 402, "budget_exceeded")).toBe(2);
  expect(await served(b, 402, "budget_exceeded")).toBe(2);
  expect((await send(key)).status).toBe(200);
  const strict = await tenant.key({ require: ["session"] });
  expect((await send(strict)).status).toBe(400);
});

test("three requests a minute: three of fifty pass, all others are told when to come again", async () => {
  const key = await tenant.key({ rate_limits: { requests_per_minute: 3 } });
  const responses = await burst(key);
  const refused = responses.find(({ status }) => status === 429);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(50);
  expect(Number(refused?.headers.get("retry-after"))).toBeLessThanOrEqual(62);
  expect(refused?.headers.get("x-ratelimit-limit-requests")).toBe("3");
  expect(refused?.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  expect(await served(responses, 429, "rate_limit_exceeded")).toBe(3);
  expect(upstream.received).toHaveLength(3);
  const records = await allDenied(AT_ONCE - 3);
  expect(
    records.every(({ http_status, error_code }) => http_status === 429 && error_code === "rate_limit_exceeded"),
  ).toBe(true);
});

test("one request at once: one of fifty runs, and the next may when it is over", async () => {
  const key = await tenant.key({ rate_limits: { concurrent: 1 } });
  const { promise, resolve } = Promise.withResolvers<void>();
  slow = promise;
  const all = burst(key);
  await until("one runs", 5_000, async () => upstream.received.length === 1);
  await sleep(1_500);
  resolve();
  expect(await served(await all, 429, "rate_limit_exceeded")).toBe(1);
  slow = null;
  for (let i = 0; i < 5; i++) expect((await send(key)).status).toBe(200);
});

test("a user's, a team's and a model's rate limits bind, in the dialect's own headers", async () => {
  await tenant.api("POST", "/users", { id: "ann", name: "Ann", rate_limits: { requests_per_minute: 1 } });
  await tenant.api("POST", "/teams", { id: "search", name: "Search" });
  await tenant.api("PATCH", "/teams/search", { rate_limits: { tokens_per_day: 10 } });
  await tenant.api("POST", "/rate-limits", { scope: { type: "model", id: null }, requests_per_day: 2 });
  const key = await tenant.key();
  const asAnn = { headers: { "x-meterr-user": "ann" } };
  expect([(await send(key, asAnn)).status, (await send(key, asAnn)).status]).toEqual([200, 429]);
  expect((await send(key)).status).toBe(200);
  expect((await send(key)).status).toBe(429);
  const other = JSON.stringify({ ...QUESTION, model: "gpt-4o" });
  expect((await send(key, { body: other })).status).toBe(200);
  await tenant.credential("anthropic", upstream.origin);
  const ofTeam = await tenant.key({ team: "search" });
  const refused = await ask(system, messages, { key: ofTeam.key });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("anthropic-ratelimit-tokens-limit")).toBe("10");
});

test("the same request too often in a row is refused as a loop, which the SDK does not try again", async () => {
  const key = await tenant.key({ max_identical_requests: 2 });
  const client = new OpenAI({ apiKey: key.key, baseURL: `${system.url}/openai/v1`, maxRetries: 3 });
  const create = () =>
    client.chat.completions.create({
      model: "gpt-4o-mini",
      max_tokens: 60,
      messages: [{ role: "user", content: "Hello" }],
    });
  await create();
  await create();
  await expect(create()).rejects.toMatchObject({ status: 403, code: "loop_detected" });
  expect(upstream.received).toHaveLength(2);
  expect((await send(key, { headers: { "x-meterr-session": "other" } })).status).toBe(200);
});

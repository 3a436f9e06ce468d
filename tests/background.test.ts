/** Responses that are made in the background: billed once, by what a poll says, however often and by whom it is asked. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UsageRecord } from "../worker/core/record.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { json, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Budget, costOfAll, type Key, nanos, newTenant, type Tenant, usd } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { responses } = DIALECTS;
const QUESTION = { model: "gpt-4o-mini", max_output_tokens: 1_000, input: "Hello", background: true };
const SERVED = "gpt-4o-mini-2024-07-18";
const USED = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 150,
};
/** The catalogue's price of these tokens, in nanodollars: 150 and 600 a token. */
const COST = 100 * 150 + 50 * 600;
const AMENDED_WITHIN_MS = 10_000;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;
let budget: Budget;
let id: string;
/** What a poll of it gives. */
let now: object;

const response = (more: object) => ({
  id,
  object: "response",
  created_at: 1_763_000_000,
  background: true,
  error: null,
  model: SERVED,
  output: [],
  usage: null,
  ...more,
});
const event = (type: string, more: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, response: response(more) })}\n\n`;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream();
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(async () => {
  upstream.received.length = 0;
  tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  key = await tenant.key();
  budget = await tenant.budget({ scope: { type: "tenant" }, limit_usd: "1" });
  id = `resp_${randomUUID()}`;
  now = response({ status: "queued" });
  upstream.reply = (answer, received) =>
    json(200, received.method === "POST" ? response({ status: "queued" }) : now)(answer, received);
});

async function start(more: { key?: string; body?: object } = {}): Promise<string> {
  const answer = await ask(system, responses, {
    key: more.key ?? key.key,
    body: JSON.stringify(more.body ?? QUESTION),
  });
  expect(answer.status).toBe(200);
  await answer.text();
  return answer.headers.get("x-meterr-request-id") ?? "";
}

async function poll(more: { key?: string; query?: string; method?: string; below?: string } = {}) {
  const answer = await fetch(`${system.url}/openai/v1/responses/${id}${more.below ?? ""}${more.query ?? ""}`, {
    method: more.method ?? "GET",
    headers: { authorization: `Bearer ${more.key ?? key.key}` },
  });
  return { status: answer.status, text: await answer.text(), id: answer.headers.get("x-meterr-request-id") };
}

const untilAmended = (request: string): Promise<UsageRecord> =>
  until("the amended record", AMENDED_WITHIN_MS, async () => {
    const record = await tenant.record(request);
    return record.usage_source === "bound" ? null : record;
  });

/** The records, the sums and the budget all say that this was billed, once. */
async function expectBilled(costNanos: number, tokens = { input: 100, output: 50 }): Promise<void> {
  await sleep(500);
  const records = await tenant.records();
  expect(costOfAll(records)).toBe(costNanos);
  for (const kind of ["input", "output"] as const) {
    expect(records.reduce((sum, record) => sum + record.tokens[kind], 0)).toBe(tokens[kind]);
  }
  for (const group of ["endpoint", "tag"]) {
    const { data } = await tenant.api<{ data: { requests: number; cost_usd: string; endpoint?: string }[] }>(
      "GET",
      `/usage/summary?group_by=${group === "tag" ? "day" : group}`,
    );
    expect(data.reduce((sum, row) => sum + nanos(row.cost_usd), 0)).toBe(costNanos);
    expect(data.reduce((sum, row) => sum + row.requests, 0)).toBe(records.length);
  }
  const state = await until("nothing held", 20_000, async () => {
    const found = await tenant.budgetNow(budget.id);
    return nanos(found.held_usd) === 0 && found;
  });
  expect(state.spent_usd).toBe(usd(costNanos));
}

test("a start is charged at its bound, and amended by the poll that tells what it used, once", async () => {
  const started = await start();
  const before = await tenant.record(started);
  expect(before).toMatchObject({ usage_source: "bound", cost_usd: before.bound_usd, tokens: { input: 0, output: 0 } });
  await poll();
  now = response({ status: "in_progress" });
  await poll();
  now = response({ status: "completed", usage: USED });
  for (let i = 0; i < 3; i++) expect(JSON.parse((await poll()).text)).toEqual(now);
  const record = await untilAmended(started);
  expect(record).toMatchObject({
    id: started,
    status: "ok",
    usage_source: "provider",
    price_source: "catalog",
    model_served: SERVED,
    tokens: { input: 100, output: 50 },
    cost_usd: usd(COST),
    bound_usd: before.bound_usd,
  });
  await expectBilled(COST);
  expect(await tenant.records()).toHaveLength(6);
  const explained = await tenant.api<{ matches: boolean }>("GET", `/usage/${started}/cost`);
  expect(explained.matches).toBe(true);
});

test("whoever of the tenant polls, the key that started it is billed", async () => {
  const own = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "1" });
  const other = await tenant.key();
  const started = await start();
  now = response({ status: "completed", usage: USED });
  await Promise.all(Array.from({ length: 8 }, () => poll({ key: other.key })));
  expect(await untilAmended(started)).toMatchObject({ key: key.id, cost_usd: usd(COST) });
  await expectBilled(COST);
  expect((await tenant.budgetNow(own.id)).spent_usd).toBe(usd(COST));
});

test("another tenant's poll of the same id bills nobody", async () => {
  const started = await start();
  const other = await newTenant(system, "Other");
  await other.credential("openai", upstream.origin);
  const itsKey = await other.key();
  now = response({ status: "completed", usage: USED });
  await poll({ key: itsKey.key });
  await sleep(1_500);
  expect(await tenant.record(started)).toMatchObject({ usage_source: "bound" });
  expect(costOfAll(await other.records())).toBe(0);
});

test("a poll that is a stream tells it too, byte for byte", async () => {
  const events = [
    event("response.created", { status: "queued" }),
    event("response.completed", { status: "completed", usage: USED }),
  ];
  const started = await start();
  upstream.reply = streams(events, { everyMs: 20 });
  expect((await poll({ query: "?stream=true&starting_after=0" })).text).toBe(events.join(""));
  expect(await untilAmended(started)).toMatchObject({ cost_usd: usd(COST), tokens: { input: 100, output: 50 } });
  await expectBilled(COST);
});

test("a start that is a stream tells it itself, and no poll tells it again", async () => {
  upstream.reply = streams([
    event("response.created", { status: "queued" }),
    event("response.completed", { status: "completed", usage: USED }),
  ]);
  const started = await start({ body: { ...QUESTION, stream: true } });
  expect(await tenant.record(started)).toMatchObject({ usage_source: "provider", cost_usd: usd(COST) });
  upstream.reply = json(200, response({ status: "completed", usage: USED }));
  await poll();
  await poll();
  await expectBilled(COST);
});

test("a stream that is left goes on in the background: its bound stands until a poll tells", async () => {
  upstream.reply = streams([event("response.created", { status: "queued" })], { ending: "cut" });
  const answer = await ask(system, responses, { key: key.key, body: JSON.stringify({ ...QUESTION, stream: true }) });
  await answer.text().catch(() => {});
  const started = answer.headers.get("x-meterr-request-id") ?? "";
  const before = await tenant.record(started);
  expect(before).toMatchObject({ status: "truncated", usage_source: "bound", cost_usd: before.bound_usd });
  upstream.reply = json(200, response({ status: "completed", usage: USED }));
  await poll();
  expect(await untilAmended(started)).toMatchObject({ status: "truncated", cost_usd: usd(COST) });
  await expectBilled(COST);
});

test("work that is called off is billed what the answer says", async () => {
  const started = await start();
  const partly = { ...USED, output_tokens: 10, total_tokens: 110 };
  upstream.reply = json(200, response({ status: "cancelled", usage: partly }));
  await poll({ method: "POST", below: "/cancel" });
  await untilAmended(started);
  await expectBilled(100 * 150 + 10 * 600, { input: 100, output: 10 });
});

test("work that failed without a count is not billed; called off without one, it stays at its bound", async () => {
  const failed = await start();
  now = response({ status: "failed", error: { code: "server_error", message: "oops" } });
  await poll();
  expect(await untilAmended(failed)).toMatchObject({ cost_usd: "0.000000000", usage_source: "none" });
  id = `resp_${randomUUID()}`;
  const cancelled = await start();
  now = response({ status: "cancelled" });
  await poll();
  await sleep(1_500);
  expect(await tenant.record(cancelled)).toMatchObject({ usage_source: "bound" });
});

test("a deferred completion is charged at its bound, and amended when it is fetched", async () => {
  await tenant.credential("xai", upstream.origin);
  const key = await tenant.key();
  const headers = { authorization: `Bearer ${key.key}`, "content-type": "application/json" };
  const requestId = randomUUID();
  upstream.reply = json(200, { request_id: requestId });
  const put = await fetch(`${system.url}/xai/v1/chat/completions`, {
    ...{ method: "POST", headers },
    body: JSON.stringify({
      ...{ model: "grok-4", deferred: true, max_completion_tokens: 1_000 },
      messages: [{ role: "user", content: "Hello" }],
    }),
  });
  expect(await put.json()).toEqual({ request_id: requestId });
  const started = put.headers.get("x-meterr-request-id") ?? "";
  const before = await tenant.record(started);
  expect(before).toMatchObject({ usage_source: "bound", cost_usd: before.bound_usd });
  const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150, cost_in_usd_ticks: 12_500_000 };
  const choices = [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }];
  upstream.reply = json(200, { id: randomUUID(), object: "chat.completion", model: "grok-4", choices, usage });
  await (await fetch(`${system.url}/xai/v1/chat/deferred-completion/${requestId}`, { headers })).text();
  expect(await untilAmended(started)).toMatchObject({ usage_source: "provider", price_source: "provider" });
  await expectBilled(1_250_000);
});

test("a cost that could not be bounded is known in the end", async () => {
  await tenant.api("DELETE", `/budgets/${budget.id}`);
  budget = await tenant.budget({ scope: { type: "tenant" }, limit_usd: "1", enforcement: "soft" });
  const started = await start({
    body: { ...QUESTION, model: "gpt-4o-mini", tools: [{ type: "mcp", server_url: "https://example.com" }] },
  });
  expect(await tenant.record(started)).toMatchObject({ cost_usd: null, flags: ["unpriced"] });
  now = response({ status: "completed", usage: USED });
  await poll();
  expect(
    await until("its cost", AMENDED_WITHIN_MS, async () => {
      const record = await tenant.record(started);
      return record.cost_usd !== null && record;
    }),
  ).toMatchObject({ cost_usd: usd(COST), flags: [] });
  await expectBilled(COST);
});

test("a tenant's own price of what was asked for holds, whatever name answers", async () => {
  await tenant.api("POST", "/prices", {
    name: "Ours",
    provider: "openai",
    model: "gpt-4o-mini",
    per_million_tokens: { input: "1", output: "2" },
  });
  const started = await start();
  now = response({ status: "completed", usage: USED });
  await poll();
  expect(await untilAmended(started)).toMatchObject({
    price_source: "tenant",
    cost_usd: usd(100 * 1_000 + 50 * 2_000),
  });
});

test("a budget made after the start is not paid back what it never paid", async () => {
  const started = await start();
  await tenant.record(started);
  const later = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "1" });
  now = response({ status: "completed", usage: USED });
  await poll();
  await untilAmended(started);
  expect((await tenant.budgetNow(later.id)).spent_usd).toBe("0.000000000");
  await expectBilled(COST);
});

/** `on_disconnect: drain`: whoever leaves, the provider is heard to its end, billed as it says, and the retry finds the answer. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UsageRecord } from "../worker/core/record.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chatAnswer, chatEvents, chats } from "./support/chat-answers.ts";
import { json, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Budget, type Key, nanos, newTenant, type Tenant, usd } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three four five ".repeat(10), input: 8, output: 50 };
/** The catalogue's price of these tokens, in nanodollars: 150 and 600 a token. */
const COST = 8 * 150 + 50 * 600;
const SETTLED_WITHIN_MS = 10_000;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;
let budget: Budget;
let question: { model: string; max_tokens: number; stream: boolean; messages: object[] };

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
  key = await tenant.key({ on_disconnect: "drain" });
  budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "1" });
  question = {
    model: "gpt-4o-mini",
    max_tokens: 400,
    stream: true,
    messages: [{ role: "user", content: randomUUID() }],
  };
});

const send = (more: { key?: string; signal?: AbortSignal } = {}) =>
  ask(system, chat, { key: key.key, body: JSON.stringify(question), ...more });

const requestIdOf = (response: Response) => response.headers.get("x-meterr-request-id");

/** Reads `chunks` pieces of a stream, and leaves. Gives the request's id. */
async function leaveAfter(chunks: number): Promise<string | null> {
  const client = new AbortController();
  const response = await send({ signal: client.signal });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  for (let i = 0; i < chunks; i++) await reader?.read();
  client.abort();
  return requestIdOf(response);
}

/** Leaves before there is an answer. */
async function leaveAtOnce(): Promise<void> {
  const client = new AbortController();
  const asked = send({ signal: client.signal });
  await until("the request", 5_000, async () => upstream.received.length === 1);
  await sleep(100);
  client.abort();
  await expect(asked).rejects.toThrow();
}

const heardOut = () => until("the answer's end", 10_000, async () => upstream.received[0]?.answered ?? null);

const theRecord = () => until("its record", SETTLED_WITHIN_MS, async () => (await tenant.records())[0] ?? null);

async function expectSettled(record: UsageRecord): Promise<void> {
  const now = await until("nothing held", 20_000, async () => {
    const state = await tenant.budgetNow(budget.id);
    return nanos(state.held_usd) === 0 && state;
  });
  expect(now.spent_usd).toBe(record.cost_usd);
}

/** The same question again: the answer that was left, from the cache. */
async function expectRetryHits(body: string): Promise<void> {
  await until("the retry's hit", 5_000, async () => {
    const before = upstream.received.length;
    const retry = await send();
    const text = await retry.text();
    if (retry.headers.get("x-meterr-cache") !== "hit") return false;
    expect(upstream.received).toHaveLength(before);
    expect(text).toBe(body);
    const record = await tenant.record(requestIdOf(retry));
    expect(record).toMatchObject({ status: "cached", cache: "hit", cost_usd: "0.000000000" });
    return true;
  });
}

test("a stream that its client leaves is read to its end, and billed by the provider's count", async () => {
  upstream.reply = chats(ANSWER, { everyMs: 20 });
  const id = await leaveAfter(5);
  const record = await until(
    "its record",
    SETTLED_WITHIN_MS,
    async () => (await tenant.records()).find((one) => one.id === id) ?? null,
  );
  await heardOut();
  expect(record).toMatchObject({
    status: "aborted",
    usage_source: "provider",
    tokens: { input: 8, output: 50 },
    cost_usd: usd(COST),
    cache: "off",
  });
  await expectSettled(record);
  await expectRetryHits(chatEvents(ANSWER, false).join(""));
  expect(upstream.received).toHaveLength(1);
});

test("so is one that its client leaves before the first byte", async () => {
  upstream.reply = async (response, received) => {
    await sleep(1_000);
    return chats(ANSWER)(response, received);
  };
  await leaveAtOnce();
  await heardOut();
  const record = await theRecord();
  expect(record).toMatchObject({ status: "aborted", usage_source: "provider", cost_usd: usd(COST) });
  await expectSettled(record);
  await expectRetryHits(chatEvents(ANSWER, false).join(""));
});

test("so is an answer that is no stream", async () => {
  question.stream = false;
  upstream.reply = async (response, received) => {
    await sleep(1_000);
    return chats(ANSWER)(response, received);
  };
  await leaveAtOnce();
  await heardOut();
  const record = await theRecord();
  expect(record).toMatchObject({ status: "aborted", usage_source: "provider", cost_usd: usd(COST), stream: false });
  await expectSettled(record);
  await expectRetryHits(JSON.stringify(chatAnswer(ANSWER)));
});

test("a client that stops reading and then leaves holds nothing up", async () => {
  const long = { ...ANSWER, text: "word ".repeat(2_000) };
  upstream.reply = chats({ ...long, text: `${"x".repeat(4_000)} `.repeat(1_000) });
  await leaveAfter(1);
  await heardOut();
  const record = await theRecord();
  expect(record).toMatchObject({ status: "aborted", usage_source: "provider", cost_usd: usd(COST) });
});

test("an object outlives its idle time while it drains", { timeout: 60_000 }, async () => {
  upstream.reply = chats(ANSWER, { everyMs: 300 });
  await leaveAfter(3);
  await until("the answer's end", 40_000, async () => upstream.received[0]?.answered);
  expect(await theRecord()).toMatchObject({ status: "aborted", usage_source: "provider", cost_usd: usd(COST) });
});

test("a budget that runs out in the middle still cuts what nobody reads any more", async () => {
  await tenant.api("PATCH", `/budgets/${budget.id}`, { limit_usd: "0.001" });
  question.max_tokens = 10_000;
  upstream.reply = chats({ ...ANSWER, text: "one two three four five ".repeat(2_000), output: 10_000 }, { everyMs: 1 });
  await leaveAfter(1);
  const record = await theRecord();
  expect(record.status).toBe("cut");
  expect(nanos(record.cost_usd)).toBeLessThanOrEqual(1_000_000);
  await until("the provider's loss", 5_000, async () => upstream.received[0]?.abortedAt ?? null);
  await expectSettled(record);
});

test("a provider that breaks off while it is drained is seen to, and nothing is stored", async () => {
  upstream.reply = streams(chatEvents(ANSWER, true).slice(0, 20), { everyMs: 20, ending: "cut" });
  await leaveAfter(2);
  const record = await theRecord();
  expect(record).toMatchObject({ status: "truncated", usage_source: "counted" });
  await expectSettled(record);
  upstream.reply = chats(ANSWER);
  expect((await send()).headers.get("x-meterr-cache")).toBe("off");
});

test.each([
  ["streamed", true],
  ["unstreamed", false],
])("a client that stays gets what it would get without, %s, and nothing is kept for it", async (_, stream) => {
  question.stream = stream;
  upstream.reply = chats(ANSWER);
  const plain = await tenant.key();
  await tenant.budget({ scope: { type: "key", id: plain.id }, limit_usd: "1" });
  const [drained, cut] = [await send(), await send({ key: plain.key })];
  expect(await drained.text()).toBe(await cut.text());
  const comparable = ({ headers }: Response) =>
    [...headers].filter(([name]) => name !== "x-meterr-request-id" && name !== "date");
  expect(comparable(drained)).toEqual(comparable(cut));
  expect(await tenant.record(requestIdOf(drained))).toMatchObject({ status: "ok", cost_usd: usd(COST), cache: "off" });
  const again = await send();
  expect(again.headers.get("x-meterr-cache")).toBe("off");
  await again.text();
  expect(upstream.received).toHaveLength(3);
});

test("an answer that was left is found by its own key alone", async () => {
  upstream.reply = chats(ANSWER, { everyMs: 5 });
  await leaveAfter(2);
  await theRecord();
  const other = await tenant.key({ on_disconnect: "drain" });
  const response = await send({ key: other.key });
  expect(response.headers.get("x-meterr-cache")).toBe("off");
  await response.text();
  await expectRetryHits(chatEvents(ANSWER, false).join(""));
});

test("errors pass as they are", async () => {
  upstream.reply = json(429, { error: { message: "Slow down", type: "tokens" } }, { "retry-after": "7" });
  const refused = await send();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "7"]);
  expect(await refused.json()).toEqual({ error: { message: "Slow down", type: "tokens" } });
  await tenant.api("PATCH", `/budgets/${budget.id}`, { limit_usd: "0.000000001" });
  await sleep(1_000);
  const denied = await send();
  expect(denied.status).toBe(402);
  expect(await tenant.record(requestIdOf(denied))).toMatchObject({ status: "denied" });
});

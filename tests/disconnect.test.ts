/** Either side leaves in the middle: the other notices, what was used is billed, and nothing stays held. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UsageRecord } from "../worker/core/record.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chatEvents, chats } from "./support/chat-answers.ts";
import { connect } from "./support/connecting.ts";
import { hangs, json, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Budget, type Key, nanos, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { chat, messages } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three four five ".repeat(40), input: 8, output: 200 };
const QUESTION = JSON.stringify({ ...chat.body, max_tokens: 400, stream: true });
const AT_REST_WITHIN_MS = 20_000;
const CANCELLED_WITHIN_MS = 1_000;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;
let budget: Budget;

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
  for (const provider of ["openai", "anthropic"]) await tenant.credential(provider, upstream.origin);
  key = await tenant.key();
  budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "1" });
});

/** All that was held is back, and what was spent is this record's cost. */
async function expectSettled(record: UsageRecord): Promise<void> {
  const now = await until("nothing held", AT_REST_WITHIN_MS, async () => {
    const state = await tenant.budgetNow(budget.id);
    return nanos(state.held_usd) === 0 && state;
  });
  expect(now.spent_usd).toBe(record.cost_usd);
}

/** The first bytes of a stream, and the client's way out of it. */
async function begin(): Promise<{ id: string | null; read(): Promise<string>; leave(): void }> {
  const client = new AbortController();
  const response = await ask(system, chat, { key: key.key, body: QUESTION, signal: client.signal });
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    id: response.headers.get("x-meterr-request-id"),
    read: async () => (await reader?.read())?.value ?? "",
    leave: () => client.abort(),
  };
}

test("a client that leaves a stream cancels the provider within a second and pays for what came", async () => {
  upstream.reply = chats(ANSWER, { everyMs: 20 });
  const stream = await begin();
  let seen = "";
  while (seen.split("\n\n").length < 10) seen += await stream.read();
  const leftAt = Date.now();
  stream.leave();
  const abortedAt = await until("the provider's loss", 5_000, async () => upstream.received[0]?.abortedAt ?? null);
  expect(abortedAt - leftAt).toBeLessThan(CANCELLED_WITHIN_MS);

  const record = await tenant.record(stream.id);
  expect(record).toMatchObject({ status: "aborted", usage_source: "counted", stream: true });
  expect(nanos(record.cost_usd)).toBeGreaterThan(0);
  const words = seen.match(/"content":"[^"]+"/g) ?? [];
  expect(record.tokens.output).toBeGreaterThanOrEqual(words.length);
  expect(record.tokens.output).toBeLessThan(ANSWER.output);
  expect(nanos(record.cost_usd)).toBeLessThanOrEqual(nanos(record.bound_usd));
  await expectSettled(record);
});

test("who leaves after the provider's last count is billed by that, though the stream has no end yet", async () => {
  upstream.reply = streams(chatEvents(ANSWER, true).slice(0, -1), { ending: "stall" });
  const { socket, firstBytes } = connect(system.url, { key: key.key, body: QUESTION });
  await firstBytes;
  await sleep(300);
  socket.resetAndDestroy();
  const record = await until("its record", 5_000, async () => (await tenant.records())[0] ?? null);
  const { input, output } = ANSWER;
  expect(record).toMatchObject({ status: "aborted", usage_source: "provider", tokens: { input, output } });
  await expectSettled(record);
});

test("a client that is gone while the stream stalls is noticed too", async () => {
  upstream.reply = streams(chatEvents(ANSWER, true).slice(0, 5), { ending: "stall" });
  const { socket, firstBytes } = connect(system.url, { key: key.key, body: QUESTION });
  await firstBytes;
  await sleep(200);
  const leftAt = Date.now();
  socket.resetAndDestroy();
  const abortedAt = await until("the provider's loss", 5_000, async () => upstream.received[0]?.abortedAt ?? null);
  expect(abortedAt - leftAt).toBeLessThan(CANCELLED_WITHIN_MS);
  const record = await until("its record", 5_000, async () => (await tenant.records())[0] ?? null);
  expect(record).toMatchObject({ status: "aborted", usage_source: "counted" });
  await expectSettled(record);
});

test("a client that is gone before the answer began cancels the provider, and its input is billed", async () => {
  upstream.reply = hangs;
  const { socket } = connect(system.url, { key: key.key, body: JSON.stringify(chat.body) });
  await until("the request", 5_000, async () => upstream.received.length === 1);
  await sleep(100);
  socket.resetAndDestroy();
  await until("the provider's loss", CANCELLED_WITHIN_MS, async () => upstream.received[0]?.abortedAt ?? null);
  const record = await until("its record", 5_000, async () => (await tenant.records())[0] ?? null);
  expect(record).toMatchObject({ status: "aborted", usage_source: "counted", tokens: { output: 0 } });
  expect(nanos(record.cost_usd)).toBeGreaterThan(0);
  await expectSettled(record);
});

test("100 clients that leave at once are all settled, and the provider is rid of all", async () => {
  upstream.reply = chats(ANSWER, { everyMs: 20 });
  const all = await Promise.all(Array.from({ length: 100 }, begin));
  await Promise.all(all.map((stream) => stream.read()));
  for (const stream of all) stream.leave();
  await until("the provider's loss", 5_000, async () => upstream.received.every((one) => one.abortedAt !== null));
  const records = await until("all records", 10_000, async () => {
    const found = await tenant.records();
    return found.length === 100 && found;
  });
  expect(records.every((record) => record.status === "aborted" && nanos(record.cost_usd) > 0)).toBe(true);
  const now = await until("nothing held", AT_REST_WITHIN_MS, async () => {
    const state = await tenant.budgetNow(budget.id);
    return nanos(state.held_usd) === 0 && state;
  });
  expect(nanos(now.spent_usd)).toBe(records.reduce((sum, record) => sum + nanos(record.cost_usd), 0));
});

test("a provider that breaks a stream off is seen to, and what came is billed", async () => {
  upstream.reply = streams(chatEvents(ANSWER, true).slice(0, 12), { everyMs: 5, ending: "cut" });
  const response = await ask(system, chat, { key: key.key, body: QUESTION });
  await expect(response.text()).rejects.toThrow();
  const record = await tenant.record(response.headers.get("x-meterr-request-id"));
  expect(record).toMatchObject({ status: "truncated", usage_source: "counted" });
  expect(record.tokens.output).toBeGreaterThan(4);
  await expectSettled(record);
});

test("a stream that ends without its terminal event is no success", async () => {
  upstream.reply = streams(chatEvents(ANSWER, false).slice(0, 12));
  const response = await ask(system, chat, { key: key.key, body: QUESTION });
  await response.text();
  const record = await tenant.record(response.headers.get("x-meterr-request-id"));
  expect(record).toMatchObject({ status: "truncated" });
  await expectSettled(record);
});

test.each([
  [500, { error: { message: "The server had an error", type: "server_error", param: null, code: null } }],
  [529, { error: { message: "Overloaded", type: "overloaded_error" } }],
  [429, { error: { message: "Rate limit reached", type: "tokens", param: null, code: "rate_limit_exceeded" } }],
])("a provider's %i passes as it is, and costs nothing", async (status, body) => {
  upstream.reply = json(status, body, { "retry-after": "7" });
  const response = await ask(system, chat, { key: key.key });
  expect(response.status).toBe(status);
  expect(response.headers.get("retry-after")).toBe("7");
  expect(await response.json()).toEqual(body);
  const record = await tenant.record(response.headers.get("x-meterr-request-id"));
  expect(record).toMatchObject({ status: "error", http_status: status, cost_usd: "0.000000000" });
  await expectSettled(record);
});

test("an error event inside a stream passes as it is, and is recorded as one", async () => {
  const events = [
    `event: message_start\ndata: ${JSON.stringify({
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        content: [],
        model: "claude-haiku-4-5-20251001",
        usage: { input_tokens: 9, output_tokens: 1 },
      },
    })}\n\n`,
    `event: error\ndata: ${JSON.stringify({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } })}\n\n`,
  ];
  upstream.reply = streams(events);
  const body = JSON.stringify({ ...messages.body, stream: true });
  const response = await ask(system, messages, { key: key.key, body });
  expect(await response.text()).toBe(events.join(""));
  const record = await tenant.record(response.headers.get("x-meterr-request-id"));
  expect(record).toMatchObject({ status: "error", provider: "anthropic" });
  await expectSettled(record);
});

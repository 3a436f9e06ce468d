/** The exact cache: opt-in, the same bytes again, at no cost, and never across a tenant's or a permission's border. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { chatEvents, chats } from "./support/chat-answers.ts";
import { json, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, nanos, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "To be or not to be", input: 8, output: 7 };
const CACHED = { "x-meterr-cache-ttl": "60" };

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;
/** Another for every test. */
let question: { model: string; messages: object[]; stream?: boolean };

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream();
  tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  key = await tenant.key();
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(() => {
  upstream.received.length = 0;
  upstream.reply = chats(ANSWER);
  question = { model: "gpt-4o-mini", messages: [{ role: "user", content: randomUUID() }] };
});

interface Got {
  status: number;
  cache: string | null;
  body: string;
  headers: Headers;
}

async function get(headers: Record<string, string> = CACHED, more: { key?: string; body?: object } = {}): Promise<Got> {
  const body = JSON.stringify(more.body ?? question);
  const response = await ask(system, chat, { key: more.key ?? key.key, headers, body });
  const text = await response.text();
  // An answer is stored once the client has it.
  await sleep(100);
  return {
    status: response.status,
    cache: response.headers.get("x-meterr-cache"),
    body: text,
    headers: response.headers,
  };
}

const recordOf = ({ headers }: Got) => tenant.record(headers.get("x-meterr-request-id"));

test.each([
  ["unstreamed", false],
  ["streamed", true],
])("a repeated question is answered with the same bytes, %s, at no cost", async (_, stream) => {
  question.stream = stream;
  const miss = await get();
  const hit = await get();
  expect([miss.cache, hit.cache]).toEqual(["miss", "hit"]);
  expect(hit.body).toBe(miss.body);
  expect(hit.headers.get("content-type")).toBe(miss.headers.get("content-type"));
  expect(upstream.received).toHaveLength(1);

  const missed = await recordOf(miss);
  expect(missed).toMatchObject({ status: "ok", cache: "miss", tokens: { input: 8, output: 7 } });
  expect(await recordOf(hit)).toMatchObject({
    status: "cached",
    cache: "hit",
    cost_usd: "0.000000000",
    saved_usd: missed.cost_usd,
    savings: { cache: missed.cost_usd },
    tokens: { input: 0, output: 0 },
  });
  expect(nanos(missed.cost_usd)).toBeGreaterThan(0);
});

test("a stream in which the client asked for no usage is replayed without it", async () => {
  question.stream = true;
  const miss = await get();
  const hit = await get();
  expect(hit.cache).toBe("hit");
  for (const { body } of [miss, hit]) expect(body).toBe(chatEvents(ANSWER, false).join(""));
});

test("without an opt-in nothing is cached", async () => {
  for (const got of [await get({}), await get({})]) expect(got.cache).toBe("off");
  expect(upstream.received).toHaveLength(2);
});

test("a key can opt in for all its requests, and a request out again", async () => {
  const caching = await tenant.key({ cache: { ttl_seconds: 60 } });
  const asIs = (headers = {}) => get(headers, { key: caching.key });
  expect((await asIs()).cache).toBe("miss");
  expect((await asIs()).cache).toBe("hit");
  expect((await asIs({ "x-meterr-cache-ttl": "0" })).cache).toBe("off");
});

test("no-cache asks the provider and stores anew; no-store does neither", async () => {
  expect((await get({ ...CACHED, "cache-control": "no-store" })).cache).toBe("off");
  expect((await get()).cache).toBe("miss");
  upstream.reply = chats({ ...ANSWER, text: "Another answer" });
  expect((await get({ ...CACHED, "cache-control": "no-cache" })).cache).toBe("miss");
  const hit = await get();
  expect(hit.cache).toBe("hit");
  expect(hit.body).toContain("Another answer");
});

test("what changes the answer is another question", async () => {
  await get();
  expect((await get(CACHED, { body: { ...question, temperature: 0.1 } })).cache).toBe("miss");
  expect((await get({ ...CACHED, "openai-beta": "x" })).cache).toBe("miss");
  expect((await get()).cache).toBe("hit");
});

test("an answer lives no longer than it was asked to", async () => {
  await get({ "x-meterr-cache-ttl": "1" });
  await sleep(1_100);
  expect((await get({ "x-meterr-cache-ttl": "1" })).cache).toBe("miss");
});

test("errors and broken streams are not stored", async () => {
  upstream.reply = json(500, { error: { message: "oops" } });
  expect((await get()).status).toBe(500);
  upstream.reply = json(200, { error: { message: "an error inside a success", type: "server_error" } });
  expect((await get()).cache).toBe("miss");
  upstream.reply = chats(ANSWER);
  expect((await get()).cache).toBe("miss");
  expect((await get()).cache).toBe("hit");

  question.stream = true;
  upstream.reply = streams(chatEvents(ANSWER, true).slice(0, 3));
  expect((await get()).cache).toBe("miss");
  upstream.reply = streams(chatEvents(ANSWER, true).slice(0, 3), { ending: "cut" });
  await expect(get()).rejects.toThrow();
  upstream.reply = chats(ANSWER);
  expect((await get()).cache).toBe("miss");
  expect((await get()).cache).toBe("hit");
});

test("another tenant's same question is another question", async () => {
  const other = await newTenant(system, "Other");
  await other.credential("openai", upstream.origin);
  const itsKey = await other.key();
  await get();
  expect((await get(CACHED, { key: itsKey.key })).cache).toBe("miss");
  expect(upstream.received).toHaveLength(2);
});

test("a hit passes the same checks as any request", async () => {
  await get();
  const narrow = await tenant.key({ allow: { models: ["gpt-4.1"] } });
  const refused = await get(CACHED, { key: narrow.key });
  expect(refused).toMatchObject({ status: 403 });
  expect(refused.body).not.toContain(ANSWER.text);
  const gone = await tenant.key();
  await tenant.api("DELETE", `/keys/${gone.id}`);
  expect((await get(CACHED, { key: gone.key })).status).toBe(401);
  const another = await tenant.key();
  expect((await get(CACHED, { key: another.key })).cache).toBe("hit");
});

test("a budget that is used up refuses no hit", async () => {
  const poor = await tenant.key();
  await tenant.budget({ scope: { type: "key", id: poor.id }, limit_usd: "0.000000001" });
  expect((await get(CACHED, { key: poor.key })).status).toBe(402);
  await get();
  expect(await get(CACHED, { key: poor.key })).toMatchObject({ status: 200, cache: "hit" });
});

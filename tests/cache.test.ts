/**
 * The exact cache: opt-in, the same bytes again, at no cost, and never across a tenant's or a permission's border. And what
 * is asked again while the first answer is still on its way.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { chatAnswer, chatEvents, chats } from "./support/chat-answers.ts";
import { connect } from "./support/connecting.ts";
import { type Fleet, startFleet } from "./support/fleet.ts";
import { json, streams } from "./support/replies.ts";
import { costOfAll, type Key, nanos, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { type Reply, startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "To be or not to be", input: 8, output: 7 };
const CACHED = { "x-meterr-cache-ttl": "60" };

/** Two isolates. */
let system: Fleet;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;
/** Another for every test. */
let question: { model: string; messages: object[]; stream?: boolean };

beforeAll(async () => {
  system = await startFleet(2);
  upstream = await startUpstream();
  tenant = await newTenant(system);
  for (const provider of ["openai", "mistral"]) await tenant.credential(provider, upstream.origin);
  await tenant.api("PUT", "/routes/with-fallback", {
    strategy: "fallback",
    targets: [{ model: "openai/gpt-4o-mini" }, { model: "mistral/mistral-small-latest" }],
    retries: { attempts: 1 },
  });
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

test("who asks for a shorter life gets no older answer, whoever let it live longer", async () => {
  await get();
  await sleep(1_100);
  expect((await get({ "x-meterr-cache-ttl": "1" })).cache).toBe("miss");
  expect((await get()).cache).toBe("hit");
});

test("what goes on in a conversation that the provider keeps is another question each time", async () => {
  const said = { id: "resp_1", object: "response", status: "completed", model: "gpt-4o-mini", output: [] };
  upstream.reply = json(200, { ...said, usage: { input_tokens: 8, output_tokens: 7 } });
  const asks = async (more: object) => {
    const response = await fetch(`${system.url}/openai/v1/responses`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key.key}`, ...CACHED },
      body: JSON.stringify({ model: "gpt-4o-mini", input: JSON.stringify(question), ...more }),
    });
    await response.text();
    await sleep(100);
    return response.headers.get("x-meterr-cache");
  };
  expect([await asks({}), await asks({})]).toEqual(["miss", "hit"]);
  const going = { conversation: "conv_1" };
  expect([await asks(going), await asks(going)]).toEqual(["off", "off"]);
});

test("what another credential answered elsewhere is not kept as the first one's", async () => {
  const there = await startUpstream();
  try {
    const other = await newTenant(system, "Two places");
    await other.api("POST", "/credentials", {
      provider: "openai",
      name: "a",
      api_key: "sk-a",
      origin: upstream.origin,
    });
    const reserve = { provider: "openai", name: "b", api_key: "sk-b", origin: there.origin, weight: 0 };
    await other.api("POST", "/credentials", reserve);
    const itsKey = await other.key();
    upstream.reply = json(429, { error: { message: "slow down" } });
    there.reply = chats({ ...ANSWER, text: "From elsewhere" });
    expect((await get(CACHED, { key: itsKey.key })).body).toContain("From elsewhere");
    expect((await get(CACHED, { key: itsKey.key })).cache).toBe("miss");
  } finally {
    await there.close();
  }
});

test("clients of two dialects share an answer, whatever headers their SDKs send", async () => {
  const model = "mistral/mistral-small-latest";
  const content = JSON.stringify(question);
  const asks = async (path: string, headers: Record<string, string>, body: object) => {
    const response = await fetch(`${system.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key.key}`, ...CACHED, ...headers },
      body: JSON.stringify({ model, ...body }),
    });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    await sleep(100);
    return response.headers.get("x-meterr-cache");
  };
  const messages = [{ role: "user", content }];
  const version = { "anthropic-version": "2023-06-01", "anthropic-beta": "fine-grained-tool-streaming-2025-05-14" };
  expect(await asks("/v1/messages", version, { messages, max_tokens: 50 })).toBe("miss");
  expect(await asks("/v1/responses", {}, { input: messages, max_output_tokens: 50 })).toBe("hit");
});

test("errors and broken streams are not stored", async () => {
  upstream.reply = json(500, { error: { message: "oops" } });
  expect((await get()).status).toBe(500);
  upstream.reply = json(200, { error: { message: "an error inside a success", type: "server_error" } });
  expect((await get()).cache).toBe("miss");
  upstream.reply = chats(ANSWER);
  expect((await get()).cache).toBe("miss");
  expect((await get()).cache).toBe("hit");

  const [choice] = chatAnswer(ANSWER).choices;
  for (const finish_reason of ["error", "insufficient_system_resource"]) {
    question.messages.push({ role: "user", content: "And?" });
    upstream.reply = json(200, { ...chatAnswer(ANSWER), choices: [{ ...choice, finish_reason }] });
    expect((await get()).cache, finish_reason).toBe("miss");
    expect((await get()).cache, finish_reason).toBe("miss");
  }

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

describe("identical requests at the same time", () => {
  const MANY = 50;
  /** By then all of them are under way. */
  const UNDER_WAY_MS = 1_000;

  interface Sent {
    key?: string;
    headers?: Record<string, string>;
    /** Which isolate it comes to. */
    edge?: number;
    signal?: AbortSignal;
  }

  const send = ({ key: itsKey = key.key, headers = CACHED, edge = 0, signal }: Sent = {}) =>
    ask({ url: system.urls[edge] ?? "" }, chat, {
      key: itsKey,
      headers,
      body: JSON.stringify(question),
      ...(signal && { signal }),
    });

  const bodyOf = async (sent: Promise<Response>) => {
    const response = await sent;
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  const settledOf = ({ headers }: { headers: Headers }) => tenant.record(headers.get("x-meterr-request-id"));

  /** Answers after a while, each request by the next of `replies`; the last one answers all that follow. */
  const slowly = (...replies: Reply[]): Reply => {
    let next = 0;
    return async (response, received) => {
      const reply = replies[Math.min(next++, replies.length - 1)] ?? chats(ANSWER);
      await sleep(UNDER_WAY_MS);
      return reply(response, received);
    };
  };

  const streamed = (body = ANSWER) => chatEvents(body, false).join("");
  const firstArrived = () => until("the first one", 5_000, async () => upstream.received.length >= 1);

  test.each([
    ["unstreamed", false, 1],
    ["streamed, in two isolates", true, 2],
  ])("50 of them are one call, %s: billed once, saved 49 times", async (_, stream, edges) => {
    question.stream = stream;
    upstream.reply = slowly(chats(ANSWER, { everyMs: 20 }));
    const all = await Promise.all(Array.from({ length: MANY }, (_, n) => bodyOf(send({ edge: n % edges }))));
    expect(upstream.received).toHaveLength(1);
    for (const one of all) {
      expect(one.status).toBe(200);
      expect(one.body).toBe(stream ? streamed() : JSON.stringify(chatAnswer(ANSWER)));
      expect(one.headers.get("content-type")).toBe(all[0]?.headers.get("content-type"));
    }
    const records = await Promise.all(all.map(settledOf));
    const [asked = [], followed = []] = ["miss", "hit"].map((cache) => records.filter((one) => one.cache === cache));
    expect([asked.length, followed.length]).toEqual([1, MANY - 1]);
    const cost = asked[0]?.cost_usd ?? "";
    expect(nanos(cost)).toBeGreaterThan(0);
    expect(nanos(cost)).toBe(costOfAll(records));
    for (const one of followed) {
      expect(one).toMatchObject({
        status: "cached",
        cost_usd: "0.000000000",
        saved_usd: cost,
        savings: { coalesced: cost },
        tokens: { input: 0, output: 0 },
        attempts: [],
      });
    }
  });

  test("who comes in the middle of a stream gets it from the start, and the rest as it comes", async () => {
    question.stream = true;
    upstream.reply = chats({ ...ANSWER, text: "word ".repeat(100) }, { everyMs: 20 });
    const first = send();
    await (await first.then((response) => response.clone().body?.getReader()))?.read();
    await sleep(300);
    const late = await send({ edge: 1 });
    expect(late.headers.get("x-meterr-cache")).toBe("hit");
    const reader = late.clone().body?.getReader();
    await reader?.read();
    expect(upstream.received[0]?.answered).toBe(false);
    expect(await late.text()).toBe(await (await first).text());
    expect(upstream.received).toHaveLength(1);
  });

  test("a client of another dialect follows in its own", async () => {
    upstream.reply = slowly(streams(chatEvents(ANSWER, true)));
    const asks = (edge: number) =>
      fetch(`${system.urls[edge]}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": key.key, ...CACHED },
        body: JSON.stringify({ ...question, model: "mistral/mistral-small-latest", max_tokens: 50, stream: true }),
      });
    const both = await Promise.all([bodyOf(asks(0)), bodyOf(asks(1))]);
    expect(upstream.received).toHaveLength(1);
    for (const { body } of both) {
      expect(body).toContain("event: message_stop");
      expect(body).toContain('"text":"be"');
    }
  });

  test.each([
    ["a stream goes on", true, 1],
    ["of those who wait for a whole answer one asks anew", false, 2],
  ])("a leader that leaves takes nothing along: %s", async (_, stream, calls) => {
    question.stream = stream;
    upstream.reply = slowly(chats(ANSWER, { everyMs: 20 }));
    const { socket } = connect(system.url, { key: key.key, headers: CACHED, body: JSON.stringify(question) });
    await firstArrived();
    const others = Promise.all(Array.from({ length: 5 }, () => bodyOf(send())));
    await sleep(UNDER_WAY_MS / 2);
    socket.resetAndDestroy();
    for (const { status, body } of await others) {
      expect(status).toBe(200);
      expect(body).toBe(stream ? streamed() : JSON.stringify(chatAnswer(ANSWER)));
    }
    expect(upstream.received).toHaveLength(calls);
    const left = await until("its record", 5_000, async () => {
      const records = await tenant.records("&status=aborted");
      return records.find((one) => one.stream === stream) ?? null;
    });
    expect(left).toMatchObject({ cache: "miss", usage_source: stream ? "provider" : "counted" });
  });

  test("a stream that all have left is not read on", async () => {
    question.stream = true;
    upstream.reply = chats({ ...ANSWER, text: "word ".repeat(500) }, { everyMs: 20 });
    const clients = [new AbortController(), new AbortController()];
    const responses = await Promise.all(clients.map(({ signal }, edge) => send({ signal, edge })));
    expect(upstream.received).toHaveLength(1);
    await Promise.all(responses.map((response) => response.body?.getReader().read()));
    clients[0]?.abort();
    await sleep(500);
    expect(upstream.received[0]?.abortedAt).toBeNull();
    clients[1]?.abort();
    await until("the provider's loss", 5_000, async () => upstream.received[0]?.abortedAt ?? null);
  });

  test.each([
    ["unstreamed", false],
    ["streamed", true],
  ])("a leader's error is its own, %s: one of the others asks anew", async (_, stream) => {
    question.stream = stream;
    upstream.reply = slowly(json(500, { error: { message: "oops" } }), chats(ANSWER));
    const all = await Promise.all(Array.from({ length: 10 }, () => bodyOf(send())));
    expect(all.filter(({ status }) => status === 500)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(9);
    expect(upstream.received).toHaveLength(2);
  });

  test.each([
    ["unstreamed", false],
    ["streamed", true],
  ])("what a route's next target answered is no answer of the first one's, %s", async (_, stream) => {
    question = { ...question, stream };
    upstream.reply = (response, received) => {
      const fails = JSON.parse(String(received.body)).model === "gpt-4o-mini";
      return (fails ? slowly(json(500, { error: { message: "oops" } })) : chats(ANSWER))(response, received);
    };
    const asks = (model: string) =>
      fetch(`${system.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key.key}`, ...CACHED },
        body: JSON.stringify({ ...question, model }),
      });
    const all = await Promise.all([1, 2, 3].map(() => bodyOf(asks("with-fallback"))));
    expect(all.map(({ headers }) => headers.get("x-meterr-provider"))).toEqual(Array(3).fill("mistral"));
    for (const { body } of all) expect(body).toBe(stream ? streamed() : JSON.stringify(chatAnswer(ANSWER)));
    upstream.reply = chats(ANSWER);
    expect((await bodyOf(asks("openai/gpt-4o-mini"))).headers.get("x-meterr-cache")).toBe("miss");
  });

  test("behind a provider that fails all the time nobody queues up", async () => {
    upstream.reply = slowly(json(500, { error: { message: "oops" } }));
    const since = performance.now();
    const all = await Promise.all(Array.from({ length: 10 }, () => bodyOf(send())));
    for (const { status } of all) expect(status).toBe(500);
    expect(upstream.received).toHaveLength(10);
    expect(performance.now() - since).toBeLessThan(5 * UNDER_WAY_MS);
  });

  test("a stream that breaks off is broken off for all, at nobody's cost but the leader's", async () => {
    question.stream = true;
    const events = chatEvents(ANSWER, true).slice(0, 4);
    upstream.reply = slowly(streams(events, { everyMs: 50, ending: "cut" }));
    const both = await Promise.all([send(), send({ edge: 1 })]);
    expect(upstream.received).toHaveLength(1);
    for (const response of both) await expect(response.text()).rejects.toThrow();
    const records = await Promise.all(both.map(settledOf));
    expect(records.map(({ status }) => status)).toEqual(["truncated", "truncated"]);
    expect(records.filter(({ cost_usd }) => nanos(cost_usd) === 0)).toMatchObject([{ saved_usd: "0.000000000" }]);
  });

  test("a leader that its budget cuts shares nothing of it: another one asks anew", async () => {
    const poor = await tenant.key();
    await tenant.budget({ scope: { type: "key", id: poor.id }, limit_usd: "0.0005" });
    question.stream = true;
    const long = { ...ANSWER, text: "one two three four five ".repeat(400), output: 2_000 };
    upstream.reply = chats(long, { everyMs: 1 });
    const leader = bodyOf(send({ key: poor.key }));
    await firstArrived();
    const others = await Promise.all(Array.from({ length: 3 }, (_, edge) => bodyOf(send({ edge: edge % 2 }))));
    const cut = await leader;
    expect(cut.body.length).toBeLessThan(streamed(long).length);
    expect(await settledOf(cut)).toMatchObject({ status: "cut" });
    for (const { body } of others) expect(body).toBe(streamed(long));
    expect(upstream.received).toHaveLength(2);
  });

  test("an answer whose cap a budget lowered is its leader's alone, then and later", async () => {
    const poor = await tenant.key();
    await tenant.budget({ scope: { type: "key", id: poor.id }, limit_usd: "0.001" });
    upstream.reply = slowly(chats(ANSWER));
    const leader = bodyOf(send({ key: poor.key }));
    await firstArrived();
    expect(JSON.parse(String(upstream.received[0]?.body))).toHaveProperty("max_completion_tokens");
    const other = await bodyOf(send());
    expect(other.headers.get("x-meterr-cache")).toBe("miss");
    expect(JSON.parse(String(upstream.received[1]?.body))).not.toHaveProperty("max_completion_tokens");
    await leader;
  });

  test("who follows needs no money, but its key's permission; other tenants and modes ask for themselves", async () => {
    const other = await newTenant(system, "Other");
    await other.credential("openai", upstream.origin);
    const [itsKey, narrow, broke, testing] = await Promise.all([
      other.key(),
      tenant.key({ allow: { models: ["gpt-4.1"] } }),
      tenant.key(),
      tenant.key({ mode: "test" }),
    ]);
    await tenant.budget({ scope: { type: "key", id: broke.id }, limit_usd: "0.000000001" });
    for (const stream of [true, false]) {
      upstream.received.length = 0;
      question = { ...question, stream, messages: [{ role: "user", content: randomUUID() }] };
      upstream.reply = slowly(chats(ANSWER));
      const leader = bodyOf(send());
      await firstArrived();
      const [stranger, refused, follower, sandboxed] = await Promise.all(
        [itsKey, narrow, broke, testing].map((one) => bodyOf(send({ key: one.key }))),
      );
      expect(stranger?.headers.get("x-meterr-cache")).toBe("miss");
      expect(refused).toMatchObject({ status: 403 });
      expect(refused?.body).not.toContain("question");
      expect(follower?.headers.get("x-meterr-cache")).toBe("hit");
      expect(follower?.body).toBe((await leader).body);
      expect(sandboxed?.headers.get("x-meterr-sandbox")).toBe("true");
      expect(upstream.received).toHaveLength(2);
    }
  });

  test("who asks for no cache, or sets a time limit of its own, waits for nobody", async () => {
    upstream.reply = slowly(chats(ANSWER));
    const out: Record<string, string>[] = [
      {},
      { "x-meterr-cache-ttl": "0" },
      { ...CACHED, "cache-control": "no-cache" },
      { ...CACHED, "cache-control": "no-store" },
      { ...CACHED, "x-meterr-timeout-ms": "5000" },
    ];
    const leader = bodyOf(send());
    await firstArrived();
    const all = await Promise.all(out.map((headers) => bodyOf(send({ headers }))));
    for (const one of all) expect(one.headers.get("x-meterr-cache")).not.toBe("hit");
    await leader;
    expect(upstream.received).toHaveLength(1 + out.length);
  });
});

/** Targets that misbehave, in each dialect, streamed and not: what the client gets, and how often and when they were asked. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hangs, json, resets, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, nanos, newTenant, type Tenant } from "./support/tenant.ts";
import { until } from "./support/until.ts";
import { type Received, type Reply, startUpstream, type Upstream } from "./support/upstream.ts";
import { anyOf, dataOf, WIRES, type Wire, type WireName } from "./support/wires.ts";

let system: System;
let tenant: Tenant;
let key: Key;
let first: Upstream;
let second: Upstream;
let askedAt: number[];

beforeAll(async () => {
  system = await startSystem();
  first = await startUpstream();
  second = await startUpstream();
  tenant = await newTenant(system);
});
afterAll(async () => {
  await first?.close();
  await second?.close();
  await system?.stop();
});

const NAMES = Object.keys(WIRES) as WireName[];
const ANSWER = "All is well.";
const CASES = NAMES.flatMap((name) => [false, true].map((stream) => ({ name, stream })));

let wire: Wire;
let isStream: boolean;
let route: string;
let unique = 0;

/** Two providers of the tenant's own that speak the dialect, and a route over both. */
async function routeOver(name: WireName, settings: object = {}): Promise<void> {
  wire = WIRES[name];
  const slugs = [`first-${++unique}`, `second-${unique}`];
  for (const [i, slug] of slugs.entries()) {
    const upstream = i === 0 ? first : second;
    const base_url = name === "chat" ? `${upstream.origin}/v1` : upstream.origin;
    const dialect = name === "responses" ? undefined : name;
    if (name !== "responses") {
      await tenant.api("PUT", `/credentials/${slug}`, { api_key: "sk-upstream-0123456789", base_url, dialect });
    }
  }
  // Nobody but known providers speaks it: two of them, at the upstreams.
  if (name === "responses") {
    await tenant.credential("openai", first.origin);
    await tenant.credential("xai", second.origin);
  }
  const targets = (name === "responses" ? ["openai", "xai"] : slugs).map((slug) => ({ model: `${slug}/m-${unique}` }));
  route = `plan-${unique}`;
  await tenant.api("PUT", `/routes/${route}`, { targets, ...settings });
  // Whoever asks for a key that is not known yet hears of the new route at once.
  key = await tenant.key();
}

const good: Reply = (response, received) =>
  isStream ? streams(wire.events(ANSWER))(response, received) : json(200, wire.answer(ANSWER))(response, received);

beforeEach(() => {
  first.received.length = 0;
  second.received.length = 0;
  second.reply = good;
  askedAt = [];
});

/** Answers in turn; the last one again and again. */
const inTurn = (...replies: Reply[]): Reply => {
  let next = 0;
  return (response, received: Received) => {
    askedAt.push(Date.now());
    return (replies[Math.min(next++, replies.length - 1)] as Reply)(response, received);
  };
};

interface Got {
  status: number;
  headers: Headers;
  text: string;
  said: string;
  broken: boolean;
  ms: number;
}

async function ask(signal?: AbortSignal): Promise<Got> {
  const at = Date.now();
  const response = await fetch(`${system.url}${wire.path(isStream).replace("/plan:", `/${route}:`)}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key.key}`, "x-api-key": "" },
    body: JSON.stringify(wire.body(route, isStream)),
    signal: signal ?? AbortSignal.timeout(20_000),
  });
  let text = "";
  let broken = false;
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    broken = true;
  }
  let said = "";
  try {
    said = wire.said(text, isStream) ?? "";
  } catch {
    // No answer of this dialect.
  }
  return { status: response.status, headers: response.headers, text, said, broken, ms: Date.now() - at };
}

const failsOver = async (attempts: number) => {
  const got = await ask();
  expect({ status: got.status, said: got.said }).toEqual({ status: 200, said: ANSWER });
  expect(got.headers.get("x-meterr-attempts")).toBe(String(attempts));
  expect(got.headers.get("x-meterr-provider")).toMatch(/^(second-|xai)/);
  expect([first.received.length, second.received.length]).toEqual([attempts - 1, 1]);
  return got;
};

describe.each(CASES)("$name, streamed: $stream", ({ name, stream }) => {
  beforeEach(() => {
    isStream = stream;
  });

  test("500 once is tried again where it was", async () => {
    await routeOver(name, { retries: { attempts: 2 } });
    first.reply = inTurn(json(500, wire.error("oops", "server_error")), good);
    const got = await ask();
    expect(got.said).toBe(ANSWER);
    expect([first.received.length, second.received.length]).toEqual([2, 0]);
    expect((askedAt[1] ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThanOrEqual(120);
    const record = await tenant.record(got.headers.get("x-meterr-request-id"));
    expect(record.attempts.map(({ http_status }) => http_status)).toEqual([500, 200]);
    expect(record.status).toBe("ok");
  });

  test("503 for ever, a reset and 429 go to the next target", async () => {
    await routeOver(name);
    for (const [reply, status] of [
      [json(503, wire.error("down", "overloaded_error")), 503],
      [resets, null],
      [json(429, wire.error("slow down", "rate_limit_error")), 429],
    ] as const) {
      first.reply = reply;
      first.received.length = 0;
      second.received.length = 0;
      const got = await failsOver(2);
      const record = await tenant.record(got.headers.get("x-meterr-request-id"));
      expect(record.attempts.map(({ http_status }) => http_status)).toEqual([status, 200]);
    }
  });

  test("429 with retry-after is waited for; more than is allowed goes to the next target at once", async () => {
    await routeOver(name, { retries: { attempts: 2, max_delay_ms: 2_000 } });
    first.reply = inTurn(json(429, wire.error("slow", "rate_limit_error"), { "retry-after": "1" }), good);
    expect((await ask()).said).toBe(ANSWER);
    expect((askedAt[1] ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThanOrEqual(990);
    await routeOver(name, { retries: { attempts: 2, max_delay_ms: 2_000 } });
    first.received.length = 0;
    first.reply = inTurn(json(429, wire.error("slow", "rate_limit_error"), { "retry-after": "30" }));
    expect((await failsOver(2)).ms).toBeLessThan(1_500);
  });

  test("silence goes to the next target when its time is up", async () => {
    await routeOver(name, { timeouts: { first_byte_ms: 400 } });
    first.reply = hangs;
    const { ms } = await failsOver(2);
    expect(ms).toBeGreaterThanOrEqual(390);
    expect(first.received[0]?.abortedAt).not.toBeNull();
  });

  test("a 400 of the request itself is told at once, a context that is too long goes to the next target", async () => {
    await routeOver(name, { retries: { attempts: 3 } });
    first.reply = json(400, wire.error("This was flagged by our content policy", "content_policy_violation"));
    const got = await ask();
    expect(got.status).toBe(400);
    expect(got.text).toContain("content policy");
    expect([first.received.length, second.received.length]).toEqual([1, 0]);
    first.received.length = 0;
    first.reply = json(400, wire.error("maximum context length is 8192 tokens", "context_length_exceeded"));
    await failsOver(2);
  });

  test("an error inside a 200 fails over before the client hears of it", async () => {
    await routeOver(name);
    first.reply = stream
      ? streams([
          ...wire.events(ANSWER).slice(0, name === "gemini" ? 0 : 1),
          wire.errorEvent("Overloaded", "overloaded_error"),
        ])
      : json(200, wire.error("Overloaded", "overloaded_error"));
    const got = await failsOver(2);
    expect(got.text).not.toContain("Overloaded");
  });

  test("where nothing answers, the client hears the last answer of a provider", async () => {
    await routeOver(name, { retries: { attempts: 2, max_delay_ms: 100 } });
    first.reply = json(503, wire.error("first is down", "overloaded_error"), { "x-own": "1" });
    second.reply = json(529, wire.error("second is down", "overloaded_error"), { "retry-after": "7" });
    const got = await ask();
    expect(got.status).toBe(529);
    expect(got.text).toContain("second is down");
    expect(got.headers.get("retry-after")).toBe("7");
    expect(got.headers.get("x-meterr-attempts")).toBe("3");
    expect([first.received.length, second.received.length]).toEqual([2, 1]);
    const record = await tenant.record(got.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ status: "error", http_status: 529, cost_usd: "0.000000000" });
    expect(record.attempts).toHaveLength(3);
  });

  test("a body that is cut before its end is never passed off as whole", async () => {
    await routeOver(name);
    const whole = JSON.stringify(wire.answer(ANSWER));
    if (!stream) {
      first.reply = (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
        response.write(whole.slice(0, 40));
        setTimeout(() => response.socket?.destroy(), 30);
      };
      await failsOver(2);
      return;
    }
    const events = wire.events(ANSWER).slice(0, name === "gemini" ? 2 : 3);
    for (const ending of ["cut", "end"] as const) {
      first.reply = streams(events, { ending, everyMs: 20 });
      const got = await ask();
      expect(got.status).toBe(200);
      expect(got.broken).toBe(false);
      expect(got.said).not.toBe(ANSWER);
      expect(dataOf(got.text).at(-1)).toSatisfy((last) => JSON.stringify(last).includes("broke its answer off"));
      const record = await tenant.record(got.headers.get("x-meterr-request-id"));
      expect(record.status).toBe("truncated");
      expect(record.usage_source).toBe("counted");
    }
    expect(second.received).toHaveLength(0);
  });

  test("a primary that flaps and then is down costs no request, is not hammered, and is used again once it recovered", async () => {
    await routeOver(name);
    const down = json(503, wire.error("down", "overloaded_error"));
    let n = 0;
    first.reply = (response, received) => (n++ % 2 === 0 ? down : good)(response, received);
    for (let i = 0; i < 20; i++) expect((await ask()).said).toBe(ANSWER);
    expect(first.received.length).toBeLessThan(12);
    first.reply = down;
    first.received.length = 0;
    for (let i = 0; i < 10; i++) expect((await ask()).said).toBe(ANSWER);
    expect(first.received.length).toBeLessThan(3);
    first.reply = good;
    const recovered = Date.now();
    const isFirst = async () => /^(first-|openai)/.test((await ask()).headers.get("x-meterr-provider") ?? "");
    await until("the first target is used again", 30_000, isFirst);
    expect(Date.now() - recovered).toBeLessThan(30_000);
  });

  test.runIf(stream)("a complete stream without its last marker is complete", async () => {
    await routeOver(name);
    const events = wire.events(ANSWER);
    // Where the last event carries the finish itself, there is no marker beside it.
    first.reply = streams(name === "chat" ? events.slice(0, -1) : events);
    const got = await ask();
    expect({ said: got.said, broken: got.broken }).toEqual({ said: ANSWER, broken: false });
    const record = await tenant.record(got.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ status: "ok", tokens: { input: 10, output: 5 } });
  });

  test.runIf(stream)("a slow first token and a malformed first event fail over", async () => {
    await routeOver(name, { timeouts: { first_token_ms: 400 } });
    first.reply = streams([": waiting\n\n"], { ending: "stall" });
    await failsOver(2);
    first.received.length = 0;
    second.received.length = 0;
    first.reply = streams(['data: {"choices": [\n\n']);
    await failsOver(2);
  });

  test.runIf(stream)("a stream that stalls ends in an error; where it is held back, it fails over", async () => {
    const events = wire.events(ANSWER).slice(0, name === "gemini" ? 2 : 3);
    await routeOver(name, { timeouts: { stall_ms: 300 } });
    first.reply = streams(events, { ending: "stall" });
    const got = await ask();
    expect(got.ms).toBeLessThan(5_000);
    expect(got.text).toContain("in time");
    expect(second.received).toHaveLength(0);
    const timeouts = { first_token_ms: 300, stall_ms: 300 };
    await routeOver(name, { timeouts, after_first_byte: "verified" });
    first.received.length = 0;
    for (const ending of ["cut", "stall"] as const) {
      first.reply = streams(events, { ending });
      first.received.length = 0;
      second.received.length = 0;
      const verified = await failsOver(2);
      const record = await tenant.record(verified.headers.get("x-meterr-request-id"));
      expect(record.attempts).toHaveLength(2);
      expect(record.status).toBe("ok");
    }
    // One that goes on takes as long as it likes: it has begun in time.
    first.received.length = 0;
    const slow = wire.events(ANSWER);
    first.reply = streams(slow, { everyMs: Math.ceil(600 / slow.length) });
    const long = await ask();
    expect([long.said, long.headers.get("x-meterr-attempts")]).toEqual([ANSWER, "1"]);
    expect(long.ms).toBeGreaterThan(400);
  });
});

describe.each([false, true])("targets of another dialect, streamed: %s", (stream) => {
  const translated = async (reply: Reply): Promise<Got> => {
    isStream = stream;
    wire = WIRES.chat;
    await tenant.credential("openai", first.origin);
    await tenant.credential("anthropic", second.origin);
    route = `mixed-${++unique}`;
    const targets = [{ model: `openai/m-${unique}` }, { model: "anthropic/claude-haiku-4-5" }];
    await tenant.api("PUT", `/routes/${route}`, { targets });
    key = await tenant.key();
    first.reply = json(503, wire.error("down", "overloaded_error"));
    second.reply = reply;
    return ask();
  };

  test("answer in the client's dialect when the first one fails", async () => {
    const { messages } = WIRES;
    const got = await translated((response, received) =>
      isStream
        ? streams(messages.events(ANSWER))(response, received)
        : json(200, messages.answer(ANSWER))(response, received),
    );
    expect({ status: got.status, said: got.said }).toEqual({ status: 200, said: ANSWER });
    expect(got.headers.get("x-meterr-model")).toBe("claude-haiku-4-5");
    expect(second.received[0]?.path).toBe("/v1/messages");
    const record = await tenant.record(got.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ provider: "anthropic", status: "ok", tokens: { input: 10, output: 5 } });
  });

  test("fail in the client's dialect, status and message kept", async () => {
    const got = await translated(json(529, WIRES.messages.error("Overloaded, come back", "overloaded_error")));
    expect(got.status).toBe(529);
    expect(JSON.parse(got.text)).toMatchObject({ error: { message: expect.stringContaining("come back") } });
    expect(JSON.parse(got.text)).not.toHaveProperty("type");
  });

  test.runIf(stream)("that break off end in an error of the client's dialect", async () => {
    const got = await translated(streams(WIRES.messages.events(ANSWER).slice(0, 4), { ending: "cut", everyMs: 20 }));
    expect(got.status).toBe(200);
    expect(got.said).not.toBe(ANSWER);
    expect(got.text).not.toContain("event: error");
    expect(anyOf(dataOf(got.text).at(-1)).error?.message).toContain("broke its answer off");
  });
});

describe("several credentials", () => {
  test("of a provider take turns by 429 and 401, on its own paths too, byte for byte", async () => {
    isStream = false;
    wire = WIRES.chat;
    const own = await newTenant(system);
    const ownKey = await own.key();
    await own.credential("openai", first.origin, "sk-upstream-one-0000001");
    await own.api("POST", "/credentials", {
      provider: "openai",
      name: "two",
      api_key: "sk-upstream-two-0000002",
      origin: first.origin,
      weight: 1,
    });
    const body = `{ "model":"gpt-4o-mini",  "max_tokens": 5, "messages":[{"role":"user","content":"hi"}]}`;
    first.reply = (response, received) => {
      const isSecond = String(received.headers.authorization).includes("two");
      return (isSecond ? good : json(429, wire.error("slow", "rate_limit_error"), { "retry-after": "60" }))(
        response,
        received,
      );
    };
    for (let i = 0; i < 6; i++) {
      const response = await fetch(`${system.url}/openai/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ownKey.key}` },
        body,
      });
      expect(await response.json()).toEqual(wire.answer(ANSWER));
    }
    expect(first.received.every((one) => one.body.toString() === body)).toBe(true);
    // The throttled one is left alone after it was met once.
    expect(first.received.length).toBeLessThanOrEqual(7);
    expect(
      first.received.filter((one) => String(one.headers.authorization).includes("one")).length,
    ).toBeLessThanOrEqual(1);
  });
});

describe("a route", () => {
  test("is named by a header on a provider's own path too, and tried with a test key", async () => {
    isStream = false;
    await routeOver("chat");
    first.reply = json(503, wire.error("down", "overloaded_error"));
    const slug = `first-${unique}`;
    const asking = (headers: Record<string, string>, path = `/${slug}/v1/chat/completions`) =>
      fetch(`${system.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key.key}`, ...headers },
        body: JSON.stringify(wire.body("whatever", false)),
      });
    const routed = await asking({ "x-meterr-route": route });
    expect(wire.said(await routed.text(), false)).toBe(ANSWER);
    expect(JSON.parse(String(second.received[0]?.body))).toMatchObject({ model: `m-${unique}` });
    const unknown = await asking({ "x-meterr-route": "nowhere" });
    expect([unknown.status, (await unknown.json()) as object]).toMatchObject([404, { error: { code: "not_found" } }]);
    await tenant.api("PUT", "/routes/tried", { targets: [{ model: "openai/gpt-5-mini" }] });
    const test = await tenant.key({ mode: "test" });
    const tried = await asking(
      { authorization: `Bearer ${test.key}`, "x-meterr-route": "tried" },
      "/v1/chat/completions",
    );
    expect([tried.status, tried.headers.get("x-meterr-model")]).toEqual([200, "gpt-5-mini"]);
  });

  test("reaches no target that the key may not use", async () => {
    isStream = false;
    await routeOver("chat");
    first.reply = good;
    const onlySecond = await tenant.key({ allow: { providers: [`second-${unique}`] } });
    key = onlySecond;
    const got = await ask();
    expect([got.status, first.received.length, second.received.length]).toEqual([200, 0, 1]);
    key = await tenant.key({ allow: { providers: ["mistral"] } });
    expect((await ask()).status).toBe(403);
    expect([first.received.length, second.received.length]).toEqual([0, 1]);
  });
});

describe("budgets", () => {
  test("choose the target, by what they have spent, while they limit nothing", async () => {
    isStream = false;
    wire = WIRES.chat;
    first.reply = good;
    const own = await newTenant(system);
    await own.credential("openai", first.origin);
    await own.credential("groq", second.origin);
    await own.budget({ name: "Month", scope: { type: "tenant" }, limit_usd: "0.000005", enforcement: "soft" });
    const when = { "budget.Month.used": { at_least: 50 } };
    const targets = [{ model: "groq/llama-3.1-8b-instant", when }, { model: "openai/gpt-4o-mini" }];
    await own.api("PUT", "/routes/thrifty", { targets });
    const { key: ownKey } = await own.key();
    const provider = async () => {
      const response = await fetch(`${system.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ownKey}` },
        body: JSON.stringify(wire.body("thrifty", false)),
      });
      await response.arrayBuffer();
      return response.headers.get("x-meterr-provider");
    };
    // One answer costs $0.0000045.
    expect(await provider()).toBe("openai");
    await until("the isolate has heard of it", 5_000, async () => (await provider()) === "groq");
  });

  test("stay hard over all attempts, and a budget of a model pays for that model alone", async () => {
    isStream = false;
    const own = await newTenant(system);
    const ownKey = await own.key();
    await own.credential("openai", first.origin);
    await own.credential("groq", second.origin);
    await own.api("PUT", "/routes/cheap", {
      targets: [{ model: "openai/gpt-4o-mini" }, { model: "groq/llama-3.1-8b-instant" }],
    });
    const total = await own.budget({ scope: { type: "tenant" }, limit_usd: "0.01" });
    const ofModel = await own.budget({ scope: { type: "model", id: "openai/gpt-4o-mini" }, limit_usd: "0.000001" });
    wire = WIRES.chat;
    first.reply = good;
    const response = await fetch(`${system.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${ownKey.key}` },
      body: JSON.stringify(wire.body("cheap", false)),
    });
    expect(response.status).toBe(200);
    await response.text();
    // The first model's budget cannot pay for it.
    expect([first.received.length, second.received.length]).toEqual([0, 1]);
    const record = await own.record(response.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ provider: "groq", model: "llama-3.1-8b-instant" });
    expect(nanos((await own.budgetNow(total.id)).spent_usd)).toBe(nanos(record.cost_usd));
    expect((await own.budgetNow(ofModel.id)).spent_usd).toBe("0.000000000");
  });

  test.each([
    ["of the tenant", false],
    ["of each model", true],
  ])("%s pay for what a failed attempt wrote, once", async (_, ofModels) => {
    isStream = true;
    wire = WIRES.chat;
    const own = await newTenant(system);
    await own.credential("openai", first.origin);
    await own.credential("groq", second.origin);
    const targets = [{ model: "openai/gpt-4o-mini" }, { model: "groq/llama-3.1-8b-instant" }];
    await own.api("PUT", "/routes/held-back", { targets, after_first_byte: "verified" });
    const budgets = ofModels
      ? await Promise.all(targets.map(({ model: id }) => own.budget({ scope: { type: "model", id }, limit_usd: "1" })))
      : [await own.budget({ scope: { type: "tenant" }, limit_usd: "1" })];
    // It is one request, however many attempts it takes.
    const ownKey = await own.key({ rate_limits: { concurrent: 1, requests_per_minute: 1 } });
    first.reply = streams(wire.events("A long answer that somebody has to pay for.").slice(0, 8), { ending: "cut" });
    const response = await fetch(`${system.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${ownKey.key}` },
      body: JSON.stringify(wire.body("held-back", true)),
    });
    expect(wire.said(await response.text(), true)).toBe(ANSWER);
    const record = await own.record(response.headers.get("x-meterr-request-id"));
    const costs = record.attempts.map(({ cost_usd }) => nanos(cost_usd));
    expect(costs).toHaveLength(2);
    for (const cost of costs) expect(cost).toBeGreaterThan(0);
    expect(nanos(record.cost_usd)).toBe((costs[0] ?? 0) + (costs[1] ?? 0));
    expect(record.tokens.output).toBeGreaterThan(5);
    const spent = await Promise.all(budgets.map(async ({ id }) => nanos((await own.budgetNow(id)).spent_usd)));
    expect(spent).toEqual(ofModels ? costs : [nanos(record.cost_usd)]);
  });
});

/** What makes requests cheaper, through the whole system: what the providers are sent, and what the records say was saved. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chatAnswer, chatEvents } from "./support/chat-answers.ts";
import { json, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, type Key, nanos, newTenant, type Tenant } from "./support/tenant.ts";
import { until } from "./support/until.ts";
import { type Received, type Reply, startUpstream, type Upstream } from "./support/upstream.ts";

let system: System;
let tenant: Tenant;
let key: Key;
let upstream: Upstream;

const bodyAt = (index: number): string => upstream.received[index]?.body.toString() ?? "{}";
// biome-ignore lint/suspicious/noExplicitAny: bodies have each dialect's own shape.
const sent = (index = 0): any => JSON.parse(bodyAt(index));

const route = (name: string, body: object) => tenant.api("PUT", `/routes/${name}`, body);

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream();
  tenant = await newTenant(system);
  key = await tenant.key();
  for (const provider of ["openai", "anthropic", "groq"]) await tenant.credential(provider, upstream.origin);
  // Before the first request, with which the edge learns of them.
  await route("slow", { targets: [{ model: "openai/gpt-5-mini" }], allow_latency: true });
  await route("mixed", {
    targets: [{ model: "openai/gpt-5-mini", service_tier: "flex" }, { model: "openai/gpt-4o" }],
  });
  const targets = [{ model: "openai/gpt-5-nano" }, { model: "openai/gpt-5" }];
  await route("fit", { strategy: "auto", targets, shadow: { model: "anthropic/claude-sonnet-4-5" } });
  await route("cheap", { strategy: "cheapest", targets: targets.toReversed() });
});
afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.reply = answers();
});

/** Answers chats and messages, with these figures. */
const answers =
  (usage: { chat?: object; messages?: object; tier?: string } = {}): Reply =>
  (response, received) => {
    if (received.path.includes("/messages")) return json(200, messageOf(usage.messages))(response, received);
    const { model } = JSON.parse(received.body.toString());
    const answer = chatAnswer({ model, text: "Yes.", input: 1_000, output: 500 });
    return json(200, { ...answer, ...(usage.tier && { service_tier: usage.tier }) })(response, received);
  };

const messageOf = (usage: object = { input_tokens: 1_000, output_tokens: 500 }) => ({
  ...{ id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5", stop_reason: "end_turn" },
  content: [{ type: "text", text: "Yes." }],
  usage,
});

async function post(path: string, body: object, headers: Record<string, string> = {}, by = key.key) {
  const response = await fetch(`${system.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${by}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return tenant.record(response.headers.get("x-meterr-request-id"));
}

const LONG = "You answer questions about our shop. ".repeat(400);
const claude = (more: object = {}) => ({
  ...{ model: "claude-sonnet-4-5", max_tokens: 100, system: LONG },
  messages: [{ role: "user", content: "Do you ship to Norway?" }],
  ...more,
});
const MARK = { type: "ephemeral" };
const VERSION = { "anthropic-version": "2023-06-01" };
const marks = (index = 0): number => (bodyAt(index).match(/"cache_control"/g) ?? []).length;

describe("prompts that Claude keeps", () => {
  test("are marked at unified entries, and what was kept is saved", async () => {
    const kept = {
      input_tokens: 10,
      cache_read_input_tokens: 4_000,
      cache_creation_input_tokens: 200,
      output_tokens: 5,
    };
    upstream.reply = answers({ messages: kept });
    const record = await post("/v1/messages", claude(), VERSION);
    expect(sent().system).toEqual([{ type: "text", text: LONG, cache_control: MARK }]);
    // $3 a million, $0.30 read, $3.75 written.
    expect(record.savings).toEqual({ prompt_cache: "0.010650000" });
    expect(record.saved_usd).toBe("0.010650000");
  });

  test("cost more where they were only written: the saving is negative", async () => {
    const written = { input_tokens: 10, cache_creation_input_tokens: 4_000, output_tokens: 5 };
    upstream.reply = answers({ messages: written });
    const { savings } = await post("/v1/messages", claude(), VERSION);
    expect(savings).toEqual({ prompt_cache: "-0.003000000" });
  });

  test("are left as they are on the provider's own path, where the client marks, and where somebody opts out", async () => {
    const body = claude();
    await post("/anthropic/v1/messages", body, VERSION);
    expect(bodyAt(0)).toBe(JSON.stringify(body));
    const own = claude({ system: [{ type: "text", text: LONG, cache_control: MARK }] });
    const { savings } = await post("/v1/messages", own, VERSION);
    expect(bodyAt(1)).toBe(JSON.stringify(own));
    expect(savings).toEqual({});
    const off = await tenant.key({ prompt_cache: "off" });
    await post("/v1/messages", body, VERSION, off.key);
    await post("/v1/messages", body, { ...VERSION, "x-meterr-prompt-cache": "off" });
    expect([2, 3].map(marks)).toEqual([0, 0]);
  });

  test("are marked on the provider's own path for a key, or a request, that asks for it", async () => {
    const auto = await tenant.key({ prompt_cache: "auto" });
    await post("/anthropic/v1/messages", claude(), VERSION, auto.key);
    await post("/anthropic/v1/messages", claude(), { ...VERSION, "x-meterr-prompt-cache": "auto" });
    expect([0, 1].map(marks)).toEqual([1, 1]);
  });

  test("save on the provider's own path too where an object owns the stream, and what is kept of it is what was asked", async () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 4_000, output_tokens: 5 };
    const events = [
      { type: "message_start", message: messageOf({ ...usage, output_tokens: 1 }) },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
      { type: "message_stop" },
    ];
    upstream.reply = streams(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
    const auto = await tenant.key({ prompt_cache: "auto", bodies: { keep_days: 1 } });
    const body = claude({ stream: true });
    const ask = (headers = {}) => post("/anthropic/v1/messages", body, { ...VERSION, ...headers }, auto.key);
    const records = [await ask(), await ask({ "x-meterr-cache-ttl": "60" })];
    expect([0, 1].map(marks)).toEqual([1, 1]);
    for (const { savings } of records) expect(savings).toEqual({ prompt_cache: "0.010800000" });
    expect(records.map(({ cache }) => cache)).toEqual(["off", "miss"]);
    for (const { id } of records) {
      const kept = await until("the bodies", 4_000, async () => {
        const answer = await api<{ request: { json: unknown } }>(system, "GET", `/tenants/${tenant.id}/bodies/${id}`);
        return answer.status === 200 ? answer.json : null;
      });
      expect(kept.request.json).toEqual(body);
    }
  });

  test("are marked where another dialect is translated, turn after turn behind the same beginning", async () => {
    const messages: object[] = [{ role: "system", content: LONG }];
    for (let turn = 0; turn < 3; turn++) {
      messages.push({ role: "user", content: `Question ${turn}? ${LONG}` });
      await post("/v1/chat/completions", { model: "anthropic/claude-sonnet-4-5", max_tokens: 100, messages });
      messages.push({ role: "assistant", content: `Answer ${turn}.` });
    }
    expect([0, 1, 2].map(marks)).toEqual([1, 3, 3]);
    const bodies = upstream.received.map((_, index) =>
      bodyAt(index).replaceAll(/"cache_control":\{"type":"ephemeral"\},?/g, ""),
    );
    const beginning = (body = "") => body.slice(0, body.lastIndexOf("]", body.lastIndexOf('"messages"') + body.length));
    expect(prefixLength(bodies[1], bodies[2])).toBeGreaterThan(beginning(bodies[1]).length * 0.9);
  });

  test("are held for at the price of writing them", async () => {
    const before = await post("/v1/messages", claude(), { ...VERSION, "x-meterr-prompt-cache": "off" });
    const after = await post("/v1/messages", claude(), VERSION);
    expect(nanos(after.bound_usd)).toBeGreaterThan(nanos(before.bound_usd) * 1.2);
  });
});

const prefixLength = (a = "", b = ""): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
};

describe("prompts that others keep on their own", () => {
  test("are the same from turn to turn, as far as they go, where meterr writes them", async () => {
    const messages: object[] = [];
    for (let turn = 0; turn < 3; turn++) {
      messages.push({ role: "user", content: `Question ${turn}?` });
      const body = { model: "groq/llama-3.3-70b-versatile", max_tokens: 100, system: LONG, messages };
      await post("/v1/messages", body, { ...VERSION, "x-meterr-session": "s1" });
      messages.push({ role: "assistant", content: [{ type: "text", text: `Answer ${turn}.` }] });
    }
    const bodies = upstream.received.map((_, index) => bodyAt(index));
    for (const [index, body] of bodies.entries()) {
      const next = bodies[index + 1];
      // To the messages' end; what follows them is the same too, only later.
      if (next) expect(next.startsWith(body.slice(0, body.lastIndexOf("}]")))).toBe(true);
    }
  });

  test("are looked for where the session's last request was, at whoever lets it say so", async () => {
    const chat = { model: "openai/gpt-5-mini", messages: [{ role: "user", content: LONG }] };
    const session = { "x-meterr-session": "agent-7" };
    await post("/v1/chat/completions", chat, session);
    await post("/v1/chat/completions", { ...chat, messages: [{ role: "user", content: `${LONG}?` }] }, session);
    await post("/v1/chat/completions", chat);
    await post("/v1/chat/completions", { ...chat, prompt_cache_key: "mine" }, session);
    await post("/openai/v1/chat/completions", { ...chat, model: "gpt-5-mini" }, session);
    await post("/v1/chat/completions", { ...chat, messages: [{ role: "user", content: "Too short" }] }, session);
    const keys = upstream.received.map((_, index) => sent(index).prompt_cache_key);
    expect(keys[0]).toMatch(/^mtr-[0-9a-f]{16}$/);
    expect(keys).toEqual([keys[0], keys[0], undefined, "mine", undefined, undefined]);
  });
});

test("a question is the same question, however it is sent to cost less", async () => {
  const chat = {
    model: "openai/gpt-5-mini",
    messages: [{ role: "user", content: `How many fjords are there? ${LONG}` }],
  };
  const asked = (session: string) =>
    post("/v1/chat/completions", chat, { "x-meterr-cache-ttl": "60", "x-meterr-session": session });
  expect((await asked("one")).cache).toBe("miss");
  expect((await asked("two")).savings).toEqual({ cache: "0.001250000" });
});

const QUESTION = [{ role: "user", content: "What is the capital of Norway?" }];

describe("the flex tier", () => {
  test("is asked for where a route or a target allows it, and saves the difference to the list price", async () => {
    upstream.reply = answers({ tier: "flex" });
    const record = await post("/v1/chat/completions", { model: "slow", messages: QUESTION });
    expect(sent().service_tier).toBe("flex");
    expect(nanos(record.cost_usd)).toBe(625_000);
    expect(record.savings).toEqual({ flex: "0.000625000" });
    await post("/v1/chat/completions", { model: "mixed", messages: QUESTION });
    expect(sent(1).service_tier).toBe("flex");
  });

  test("saves nothing where it was not served, and is not asked for where the client chose its tier", async () => {
    upstream.reply = answers({ tier: "default" });
    expect((await post("/v1/chat/completions", { model: "slow", messages: QUESTION })).savings).toEqual({});
    await post("/v1/chat/completions", { model: "slow", messages: QUESTION, service_tier: "priority" });
    expect(sent(1).service_tier).toBe("priority");
  });

  test("is left where it is full: the same target answers at once in the usual one", async () => {
    const full = { error: { message: "Resource unavailable", type: "server_error", code: "resource_unavailable" } };
    upstream.reply = (response, received: Received) =>
      JSON.parse(received.body.toString()).service_tier === "flex"
        ? json(429, full)(response, received)
        : answers({ tier: "default" })(response, received);
    const record = await post("/v1/chat/completions", { model: "slow", messages: QUESTION });
    expect(upstream.received.map((_, index) => sent(index).service_tier)).toEqual(["flex", "auto"]);
    expect(record.attempts.map(({ http_status }) => http_status)).toEqual([429, 200]);
    expect(record.savings).toEqual({});
    // It was no failure of the target's: the next request asks for the tier again.
    await post("/v1/chat/completions", { model: "slow", messages: QUESTION });
    expect(sent(2).service_tier).toBe("flex");
  });
});

describe("routes that save", () => {
  const HARD = [{ role: "user", content: "Prove that there are infinitely many primes congruent to 3 modulo 4." }];
  const ask = async (model: string, messages: object[], headers = {}, by = key.key) => {
    const record = await post("/v1/chat/completions", { model, messages, max_tokens: 600 }, headers, by);
    return { asked: record.model, record };
  };

  test("auto asks the small model where it is enough, and tells what the large one would have cost", async () => {
    const easy = await ask("fit", QUESTION);
    expect(easy.asked).toBe("gpt-5-nano");
    // 1000 and 500 tokens: $0.05 and $0.40 a million against $1.25 and $10.
    expect(easy.record.cost_usd).toBe("0.000250000");
    expect(easy.record.savings).toEqual({ auto: "0.006000000" });
    const hard = await ask("fit", HARD);
    expect(hard.asked).toBe("gpt-5");
    expect(hard.record.savings).toEqual({});
  });

  test("a stream saves like a whole answer, once it is complete", async () => {
    const usage = { text: "Oslo.", input: 1_000, output: 500 };
    upstream.reply = streams(chatEvents({ model: "gpt-5-nano", ...usage }, true));
    const body = { model: "fit", messages: QUESTION, max_tokens: 600, stream: true };
    const { stream, savings } = await post("/v1/chat/completions", body);
    expect([stream, savings]).toEqual([true, { auto: "0.006000000" }]);
    upstream.reply = streams(chatEvents({ model: "gpt-5-nano", ...usage }, true).slice(0, 2));
    const cut = await post("/v1/chat/completions", body);
    expect([cut.status, cut.savings]).toEqual(["truncated", {}]);
  });

  test("auto leaves a session, and a conversation, at the large model", async () => {
    const session = { "x-meterr-session": "proofs" };
    expect((await ask("fit", HARD, session)).asked).toBe("gpt-5");
    expect((await ask("fit", QUESTION, session)).asked).toBe("gpt-5");
    const conversation = [...HARD, { role: "assistant", content: "…" }, { role: "user", content: "Thanks!" }];
    expect((await ask("fit", conversation)).asked).toBe("gpt-5");
    expect((await ask("fit", QUESTION)).asked).toBe("gpt-5-nano");
  });

  test("never ask a model that the key may not use, nor count it as saved", async () => {
    const small = await tenant.key({ allow: { models: ["gpt-5-nano"] } });
    const { asked, record } = await ask("fit", HARD, {}, small.key);
    expect(asked).toBe("gpt-5-nano");
    expect(record.savings).toEqual({});
    const easy = await ask("fit", QUESTION, {}, small.key);
    expect(easy.record.savings).toEqual({});
  });

  test("cheapest tells what the first one written would have cost", async () => {
    const { asked, record } = await ask("cheap", QUESTION);
    expect(asked).toBe("gpt-5-nano");
    expect(record.savings).toEqual({ route: "0.006000000" });
  });

  test("a shadow is told in the record and summed, without being asked", async () => {
    const { record } = await ask("fit", QUESTION);
    // $3 and $15 a million.
    const shadow = { route: "fit", model: "anthropic/claude-sonnet-4-5", cost_usd: "0.010500000" };
    expect(record).toMatchObject({ shadow });
    expect(upstream.received).toHaveLength(1);
    const { data } = await tenant.api<{ data: { model: string; shadow_usd: string }[] }>("GET", "/usage/shadows");
    expect(data.map(({ model }) => model).toSorted()).toEqual(["gpt-5", "gpt-5-nano"]);
  });

  test("explain says how hard a request is, and what that is made of", async () => {
    const explain = async (messages: object[]) => {
      const answer = await tenant.api<{ targets: { model: string; reason: string }[] }>("POST", "/routes/fit/explain", {
        request: { body: { messages } },
      });
      return answer.targets[0];
    };
    expect(await explain(QUESTION)).toMatchObject({
      model: "openai/gpt-5-nano",
      reason: expect.stringMatching(
        /^the small one of auto: difficulty 0\.\d\d is below 0\.4 \(.*a routine task −0\.24/,
      ),
    });
    expect(await explain(HARD)).toMatchObject({ model: "openai/gpt-5" });
  });

  test("all that was saved is summed by reason", async () => {
    const records = await tenant.records();
    const { data } = await tenant.api<{ data: { reason: string; saved_usd: string }[] }>("GET", "/usage/savings");
    for (const { reason, saved_usd } of data) {
      const each = records.map(({ savings }) => nanos((savings as Record<string, string>)[reason] ?? null));
      expect(each.reduce((sum, one) => sum + one, 0)).toBe(nanos(saved_usd));
    }
    expect(data.map(({ reason }) => reason).toSorted()).toEqual(["auto", "cache", "flex", "prompt_cache", "route"]);
  });
});

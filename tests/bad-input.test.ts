/** Wrong keys, wrong bodies, wrong paths and broken providers: the contract's error, nothing charged, nothing held. */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Asking, ask, DIALECTS, type Dialect } from "./support/asking.ts";
import { chatAnswer, chatEvents, chats } from "./support/chat-answers.ts";
import { compressed, garbage, halfBody, hangs, json, resets, streams } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, type Budget, type Key, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { closedOrigin, type Reply, startUpstream, type Upstream } from "./support/upstream.ts";

const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "Hello there, my friend", input: 8, output: 5 };
const ALL = Object.entries(DIALECTS);
/** The contract: a revoked key is refused everywhere within this time. */
const REVOKED_WITHIN_MS = 10_000;
const TOO_LARGE_BYTES = 101_000_000;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let other: Tenant;
let key: Key;
let budget: Budget;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(chats(ANSWER));
  tenant = await newTenant(system, "Acme");
  other = await newTenant(system, "Other");
  for (const provider of ["openai", "anthropic", "google", "cohere"]) {
    await tenant.credential(provider, upstream.origin);
    await other.credential(provider, upstream.origin);
  }
  key = await tenant.key();
  budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "1" });
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

/** `key` is only ever used for what fails. */
afterEach(async () => {
  expect((await tenant.budgetNow(budget.id)).spent_usd).toBe("0.000000000");
});

/** The answer has this status and code in the dialect's shape. */
async function expectError(response: Response, status: number, code: string, dialect: Dialect = DIALECTS.chat) {
  const body = await response.text();
  expect({ status: response.status, body }).toMatchObject({ status });
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  expect(dialect.code(JSON.parse(body), status), body).toBe(code);
}

/** Nothing reaches the provider meanwhile. */
async function expectRefused(response: Promise<Response>, status: number, code: string, dialect?: Dialect) {
  const before = upstream.received.length;
  await expectError(await response, status, code, dialect);
  expect(upstream.received.length).toBe(before);
}

describe("a key", () => {
  test.each(ALL)("that is missing is refused in the shape of %s", async (_, dialect) => {
    await expectRefused(ask(system, dialect), 401, "invalid_api_key", dialect);
  });

  test("that is missing where Claude is at Vertex is refused in the shape of messages", async () => {
    const path = "/v1/projects/p/locations/global/publishers/anthropic/models/claude-haiku-4-5:rawPredict";
    const claude = { ...DIALECTS.messages, provider: "vertex", path };
    await expectRefused(ask(system, claude), 401, "invalid_api_key", claude);
  });

  test("that is forged, or none of ours, is refused", async () => {
    const last = key.key.at(-1) === "A" ? "B" : "A";
    const ofOther = key.key.replace(tenant.id, other.id);
    const asLive = system.testKey.replace("mtr_test_", "mtr_live_");
    for (const forged of [
      `${key.key.slice(0, -1)}${last}`,
      ofOther,
      asLive,
      "mtr_live_",
      "sk-proj-123",
      "mtr_live_1é",
    ]) {
      await expectRefused(ask(system, DIALECTS.chat, { key: encodeURI(forged) }), 401, "invalid_api_key");
    }
  });

  test("that was revoked ends within 10 s, wherever it is put", async () => {
    const revoked = await tenant.key();
    expect((await ask(system, DIALECTS.chat, { key: revoked.key })).status).toBe(200);
    await tenant.api("DELETE", `/keys/${revoked.id}`);
    const refused = async () => (await ask(system, DIALECTS.chat, { key: revoked.key })).status === 401;
    await until("the key's end", REVOKED_WITHIN_MS, refused);

    const places: Record<string, string>[] = [
      { authorization: `Bearer ${revoked.key}` },
      { "x-api-key": revoked.key },
      { "x-goog-api-key": revoked.key },
      { "api-key": revoked.key },
      { "x-meterr-key": revoked.key, authorization: "Bearer sk-own" },
    ];
    for (const headers of places) await expectRefused(ask(system, DIALECTS.chat, { headers }), 401, "invalid_api_key");
    const inQuery = { ...DIALECTS.gemini, path: `${DIALECTS.gemini.path}?key=${revoked.key}` };
    await expectRefused(ask(system, inQuery), 401, "invalid_api_key", inQuery);
  });

  test("of a tenant that is gone is refused", async () => {
    const gone = await newTenant(system, "Gone");
    const orphan = await gone.key();
    await api(system, "DELETE", `/tenants/${gone.id}`);
    await expectRefused(ask(system, DIALECTS.chat, { key: orphan.key }), 401, "invalid_api_key");
  });

  test("that has expired is refused", async () => {
    const brief = await tenant.key({ expires_at: new Date(Date.now() + 1_500).toISOString() });
    expect((await ask(system, DIALECTS.chat, { key: brief.key })).status).toBe(200);
    await sleep(1_600);
    await expectRefused(ask(system, DIALECTS.chat, { key: brief.key }), 401, "invalid_api_key");
  });

  test("may not use a model, provider or endpoint that it is not allowed", async () => {
    const narrow = await tenant.key({ allow: { providers: ["openai"], models: ["gpt-4o-mini"] } });
    const { chat, messages } = DIALECTS;
    expect((await ask(system, chat, { key: narrow.key })).status).toBe(200);
    const body = JSON.stringify({ ...chat.body, model: "gpt-4o" });
    await expectRefused(ask(system, chat, { key: narrow.key, body }), 403, "not_allowed");
    await expectRefused(ask(system, messages, { key: narrow.key }), 403, "not_allowed", messages);
    const video = { ...DIALECTS.gemini, path: "/v1beta/models/veo-3.1-generate-preview:predictLongRunning" };
    const gemini = await other.key({ allow: { models: ["gemini-2.5-flash"] } });
    await expectRefused(ask(system, video, { key: gemini.key }), 403, "not_allowed", video);
    const free = { ...video, path: "/v1beta/models/gemini-2.5-flash:countTokens" };
    expect((await ask(system, free, { key: gemini.key })).status).toBe(200);
  });
});

describe("another tenant", () => {
  test.each([
    "",
    "/keys",
    "/budgets",
    "/credentials",
    "/usage",
    "/usage/summary",
    "/usage/export",
    "/tokens",
    "/audit",
  ])("cannot read %s of this one", async (path) => {
    const { token } = await other.api<{ token: string }>("POST", "/tokens", { name: "t", role: "owner" });
    const response = await fetch(`${system.url}/api/v1/tenants/${tenant.id}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(404);
    expect(((await response.json()) as { error: { code: string } }).error.code).toBe("not_found");
  });

  test("cannot reach this one's keys and budgets under its own name", async () => {
    for (const [method, path] of [
      ["GET", `/keys/${key.id}`],
      ["DELETE", `/keys/${key.id}`],
      ["PATCH", `/budgets/${budget.id}`],
      ["DELETE", `/budgets/${budget.id}`],
    ] as const) {
      const body = method === "PATCH" ? { limit_usd: "9" } : undefined;
      const answer = await api(system, method, `/tenants/${other.id}${path}`, body);
      expect(answer, `${method} ${path}`).toMatchObject({ status: 404, json: { error: { code: "not_found" } } });
    }
    expect(await tenant.budgetNow(budget.id)).toMatchObject({ limit_usd: "1.000000000" });
  });
});

describe("a path", () => {
  test.each(["GET", "POST", "PUT", "DELETE"])(
    "of an unknown provider is not found, by %s, with and without a key",
    async (method) => {
      for (const path of ["/nowhere/v1/models", "/nowhere", "/v2/chat", "/constructor/x", "/__proto__", "/.env"]) {
        for (const authorization of ["", `Bearer ${key.key}`]) {
          const body = method === "POST" || method === "PUT" ? "{}" : undefined;
          const response = await fetch(`${system.url}${path}`, { method, headers: { authorization }, body });
          await expectError(response, 404, "not_found");
        }
      }
    },
  );

  test("of the admin API that does not exist is not found", async () => {
    for (const method of ["GET", "POST"]) {
      expect(await api(system, method, "/nothing")).toMatchObject({
        status: 404,
        json: { error: { code: "not_found" } },
      });
    }
  });

  test("of a provider that meterr does not know cannot be bounded, and a hard budget blocks it", async () => {
    const unknown = { ...DIALECTS.chat, path: "/v1/brand/new" };
    await expectRefused(ask(system, unknown, { key: key.key }), 402, "unbounded_cost");
  });
});

describe("a body", () => {
  const bodies: [string, Asking["body"]][] = [
    ["that is empty", ""],
    ["that is no JSON", "hello"],
    ["that breaks off", '{"model":"gpt-4o-mini","messages":['],
    ["that is an array", "[]"],
    ["that is a string", '"hello"'],
    ["that is null", "null"],
    ["that is no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ];
  describe.each(bodies)("%s", (_, body) => {
    test.each(ALL)("is refused in the shape of %s", async (_name, dialect) => {
      await expectRefused(ask(system, dialect, { key: key.key, body }), 400, "invalid_request", dialect);
    });
  });

  test("without a model is refused", async () => {
    await expectRefused(ask(system, DIALECTS.chat, { key: key.key, body: "{}" }), 400, "invalid_request");
  });

  test("of a GET has no meaning, and keeps nobody from the answer", async () => {
    const alone = await other.key();
    upstream.reply = json(200, { data: [] });
    expect(await send("GET", "/openai/v1/models", { key: alone.key, body: "{}" })).toMatchObject({ status: 200 });
    upstream.reply = chats(ANSWER);
  });

  test("that is nested very deeply harms nobody", async () => {
    const body = `{"model":"gpt-4o-mini","messages":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    const alone = await other.key();
    const response = await ask(system, DIALECTS.chat, { key: alone.key, body });
    expect(response.status).toBeLessThan(500);
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
  });

  test.each([
    ["chat completions, its length declared", "/openai/v1/chat/completions", true, "application/json"],
    ["chat completions, in chunks", "/openai/v1/chat/completions", false, "application/json"],
    ["files, its length declared", "/openai/v1/files", true, "multipart/form-data; boundary=x"],
    ["files, in chunks", "/openai/v1/files", false, "multipart/form-data; boundary=x"],
  ])("of 101 MB to %s is too large, and says so", async (_, path, declared, type) => {
    const answer = await sendLarge(path, declared, type);
    expect(answer).toMatchObject({ status: 413 });
    expect(DIALECTS.chat.code(JSON.parse(answer.body), 413)).toBe("invalid_request");
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
  });
});

test("a HEAD is told the length of what it asks about", async () => {
  const alone = await other.key();
  upstream.reply = (response) => void response.writeHead(200, { "content-length": 12_345 }).end();
  const { headers } = await send("HEAD", "/openai/v1/files/f_1/content", { key: alone.key });
  upstream.reply = chats(ANSWER);
  expect(headers["content-length"]).toBe("12345");
});

test("a model's name in a path or a query is as short as in a body", async () => {
  const name = "x".repeat(300);
  const paths = [`/google/v1beta/models/${name}:predictLongRunning`, `/openai/v1/realtime?model=${name}`];
  for (const path of paths) {
    const headers: Record<string, string> = path.includes("realtime")
      ? { connection: "upgrade", upgrade: "websocket" }
      : {};
    const { status } = await send(path.includes("realtime") ? "GET" : "POST", path, {
      key: key.key,
      headers,
      body: "",
    });
    expect(status, path).toBe(400);
  }
});

test("a path that may be read as another model's is no way around what a key may use", async () => {
  const narrow = await other.key({ allow: { models: ["gemini-2.5-flash-lite*"] } });
  const path = "/v1beta/models/gemini-2.5-flash-lite%2f..%2fgemini-2.5-pro:generateContent";
  const gemini = { ...DIALECTS.gemini, path };
  await expectRefused(ask(system, gemini, { key: narrow.key }), 400, "invalid_request", gemini);
});

/** Sends what `fetch` would not. */
function send(
  method: string,
  path: string,
  { key, headers = {}, body = "" }: { key: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const length = body === "" ? {} : { "content-length": body.length };
    const options = { method, headers: { authorization: `Bearer ${key}`, ...length, ...headers } };
    const request = httpRequest(`${system.url}${path}`, options, (response) => {
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Streams zeros, as a client that writes on while the answer comes. */
function sendLarge(path: string, declared: boolean, type: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${system.url}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key.key}`,
        "content-type": type,
        ...(declared ? { "content-length": TOO_LARGE_BYTES } : {}),
      },
    });
    request.on("error", reject);
    request.on("response", async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body });
    });
    const piece = Buffer.alloc(1_000_000);
    let left = TOO_LARGE_BYTES;
    const write = () => {
      while (left > 0) {
        left -= piece.length;
        if (!request.write(piece)) return request.once("drain", write);
      }
      return request.end();
    };
    write();
  });
}

describe("a provider", () => {
  /** What it does, and the status and code that the client gets. */
  const failures: [string, Reply, number, string][] = [
    ["sends garbage", garbage, 502, "upstream_unreachable"],
    ["hangs up", resets, 502, "upstream_unreachable"],
    ["hangs", hangs, 504, "upstream_timeout"],
    ["answers with a success that is no JSON", json(200, "<html>oops</html>"), 502, "upstream_unreachable"],
    ["answers with a status that HTTP does not have", json(999, chatAnswer(ANSWER)), 502, "upstream_unreachable"],
    ["breaks its JSON off", halfBody('{"id":"chatcmpl-1","choices":['), 502, "upstream_unreachable"],
    [
      "answers in an encoding that was not asked for",
      compressed("zstd", chatAnswer(ANSWER)),
      502,
      "upstream_unreachable",
    ],
  ];

  afterEach(() => {
    upstream.reply = chats(ANSWER);
  });

  describe.each(failures)("that %s", (_, reply, status, code) => {
    test.each(ALL)("is a clear error in the shape of %s, and costs nothing", async (_name, dialect) => {
      upstream.reply = reply;
      await expectFailure(tenant, key, dialect, { status, code });
    });
  });

  test("that refuses the connection is a clear error in every shape, and costs nothing", async () => {
    const lonely = await newTenant(system, "Lonely");
    const origin = await closedOrigin();
    for (const [, { provider }] of ALL) await lonely.credential(provider, origin);
    const itsKey = await lonely.key();
    for (const [, dialect] of ALL) {
      await expectFailure(lonely, itsKey, dialect, { status: 502, code: "upstream_unreachable" });
    }
  });

  async function expectFailure(of: Tenant, with_: Key, dialect: Dialect, wanted: { status: number; code: string }) {
    const headers = { "x-meterr-timeout-ms": "1000" };
    const response = await ask(system, dialect, { key: with_.key, headers });
    await expectError(response, wanted.status, wanted.code, dialect);
    expect(await of.record(response.headers.get("x-meterr-request-id"))).toMatchObject({
      status: "error",
      error_code: wanted.code,
      cost_usd: "0.000000000",
      usage_source: "none",
    });
  }

  test("that cuts a stream costs what came, and the client sees it cut", async () => {
    const alone = await other.key();
    upstream.reply = streams(chatEvents(ANSWER, true).slice(0, 4), { ending: "cut" });
    const body = JSON.stringify({ ...DIALECTS.chat.body, stream: true });
    const response = await ask(system, DIALECTS.chat, { key: alone.key, body });
    await expect(response.text()).rejects.toThrow();
    const record = await other.record(response.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ status: "truncated", usage_source: "counted" });
  });

  test.each(["gzip", "br"] as const)("that compresses with %s is read, metered and passed on", async (encoding) => {
    const alone = await other.key();
    upstream.reply = compressed(encoding, chatAnswer(ANSWER));
    const response = await ask(system, DIALECTS.chat, { key: alone.key });
    expect(await response.json()).toEqual(chatAnswer(ANSWER));
    const record = await other.record(response.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ status: "ok", tokens: { input: 8, output: 5 } });
  });
});

describe("official SDKs raise their own errors", () => {
  test("OpenAI's", async () => {
    const with_ = (apiKey: string) => new OpenAI({ baseURL: `${system.url}/openai/v1`, apiKey, maxRetries: 0 });
    const chat = (apiKey: string) =>
      with_(apiKey)
        .chat.completions.create({ model: "gpt-4o-mini", max_tokens: 9, messages: [] })
        .catch((error) => error);
    const unauthorized = await chat("mtr_live_wrong");
    expect(unauthorized).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(unauthorized).toMatchObject({ status: 401, code: "invalid_api_key" });
    upstream.reply = garbage;
    const failed = await chat(key.key);
    expect(failed).toBeInstanceOf(OpenAI.InternalServerError);
    expect(failed).toMatchObject({ status: 502, code: "upstream_unreachable" });
    const poor = await keyWithNothing();
    expect(await chat(poor)).toMatchObject({ status: 402, code: "budget_exceeded", type: "insufficient_quota" });
  });

  test("Anthropic's", async () => {
    const message = (apiKey: string) =>
      new Anthropic({ baseURL: `${system.url}/anthropic`, apiKey, maxRetries: 0 }).messages
        .create({ model: "claude-haiku-4-5", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] })
        .catch((error) => error);
    const unauthorized = await message("mtr_live_wrong");
    expect(unauthorized).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(unauthorized.error).toMatchObject({ error: { type: "authentication_error", code: "invalid_api_key" } });
    const poor = await message(await keyWithNothing());
    expect(poor).toMatchObject({ status: 402, error: { error: { type: "billing_error", code: "budget_exceeded" } } });
  });

  test("Google's", async () => {
    const generate = (apiKey: string) =>
      new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${system.url}/google` } }).models
        .generateContent({ model: "gemini-2.5-flash", contents: "Hi", config: { maxOutputTokens: 9 } })
        .catch((error) => error);
    const unauthorized = await generate("mtr_live_wrong");
    expect(unauthorized).toBeInstanceOf(ApiError);
    expect(unauthorized).toMatchObject({ status: 401 });
    expect(unauthorized.message).toContain("invalid_api_key");
    expect(await generate(await keyWithNothing())).toMatchObject({ status: 402 });
  });

  async function keyWithNothing(): Promise<string> {
    const poor = await tenant.key();
    await tenant.budget({ scope: { type: "key", id: poor.id }, limit_usd: "0.000000001" });
    return poor.key;
  }
});

test("a request without what its key requires is refused, and gives back the lease that came with its key", async () => {
  // A tenant that no isolate knows: identity and lease come in one call.
  const cold = await newTenant(system, "Cold");
  await cold.credential("openai", upstream.origin);
  const strict = await cold.key({ require: ["user"] });
  const limit = await cold.budget({ scope: { type: "key", id: strict.id }, limit_usd: "1" });
  await expectRefused(ask(system, DIALECTS.chat, { key: strict.key }), 400, "invalid_request");
  await until("the lease is back", 5_000, async () => (await cold.budgetNow(limit.id)).held_usd === "0.000000000");
  const record = await until("the record", 4_000, async () => (await cold.records())[0] ?? null);
  expect(record).toMatchObject({ status: "denied", http_status: 400, cost_usd: "0.000000000" });
});

test("after all this nothing was charged and nothing is held", async () => {
  const settled = await until("the budget at rest", 20_000, async () => {
    const now = await tenant.budgetNow(budget.id);
    return now.held_usd === "0.000000000" && now;
  });
  expect(settled).toMatchObject({ spent_usd: "0.000000000", remaining_usd: "1.000000000" });
  expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
});

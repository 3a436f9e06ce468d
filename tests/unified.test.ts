/** One base URL for any provider's models: in a dialect that the provider speaks, the client's bytes are what it gets. */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SDKS } from "./support/conversing.ts";
import { json } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, newTenant, providerKey, type Tenant, tenantOf } from "./support/tenant.ts";
import { type Received, startUpstream, type Upstream } from "./support/upstream.ts";

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream();
  tenant = tenantOf(system, system.tenant);
  key = await tenant.key();
  for (const provider of ["openai", "anthropic", "google", "groq"]) await tenant.credential(provider, upstream.origin);
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(() => {
  upstream.received.length = 0;
});

function onlyRequest(): Received {
  expect(upstream.received).toHaveLength(1);
  return upstream.received[0] as Received;
}

const ask = (path: string, body: string, headers: Record<string, string> = {}, by = key.key) =>
  fetch(`${system.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${by}`, ...headers },
    body,
  });

const CHAT_ANSWER = {
  id: "c1",
  object: "chat.completion",
  created: 1,
  model: "served",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
};
const MESSAGE_ANSWER = {
  id: "m1",
  type: "message",
  role: "assistant",
  model: "served",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 1 },
};
const GEMINI_ANSWER = {
  candidates: [{ content: { role: "model", parts: [{ text: "Hi" }] }, finishReason: "STOP", index: 0 }],
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1, totalTokenCount: 10 },
};

describe("a provider that speaks the client's dialect", () => {
  test("gets the client's bytes, but for the model's name", async () => {
    upstream.reply = json(200, CHAT_ANSWER);
    const body =
      '{ "messages" : [{"role":"user","content":"\\u0048i"}],\n  "model":"groq/llama-3.3-70b-versatile", "x":1.0}';
    const answer = await ask("/v1/chat/completions", body);
    expect(await answer.json()).toEqual(CHAT_ANSWER);
    const received = onlyRequest();
    expect(received.path).toBe("/openai/v1/chat/completions");
    expect(received.body.toString()).toBe(body.replace("groq/llama", "llama"));
    expect(received.headers.authorization).toBe(`Bearer ${providerKey("groq")}`);
    expect(answer.headers.get("x-meterr-provider")).toBe("groq");
    const record = await tenant.record(answer.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({ provider: "groq", model: "llama-3.3-70b-versatile", endpoint: "chat/completions" });
    expect(Number(record.cost_usd)).toBeGreaterThan(0);
  });

  test("does not get what another provider left in the conversation", async () => {
    upstream.reply = json(200, CHAT_ANSWER);
    const asked = { model: "groq/openai/gpt-oss-120b", messages: [{ role: "user", content: "Hi" }] };
    const thinking = { choices: [{ ...CHAT_ANSWER.choices[0], message: { content: "Ho", reasoning: "Hm." } }] };
    upstream.reply = json(200, { ...CHAT_ANSWER, ...thinking });
    const first = await ask("/v1/messages", JSON.stringify({ ...asked, max_tokens: 50 }));
    const { content } = (await first.json()) as { content: { type: string }[] };
    expect(content.map(({ type }) => type)).toEqual(["thinking", "text"]);
    upstream.received.length = 0;
    upstream.reply = json(200, MESSAGE_ANSWER);
    const messages = [...asked.messages, { role: "assistant", content }, ...asked.messages];
    const body = { model: "claude-haiku-4-5", max_tokens: 50, messages };
    await ask("/v1/messages", JSON.stringify(body));
    const sent = JSON.parse(onlyRequest().body.toString());
    expect(sent.messages[1]).toEqual({ role: "assistant", content: [{ type: "text", text: "Ho" }] });
    upstream.received.length = 0;
    // The turn goes on from a call that was never thought about.
    const called = { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "f", input: {} }] };
    const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content: "1" }] };
    const turn = { ...body, max_tokens: 2_000, messages: [...asked.messages, called, result] };
    const thinks = { thinking: { type: "enabled", budget_tokens: 1_024 } };
    const answer = await ask("/v1/messages", JSON.stringify({ ...turn, ...thinks }));
    expect(answer.headers.get("x-meterr-dropped")).toBe("thinking");
    expect(JSON.parse(onlyRequest().body.toString())).toEqual(turn);
  });

  test("gets them untouched, where the name is its own", async () => {
    upstream.reply = json(200, CHAT_ANSWER);
    const body = '{"model": "gpt-4o-mini","messages":[ ]}';
    await ask("/v1/chat/completions?a=b", body);
    expect(onlyRequest()).toMatchObject({ path: "/v1/chat/completions?a=b", body: Buffer.from(body) });
  });

  test("is the one that has a credential, of several that sell the model", async () => {
    upstream.reply = json(200, CHAT_ANSWER);
    await ask("/v1/chat/completions", '{"model":"llama-3.3-70b-versatile","messages":[]}');
    expect(onlyRequest().path).toBe("/openai/v1/chat/completions");
  });

  test("answers the SDK of Anthropic", async () => {
    upstream.reply = json(200, MESSAGE_ANSWER);
    const anthropic = new Anthropic({ baseURL: system.url, apiKey: key.key, maxRetries: 0 });
    const message = await anthropic.messages.create({
      model: "anthropic/claude-haiku-4-5",
      max_tokens: 9,
      messages: [{ role: "user", content: "Hi" }],
    });
    expect(message).toMatchObject(MESSAGE_ANSWER);
    const received = onlyRequest();
    expect(received.path).toBe("/v1/messages");
    expect(JSON.parse(received.body.toString()).model).toBe("claude-haiku-4-5");
    expect(received.headers["x-api-key"]).toBe(providerKey("anthropic"));
  });

  test("answers the SDK of Google", async () => {
    upstream.reply = json(200, GEMINI_ANSWER);
    const google = new GoogleGenAI({ apiKey: key.key, httpOptions: { baseUrl: system.url } });
    const answer = await google.models.generateContent({ model: "google/gemini-2.5-flash", contents: "Hi" });
    expect(answer.text).toBe("Hi");
    expect(onlyRequest().path).toBe("/v1/models/gemini-2.5-flash:generateContent");
  });

  test("counts tokens, which costs nothing", async () => {
    upstream.reply = json(200, { input_tokens: 11 });
    const body = '{"model":"anthropic/claude-haiku-4-5","messages":[]}';
    const answer = await ask("/v1/messages/count_tokens", body, { "anthropic-version": "2023-06-01" });
    expect(await answer.json()).toEqual({ input_tokens: 11 });
    expect(onlyRequest().path).toBe("/v1/messages/count_tokens");
  });
});

describe("a unified entry", () => {
  test("counts the tokens of a route's first target", async () => {
    const body = (model: string) => JSON.stringify({ model, messages: [{ role: "user", content: "Hi there" }] });
    for (const [name, model] of [
      ["claudes", "anthropic/claude-haiku-4-5"],
      ["geminis", "google/gemini-2.5-flash"],
    ])
      await tenant.api("PUT", `/routes/${name}`, { targets: [{ model }] });
    upstream.reply = json(200, { input_tokens: 11 });
    const own = await ask("/v1/messages/count_tokens", body("claudes"));
    expect([own.status, await own.json()]).toEqual([200, { input_tokens: 11 }]);
    expect(JSON.parse(onlyRequest().body.toString()).model).toBe("claude-haiku-4-5");
    const other = await ask("/v1/messages/count_tokens", body("geminis"));
    expect(other.status, await other.clone().text()).toBe(200);
    expect(other.headers.get("x-meterr-estimated")).toBe("true");
    const contents = [{ parts: [{ text: "Hi there" }] }];
    const gemini = await ask("/v1beta/models/claudes:countTokens", JSON.stringify({ contents }));
    expect([gemini.status, await gemini.json()]).toEqual([200, { totalTokens: expect.any(Number) }]);
  });

  test("passes on what names no model to the API whose path it is", async () => {
    upstream.reply = json(200, { object: "list", data: [] });
    const openai = new OpenAI({ baseURL: `${system.url}/v1`, apiKey: key.key, maxRetries: 0 });
    await openai.files.list();
    expect(onlyRequest()).toMatchObject({ method: "GET", path: "/v1/files" });
    upstream.received.length = 0;
    const anthropic = new Anthropic({ baseURL: system.url, apiKey: key.key, maxRetries: 0 });
    await anthropic.beta.files.list();
    expect(onlyRequest().headers["x-api-key"]).toBe(providerKey("anthropic"));
  });

  test("leads the rest of a resumable upload back through itself", async () => {
    upstream.reply = (response, { path }) => {
      const address = `${upstream.origin}/upload/v1beta/files?upload_id=u1`;
      const done = { "content-type": "application/json", "x-goog-upload-status": "final" };
      if (path.includes("upload_id")) response.writeHead(200, done).end('{"file":{"name":"files/1"}}');
      else response.writeHead(200, { "x-goog-upload-url": address }).end("{}");
    };
    const google = new GoogleGenAI({ apiKey: key.key, httpOptions: { baseUrl: system.url } });
    const file = await google.files.upload({ file: new Blob(["Hi"], { type: "text/plain" }) });
    expect(file.name).toBe("files/1");
    expect(upstream.received.map(({ path }) => path)).toEqual([
      "/upload/v1/files",
      "/upload/v1beta/files?upload_id=u1",
    ]);
    expect(upstream.received[1]?.body.toString()).toBe("Hi");
    for (const { headers } of upstream.received) expect(headers["x-goog-api-key"]).toBe(providerKey("google"));
  });

  test("embeds with any provider's model for the SDK of OpenAI", async () => {
    const models = {
      "google/gemini-embedding-001": "/v1beta/openai/embeddings",
      "mistral/mistral-embed": "/v1/embeddings",
      "cohere/embed-v4.0": "/compatibility/v1/embeddings",
      "voyage/voyage-3.5": "/v1/embeddings",
    };
    const acme = await newTenant(system);
    for (const model of Object.keys(models)) await acme.credential(model.split("/")[0] as string, upstream.origin);
    const data = [{ object: "embedding", index: 0, embedding: [0.5, 0.25] }];
    upstream.reply = json(200, { object: "list", data, model: "m", usage: { prompt_tokens: 2, total_tokens: 2 } });
    const { key: apiKey } = await acme.key();
    const openai = new OpenAI({ baseURL: `${system.url}/v1`, apiKey, maxRetries: 0 });
    for (const [model, path] of Object.entries(models)) {
      upstream.received.length = 0;
      const answer = await openai.embeddings.create({ model, input: "Hi", encoding_format: "float" });
      expect(answer.data[0]?.embedding).toEqual([0.5, 0.25]);
      expect(onlyRequest().path).toBe(path);
      expect(JSON.parse(onlyRequest().body.toString())).toMatchObject({ model: model.split("/")[1], input: "Hi" });
    }
  });

  test("counts tokens itself for a model whose provider does not count in this dialect", async () => {
    const body = '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello there, how are you?"}]}';
    const answer = await ask("/v1/messages/count_tokens", body);
    const { input_tokens } = (await answer.json()) as { input_tokens: number };
    expect(input_tokens).toBeGreaterThan(5);
    expect(answer.headers.get("x-meterr-estimated")).toBe("true");
    expect(upstream.received).toHaveLength(0);
  });

  test("lists the models of the providers that there are credentials for, in each SDK's shape", async () => {
    const openai = new OpenAI({ baseURL: `${system.url}/v1`, apiKey: key.key, maxRetries: 0 });
    const ids = (await openai.models.list()).data.map(({ id }) => id);
    expect(ids).toContain("anthropic/claude-haiku-4-5");
    expect(ids.some((id) => id.startsWith("mistral/"))).toBe(false);
    expect((await openai.models.retrieve("gpt-4o-mini")).id).toBe("openai/gpt-4o-mini");
    const anthropic = new Anthropic({ baseURL: system.url, apiKey: key.key, maxRetries: 0 });
    expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual(ids);
    const google = new GoogleGenAI({ apiKey: key.key, httpOptions: { baseUrl: system.url } });
    const pager = await google.models.list();
    expect(pager.page[0]?.name).toBe(`models/${ids[0]}`);
    expect(upstream.received).toHaveLength(0);
  });

  test("refuses in the shape of the SDK", async () => {
    const limited = await tenant.key({ allow: { models: ["gpt-4o-mini"] } });
    const anthropic = new Anthropic({ baseURL: system.url, apiKey: limited.key, maxRetries: 0 });
    const asking = anthropic.messages.create({ model: "claude-haiku-4-5", max_tokens: 9, messages: [] });
    await expect(asking).rejects.toMatchObject({
      status: 403,
      error: { type: "error", error: { code: "not_allowed" } },
    });
    expect((await ask("/v1/chat/completions", "{}")).status).toBe(400);
    expect((await ask("/v1/chat/completions", '{"model":"mistral-small-latest","messages":[]}')).status).toBe(424);
    expect(upstream.received).toHaveLength(0);
  });

  test("answers a test key from the sandbox", async () => {
    const openai = new OpenAI({ baseURL: `${system.url}/v1`, apiKey: system.testKey, maxRetries: 0 });
    for (const model of ["gpt-4o-mini", "mistral/mistral-small-latest", "cohere/command-a-03-2025", "grok-4"]) {
      const answer = await openai.chat.completions.create({ model, messages: [{ role: "user", content: "Hi" }] });
      expect(answer.choices[0]?.message.content).toContain("sandbox");
    }
    const embedded = await openai.embeddings.create({ model: "google/gemini-embedding-001", input: "Hi" });
    expect(embedded.data[0]?.embedding.length).toBeGreaterThan(100);
  });
});

describe("a provider that speaks another dialect", () => {
  const SDK_MODELS = [
    ["chat", "anthropic/claude-haiku-4-5"],
    ["chat", "google/gemini-2.5-flash"],
    ["responses", "anthropic/claude-haiku-4-5"],
    ["responses", "groq/llama-3.3-70b-versatile"],
    ["messages", "gpt-5-mini"],
    ["messages", "gemini-2.5-flash"],
    ["messages", "mistral/mistral-small-latest"],
    ["gemini", "claude-haiku-4-5"],
    ["gemini", "gpt-5-mini"],
    ["gemini", "cohere/command-a-03-2025"],
  ] as const;

  test.each(SDK_MODELS)("answers the SDK of %s for %s, whole and streamed", async (dialect, model) => {
    const sdk = SDKS[dialect]({ baseUrl: system.url, key: system.testKey, model });
    const { said } = await sdk.ask({ text: 'Hi [[sandbox: say="Hello, you there."]]' });
    expect(said).toMatchObject({ text: "Hello, you there." });
    expect(await sdk.stream({ text: 'Hi [[sandbox: say="Hello, you there."]]' })).toMatchObject(said);
    const called = await sdk.stream({ text: "What is the weather in Paris?", tools: true });
    expect(called.calls).toMatchObject([{ name: "get_weather", args: { city: expect.any(String) } }]);
  });

  test("embeds for the SDK of Google, one text or a batch of any size, in their order and at its own price", async () => {
    const google = new GoogleGenAI({ apiKey: key.key, httpOptions: { baseUrl: system.url } });
    const model = "openai/text-embedding-3-small";
    const vectors = Array.from({ length: 120 }, (_, n) => Array.from({ length: 1_536 }, (_, i) => (n + i) / 1_234_567));
    const data = vectors.map((embedding, index) => ({ object: "embedding", index, embedding })).reverse();
    upstream.reply = json(200, { object: "list", data, model, usage: { prompt_tokens: 240, total_tokens: 240 } });
    const contents = vectors.map((_, n) => `Text ${n}`);
    const batch = await google.models.embedContent({ model, contents, config: { outputDimensionality: 1_536 } });
    expect(batch.embeddings?.map(({ values }) => values)).toEqual(vectors);
    expect(onlyRequest().path).toBe("/v1/embeddings");
    expect(JSON.parse(onlyRequest().body.toString())).toEqual({
      ...{ model: "text-embedding-3-small", input: contents, dimensions: 1_536 },
    });
    const record = await tenant.record(batch.sdkHttpResponse?.headers?.["x-meterr-request-id"] ?? null);
    expect(record).toMatchObject({ provider: "openai", model: "text-embedding-3-small", status: "ok" });
    expect(record).toMatchObject({ tokens: { input: 240, output: 0 }, cost_usd: "0.000004800" });

    upstream.received.length = 0;
    upstream.reply = json(200, { data: [{ index: 0, embedding: [0.5, 0.25] }], usage: { prompt_tokens: 2 } });
    const one = { content: { parts: [{ text: "Hi" }] }, taskType: "TASK_TYPE_UNSPECIFIED" };
    const answer = await ask(`/v1beta/models/${model}:embedContent`, JSON.stringify(one));
    expect(await answer.json()).toEqual({ embedding: { values: [0.5, 0.25] }, usageMetadata: { promptTokenCount: 2 } });
    expect(answer.headers.get("x-meterr-provider")).toBe("openai");
    expect(JSON.parse(onlyRequest().body.toString())).toEqual({ model: "text-embedding-3-small", input: "Hi" });
  });

  test("embeds nothing that it has no like of, but for a route that leaves it out, and raises its errors as Google's", async () => {
    const path = "/v1beta/models/openai/text-embedding-3-small:batchEmbedContents";
    const text = { parts: [{ text: "Hi" }] };
    const refusals: [field: string, requests: object[]][] = [
      ["requests[0].taskType", [{ content: text, taskType: "RETRIEVAL_QUERY" }]],
      ["requests[0].content.parts[1].inlineData", [{ content: { parts: [...text.parts, { inline_data: {} }] } }]],
      ["requests[1].outputDimensionality", [{ content: text, outputDimensionality: 9 }, { content: text }]],
      ["requests[0].content", [{ content: { parts: [] } }]],
    ];
    for (const [field, requests] of refusals) {
      const answer = await ask(path, JSON.stringify({ requests }));
      const { error } = (await answer.json()) as { error: { message: string; status: string } };
      expect([answer.status, error.status], field).toEqual([400, "INVALID_ARGUMENT"]);
      expect(error.message).toContain(`"${field}"`);
    }
    expect(upstream.received).toHaveLength(0);

    const route = { targets: [{ model: "openai/text-embedding-3-small" }], on_unsupported: "drop" };
    await tenant.api("PUT", "/routes/vectors", route);
    upstream.reply = json(200, { data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 2 } });
    const asked = { content: text, taskType: "RETRIEVAL_QUERY" };
    const answer = await ask("/v1beta/models/vectors:embedContent", JSON.stringify(asked));
    expect(await answer.json()).toMatchObject({ embedding: { values: [1] } });
    expect(answer.headers.get("x-meterr-dropped")).toBe("taskType");

    upstream.reply = json(429, { error: { message: "slow down", type: "rate_limit" } });
    const failed = await ask(path, JSON.stringify({ requests: [{ content: text }] }));
    expect([failed.status, await failed.json()]).toMatchObject([429, { error: { code: 429, message: "slow down" } }]);
  });

  test("is metered by its own answer, in its own format, and gets its own headers and key", async () => {
    upstream.reply = json(200, MESSAGE_ANSWER);
    const body = '{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}';
    const answer = await ask("/v1/chat/completions", body, { "openai-organization": "org-1" });
    expect(await answer.json()).toMatchObject({
      object: "chat.completion",
      model: "served",
      choices: [{ message: { content: "Hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 1 },
    });
    const { path, headers, body: sent } = onlyRequest();
    expect(path).toBe("/v1/messages");
    expect(headers).toMatchObject({ "x-api-key": providerKey("anthropic"), "anthropic-version": "2023-06-01" });
    expect(headers).not.toHaveProperty("openai-organization");
    expect(headers).not.toHaveProperty("authorization");
    expect(JSON.parse(sent.toString())).toMatchObject({ model: "claude-haiku-4-5", max_tokens: 50 });
    const record = await tenant.record(answer.headers.get("x-meterr-request-id"));
    expect(record).toMatchObject({
      provider: "anthropic",
      model: "claude-haiku-4-5",
      status: "ok",
      usage_source: "provider",
      tokens: { input: 9, output: 1 },
    });
    // $1 and $5 for a million tokens.
    expect(record.cost_usd).toBe("0.000014000");
    expect(answer.headers.get("x-meterr-cost-usd")).toBe(record.cost_usd);
  });

  test("is refused what it has no like of, by the field's name, and nothing is sent", async () => {
    const body = '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"Hi"}],"seed":1}';
    const answer = await ask("/v1/chat/completions", body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "invalid_request", details: { field: "seed" } } });
    expect(upstream.received).toHaveLength(0);
  });

  test("is asked for a chat, where a response would lose what the client asks for, and metered by that", async () => {
    const chunk = (delta: object, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "served", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    const usage = { id: "c", model: "served", choices: [], usage: { prompt_tokens: 9, completion_tokens: 1 } };
    const events = [
      chunk({ role: "assistant", content: "Hi" }),
      chunk({}, "stop"),
      `data: ${JSON.stringify(usage)}\n\n`,
    ];
    upstream.reply = async (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`${events.join("")}data: [DONE]\n\n`);
    };
    const anthropic = new Anthropic({ baseURL: system.url, apiKey: key.key, maxRetries: 0 });
    const messages = [{ role: "user" as const, content: "Hi" }];
    const asked = { model: "openai/gpt-4o-mini", max_tokens: 50, stop_sequences: ["x"], messages };
    const stream = anthropic.messages.stream(asked);
    expect(await stream.finalMessage()).toMatchObject({
      model: "served",
      content: [{ type: "text", text: "Hi" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 9, output_tokens: 1 },
    });
    expect(onlyRequest().path).toBe("/v1/chat/completions");
    const sent = { model: "gpt-4o-mini", stop: ["x"], stream_options: { include_usage: true } };
    expect(JSON.parse(onlyRequest().body.toString())).toMatchObject(sent);
    const record = await tenant.record(stream.response?.headers.get("x-meterr-request-id") ?? null);
    expect(record).toMatchObject({ usage_source: "provider", tokens: { input: 9, output: 1 } });
  });

  test("loses what changes nothing in the answer, and the answer says so", async () => {
    upstream.reply = json(200, MESSAGE_ANSWER);
    const body = '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"Hi"}],"user":"ann","store":true}';
    const answer = await ask("/v1/chat/completions", body);
    expect(answer.headers.get("x-meterr-dropped")).toBe("user, store");
    await answer.text();
  });

  test("tells its error in the client's shape, with its own status and words", async () => {
    upstream.reply = json(529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
    const body = '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"Hi"}]}';
    const answer = await ask("/v1/chat/completions", body);
    expect(answer.status).toBe(529);
    expect(await answer.json()).toMatchObject({ error: { message: "Overloaded", code: "upstream_error" } });
  });

  test("is asked once, and the next one who asks the same in any dialect is answered from the cache", async () => {
    upstream.reply = json(200, MESSAGE_ANSWER);
    const cached = { "x-meterr-cache-ttl": "60" };
    const body = '{"model":"claude-haiku-4-5","max_tokens":77,"messages":[{"role":"user","content":"Once"}]}';
    const first = await (await ask("/v1/chat/completions", body, cached)).json();
    const again = await ask("/v1/chat/completions", body, cached);
    expect(again.headers.get("x-meterr-cache")).toBe("hit");
    expect(await again.json()).toMatchObject({ choices: (first as { choices: unknown }).choices });
    expect(upstream.received).toHaveLength(1);
  });

  test("keeps a hard budget", async () => {
    const acme = await newTenant(system);
    const limited = await acme.key();
    await acme.credential("anthropic", upstream.origin);
    await acme.budget({ limit_usd: "0.000001", scope: { type: "tenant" } });
    const body = '{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}';
    const answer = await ask("/v1/chat/completions", body, {}, limited.key);
    expect(answer.status).toBe(402);
    expect(await answer.json()).toMatchObject({ error: { code: "budget_exceeded" } });
    expect(upstream.received).toHaveLength(0);
  });
});

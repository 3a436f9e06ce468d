/**
 * Official SDKs, unmodified but for base URL and key, through the running gateway, against a provider on loopback
 * that answers with recorded bytes.
 */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokenDifferences } from "./support/expected.ts";
import { type Recording, readRecordings, recordingsPresent, responseBytes } from "./support/recordings.ts";
import { json, recorded } from "./support/replies.ts";
import { type Spy, spyOnFetch } from "./support/spy-fetch.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, providerKey, type Tenant, tenantOf } from "./support/tenant.ts";
import { type Received, startUpstream, type Upstream } from "./support/upstream.ts";
import { usageWasAsked, withoutUsageChunk } from "./support/usage-chunk.ts";

type Chat = OpenAI.ChatCompletionCreateParamsNonStreaming;
type ChatStream = OpenAI.ChatCompletionCreateParamsStreaming;
type Message = Anthropic.MessageCreateParamsNonStreaming;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;
let spy: Spy;
let openai: OpenAI;
let anthropic: Anthropic;
let google: GoogleGenAI;

const recordings = new Map(readRecordings().map((recording) => [recording.id, recording]));

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream();
  tenant = tenantOf(system, system.tenant);
  key = await tenant.key();
  for (const provider of ["openai", "anthropic", "google"]) await tenant.credential(provider, upstream.origin);
  // Two of the three keep the `fetch` that they find when they are made.
  spy = spyOnFetch();
  openai = new OpenAI({ baseURL: `${system.url}/openai/v1`, apiKey: key.key, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: `${system.url}/anthropic`, apiKey: key.key, maxRetries: 0 });
  google = new GoogleGenAI({ apiKey: key.key, httpOptions: { baseUrl: `${system.url}/google` } });
});

afterAll(async () => {
  spy?.stop();
  await upstream?.close();
  await system?.stop();
});

beforeEach(() => {
  upstream.received.length = 0;
});

/** The recording, which the upstream answers with from now on. */
function replaying(id: string): Recording {
  const recording = recordings.get(id);
  if (!recording) throw new Error(`no recording ${id}`);
  upstream.reply = recorded(recording);
  return recording;
}

/** What was asked in a recording, as an SDK's parameters, whose type a recording cannot prove. */
const asked = <T>({ request }: Recording): T => request.body as T;

/** What the last exchange has to look like on all three sides. */
async function expectExact(recording: Recording, { usageAdded = false } = {}): Promise<void> {
  const { sent, got, responseHeaders } = spy.last();
  const received = onlyRequest();
  expect(usageWasAsked(await sent, received.body)).toBe(usageAdded);
  const recordedBytes = responseBytes(recording);
  expect(text(await got)).toBe(text(usageAdded ? withoutUsageChunk(recordedBytes) : recordedBytes));
  expectClean(received, recording.provider);

  const record = await tenant.record(responseHeaders.get("x-meterr-request-id"));
  expect(tokenDifferences(recording, record)).toEqual([]);
  expect(record).toMatchObject({ status: "ok", stream: recording.stream, provider: recording.provider, key: key.id });
  expect(record.usage_source).toBe("provider");
  expect(Number(record.cost_usd)).toBeGreaterThan(0);
}

function onlyRequest(): Received {
  expect(upstream.received).toHaveLength(1);
  return upstream.received[0] as Received;
}

/** The provider's key where it belongs; nothing of ours, and nothing about the client's way here. */
function expectClean(received: Received, provider: string): void {
  const all = `${received.path}\n${received.rawHeaders.join("\n")}\n${received.body.toString("latin1")}`;
  expect(all).not.toContain(key.key);
  expect(all.toLowerCase()).not.toContain("mtr_");
  const names = Object.keys(received.headers);
  expect(names.filter((name) => /^(?:x-meterr-|cf-|cookie$|x-forwarded-|x-real-ip$)/.test(name))).toEqual([]);
  const place = { openai: "authorization", anthropic: "x-api-key", google: "x-goog-api-key" }[provider] ?? "";
  const prefix = provider === "openai" ? "Bearer " : "";
  expect(received.headers[place]).toBe(`${prefix}${providerKey(provider)}`);
  expect(received.headers["accept-encoding"]).toMatch(/^(?:gzip, br|gzip|br|identity)$/);
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe.skipIf(!recordingsPresent)("the OpenAI SDK", () => {
  test("completes a chat", async () => {
    const recording = replaying("xe55245073e8501");
    const completion = await openai.chat.completions.create(asked<Chat>(recording));
    expect(completion).toMatchObject(JSON.parse(recording.response.body));
    await expectExact(recording);
    expect(spy.last().responseHeaders.get("x-meterr-cost-usd")).toMatch(/^0\.\d{9}$/);
  });

  test("calls tools", async () => {
    const recording = replaying("x637e0900528e7d");
    const completion = await openai.chat.completions.create(asked<Chat>(recording));
    expect(completion.choices[0]?.message.tool_calls?.length).toBeGreaterThan(1);
    await expectExact(recording);
  });

  test("streams a chat whose usage it asked for", async () => {
    const recording = replaying(streamedChat((body) => body.stream_options?.include_usage === true, "tool_call"));
    const chunks = await all(await openai.chat.completions.create(asked<ChatStream>(recording)));
    expect(chunks.some((chunk) => chunk.choices[0]?.delta.tool_calls)).toBe(true);
    expect(chunks.at(-1)?.usage?.prompt_tokens).toBe(recording.expected.input_tokens);
    await expectExact(recording);
  });

  test("streams a chat whose usage it did not ask for, and sees none", async () => {
    const recording = replaying(streamedChat((body) => body.stream_options?.include_usage === true));
    const { stream_options: _, ...body } = asked<ChatStream>(recording);
    const chunks = await all(await openai.chat.completions.create(body));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.every((chunk) => chunk.choices.length > 0)).toBe(true);
    await expectExact(recording, { usageAdded: true });
  });

  test("creates a response", async () => {
    const recording = replaying("xddbe3e92793f6d");
    await openai.responses.create(asked<OpenAI.Responses.ResponseCreateParamsNonStreaming>(recording));
    await expectExact(recording);
  });

  test("streams a response", async () => {
    const recording = replaying(firstOf("openai", "responses", true, "tool_call"));
    const events = await all(
      await openai.responses.create(asked<OpenAI.Responses.ResponseCreateParamsStreaming>(recording)),
    );
    expect(events.at(-1)?.type).toBe("response.completed");
    await expectExact(recording);
  });

  test("embeds", async () => {
    const recording = replaying(firstOf("openai", "embeddings", false));
    await openai.embeddings.create(asked<OpenAI.EmbeddingCreateParams>(recording));
    await expectExact(recording);
  });

  test("transcribes audio, streamed and not", async () => {
    const audio = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 37) % 256));
    const file = await toFile(audio, "speech.wav", { type: "audio/wav" });
    const whole = replaying("xf96f19f58ec466");
    const transcription = await openai.audio.transcriptions.create({ file, model: "gpt-4o-transcribe" });
    expect(transcription.text).toBe(JSON.parse(whole.response.body).text);
    await expectExact(whole);
    expect(onlyRequest().body.includes(audio)).toBe(true);

    upstream.received.length = 0;
    const streamed = replaying("x4af0536b9ee3d6");
    const events = await all(
      await openai.audio.transcriptions.create({ file, model: "gpt-4o-transcribe", stream: true }),
    );
    expect(events.at(-1)?.type).toBe("transcript.text.done");
    await expectExact(streamed);
  });

  test("lists models, which costs nothing", async () => {
    upstream.reply = json(200, { object: "list", data: [{ id: "gpt-5-mini", object: "model" }] });
    const models = await openai.models.list();
    expect(models.data[0]?.id).toBe("gpt-5-mini");
    expect(onlyRequest()).toMatchObject({ method: "GET", path: "/v1/models" });
    const record = await tenant.record(spy.last().responseHeaders.get("x-meterr-request-id"));
    expect(record).toMatchObject({ status: "ok", cost_usd: "0.000000000", endpoint: "models" });
  });
});

test("the OpenAI SDK uploads a file, byte for byte", async () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256));
  const answer = {
    id: "file-1",
    object: "file",
    bytes: content.length,
    created_at: 1,
    filename: "b.jsonl",
    purpose: "batch",
  };
  upstream.reply = json(200, answer);
  const file = await openai.files.create({ file: await toFile(content, "b.jsonl"), purpose: "batch" });
  expect(file).toEqual(answer);
  const received = onlyRequest();
  expect(received.body.equals(Buffer.from(await spy.last().sent))).toBe(true);
  expect(received.body.includes(content)).toBe(true);
  expect(received.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expectClean(received, "openai");
});

test("the Anthropic SDK uploads a file, byte for byte", async () => {
  const content = Buffer.from("a file\r\n".repeat(10_000));
  upstream.reply = json(200, { id: "file_1", type: "file", filename: "a.txt", mime_type: "text/plain", size_bytes: 1 });
  await anthropic.beta.files.upload({ file: await toFile(content, "a.txt", { type: "text/plain" }) });
  const received = onlyRequest();
  expect(received.body.equals(Buffer.from(await spy.last().sent))).toBe(true);
  expect(received.headers["anthropic-version"]).toBe(spy.last().headers.get("anthropic-version"));
  expectClean(received, "anthropic");
});

test("what is ours or personal in the headers stays here, and all else reaches the provider", async () => {
  upstream.reply = json(200, { object: "list", data: [] });
  await openai.models.list({
    headers: {
      cookie: "session=1",
      "x-meterr-tags": "feature=search",
      "x-meterr-user": "ann",
      "cf-connecting-ip": "192.0.2.1",
      "x-forwarded-for": "192.0.2.1",
      "openai-organization": "org-1",
      "openai-beta": "assistants=v2",
      "accept-encoding": "gzip, deflate, br, zstd",
    },
  });
  const received = onlyRequest();
  expectClean(received, "openai");
  expect(received.headers).toMatchObject({ "openai-organization": "org-1", "openai-beta": "assistants=v2" });
  expect(received.headers["user-agent"]).toMatch(/^OpenAI\/JS/);
  const record = await tenant.record(spy.last().responseHeaders.get("x-meterr-request-id"));
  expect(record).toMatchObject({ user: "ann", tags: { feature: "search" } });
});

describe.skipIf(!recordingsPresent)("the Anthropic SDK", () => {
  test("creates a message that reads from the cache", async () => {
    const recording = replaying("x30e7e2b825b75f");
    const message = await anthropic.messages.create(asked<Message>(recording));
    expect(message).toMatchObject(JSON.parse(recording.response.body));
    await expectExact(recording);
  });

  test("calls a tool", async () => {
    const recording = replaying("xcbd1cbe18c6140");
    const message = await anthropic.messages.create(asked<Message>(recording));
    expect(message.content.some((block) => block.type === "tool_use")).toBe(true);
    await expectExact(recording);
  });

  test("streams a message that calls a tool", async () => {
    const recording = replaying("xdc879c24100bc1");
    const message = await anthropic.messages.stream(asked<Message>(recording)).finalMessage();
    expect(message.content.some((block) => block.type === "tool_use")).toBe(true);
    expect(message.usage.output_tokens).toBe(recording.expected.output_tokens);
    await expectExact(recording);
  });

  test("counts tokens, which costs nothing", async () => {
    const recording = replaying(firstOf("anthropic", "count_tokens", false));
    const counted = await anthropic.messages.countTokens(asked<Anthropic.MessageCountTokensParams>(recording));
    expect(counted.input_tokens).toBeGreaterThan(0);
    const record = await tenant.record(spy.last().responseHeaders.get("x-meterr-request-id"));
    expect(record).toMatchObject({ status: "ok", cost_usd: "0.000000000" });
  });
});

describe.skipIf(!recordingsPresent)("the Google SDK", () => {
  test("generates content that calls tools", async () => {
    const recording = replaying("xdfa5d63c8e05fc");
    const answer = await google.models.generateContent({
      model: "gemini-2.0-flash",
      contents: "Which city is larger?",
    });
    expect(answer.functionCalls?.length).toBeGreaterThan(1);
    await expectExact(recording);
    expect(onlyRequest().path).toBe("/v1/models/gemini-2.0-flash:generateContent");
  });

  test("streams content", async () => {
    const recording = replaying(firstOf("google", "streamGenerateContent", true, "reasoning_tokens"));
    const model = recording.expected.model ?? "gemini-2.5-flash";
    const chunks = await all(await google.models.generateContentStream({ model, contents: "Hello" }));
    expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    await expectExact(recording);
    expect(onlyRequest().path).toBe(`/v1/models/${model}:streamGenerateContent?alt=sse`);
  });

  test("embeds", async () => {
    const recording = replaying(firstOf("google", "batchEmbedContents", false));
    const answer = await google.models.embedContent({ model: "gemini-embedding-001", contents: ["Hello"] });
    expect(answer.embeddings?.length).toBeGreaterThan(0);
    const { got } = spy.last();
    expect(text(await got)).toBe(recording.response.body);
    expect(onlyRequest().path).toBe("/v1/models/gemini-embedding-001:batchEmbedContents");
    expectClean(onlyRequest(), "google");
  });
});

/** The id of the first successful recording of that kind whose bytes are as they were on the wire. */
function firstOf(provider: string, endpoint: string, stream: boolean, tag?: string): string {
  return idOf(
    (one) =>
      one.provider === provider &&
      one.endpoint === endpoint &&
      one.stream === stream &&
      (!tag || one.tags.includes(tag)) &&
      !one.tags.includes("json-array"),
  );
}

function streamedChat(
  wanted: (body: { stream_options?: { include_usage?: boolean } }) => boolean,
  tag?: string,
): string {
  return idOf(
    (one) =>
      one.provider === "openai" &&
      one.endpoint === "chat.completions" &&
      one.stream &&
      (!tag || one.tags.includes(tag)) &&
      wanted(one.request.body as object),
  );
}

function idOf(wanted: (recording: Recording) => boolean): string {
  for (const recording of recordings.values()) {
    const { fidelity, response, expected } = recording;
    const exact = fidelity.startsWith("recorded") && response.status === 200;
    if (exact && wanted(recording) && (expected.input_tokens !== null || recording.endpoint.match(/count|Embed/))) {
      return recording.id;
    }
  }
  return "none";
}

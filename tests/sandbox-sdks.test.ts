/** The official SDKs, unmodified, against the sandbox: `fetch` goes straight to it. */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import type { RunnableToolFunctionWithParse } from "openai/lib/RunnableFunction";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerSandbox } from "../worker/providers/sandbox/index.ts";

/** A `fetch` that reaches the sandbox as `provider` whatever the origin. */
const sandboxFetch =
  (provider: string): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    return answerSandbox({
      provider,
      path: url.pathname,
      query: url.searchParams,
      method: request.method,
      headers: request.headers,
      body: request.body === null ? null : new Uint8Array(await request.arrayBuffer()),
      signal: request.signal,
    });
  };

/** All that a stream yields. */
async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const WEATHER_SCHEMA = {
  type: "object" as const,
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

describe("the OpenAI SDK", () => {
  const client = new OpenAI({ apiKey: "mtr_test_x", fetch: sandboxFetch("openai"), maxRetries: 0 });
  const ask = (content: string) => ({ model: "gpt-5-mini", messages: [{ role: "user" as const, content }] });

  it("chats, unstreamed and streamed, with the same text and usage", async () => {
    const whole = await client.chat.completions.create(ask("Hello"));
    const stream = client.chat.completions.stream({ ...ask("Hello"), stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
    expect(whole._request_id).toMatch(/^req_/);
  });

  it("runs a tool and hands its result back", async () => {
    const cities: string[] = [];
    const tool: RunnableToolFunctionWithParse<{ city: string }> = {
      type: "function",
      function: {
        name: "get_weather",
        description: "The weather in a city.",
        parameters: WEATHER_SCHEMA,
        parse: JSON.parse,
        function: ({ city }) => {
          cities.push(city);
          return "21 degrees";
        },
      },
    };
    const runner = client.chat.completions.runTools({ ...ask("What is the weather in Paris?"), tools: [tool] });
    expect(await runner.finalContent()).toContain('The tool answered: "21 degrees"');
    expect(cities).toEqual(["Paris"]);
  });

  it("parses a structured answer", async () => {
    const answer = await client.chat.completions.parse({
      ...ask("The weather in Oslo, please"),
      response_format: { type: "json_schema", json_schema: { name: "weather", strict: true, schema: WEATHER_SCHEMA } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toEqual({ city: "Oslo" });
  });

  it("gets responses, unstreamed and streamed, and their function calls", async () => {
    const whole = await client.responses.create({ model: "gpt-5-mini", input: "Hello" });
    const final = await client.responses.stream({ model: "gpt-5-mini", input: "Hello" }).finalResponse();
    expect(final.output_text).toBe(whole.output_text);
    expect(final.usage).toEqual(whole.usage);
    const tool = { type: "function" as const, name: "get_weather", parameters: WEATHER_SCHEMA, strict: true };
    const called = await client.responses.stream({ model: "gpt-5-mini", input: "Weather in Rome", tools: [tool] });
    expect((await called.finalResponse()).output[0]).toMatchObject({
      type: "function_call",
      arguments: '{"city":"Rome"}',
    });
  });

  it("embeds, lists models, moderates, uploads, hears and speaks", async () => {
    const embedded = await client.embeddings.create({ model: "text-embedding-3-small", input: "a", dimensions: 16 });
    expect(embedded.data[0]?.embedding).toHaveLength(16);
    expect((await client.models.list()).data.length).toBeGreaterThan(3);
    expect((await client.models.retrieve("gpt-5-mini")).id).toBe("gpt-5-mini");
    expect((await client.moderations.create({ input: "Hi" })).results[0]?.flagged).toBe(false);
    const file = new File(["{}"], "batch.jsonl");
    expect(await client.files.create({ file, purpose: "batch" })).toMatchObject({ bytes: 2, filename: "batch.jsonl" });
    const heard = await client.audio.transcriptions.create({ model: "whisper-1", file: new File(["sound"], "a.wav") });
    expect(heard.text).toContain("sandbox");
    const spoken = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "Hi" });
    expect((await spoken.arrayBuffer()).byteLength).toBeGreaterThan(400);
  });

  it.each([
    ["error=400", OpenAI.BadRequestError],
    ["error=401", OpenAI.AuthenticationError],
    ["error=403", OpenAI.PermissionDeniedError],
    ["error=model_not_found", OpenAI.NotFoundError],
    ["error=429", OpenAI.RateLimitError],
    ["error=500", OpenAI.InternalServerError],
    ["error=529", OpenAI.InternalServerError],
    ["reset", OpenAI.APIConnectionError],
  ])("throws its own error for %s", async (option, type) => {
    await expect(client.chat.completions.create(ask(`[[sandbox: ${option}]]`))).rejects.toThrow(type);
  });

  it("carries the code of a failure, and throws on an error inside a stream", async () => {
    const tooLong = client.chat.completions.create({ ...ask("Hi"), model: "gpt-5-mini@error=context_length" });
    await expect(tooLong).rejects.toMatchObject({ status: 400, code: "context_length_exceeded" });
    const stream = await client.chat.completions.create({ ...ask("[[sandbox: error=500 after=2]]"), stream: true });
    await expect(collect(stream)).rejects.toThrow(OpenAI.APIError);
  });

  it("retries when it was told to come back", async () => {
    const retrying = new OpenAI({ apiKey: "x", fetch: sandboxFetch("openai"), maxRetries: 1 });
    const start = Date.now();
    await expect(retrying.chat.completions.create(ask("[[sandbox: error=429 retry_after=0.3]]"))).rejects.toThrow();
    expect(Date.now() - start).toBeGreaterThanOrEqual(290);
  });

  it("speaks to those who speak as OpenAI does", async () => {
    for (const [provider, path] of [
      ["groq", "/openai/v1"],
      ["openrouter", "/api/v1"],
      ["mistral", "/v1"],
      ["deepseek", ""],
    ] as const) {
      const other = new OpenAI({
        apiKey: "x",
        baseURL: `https://${provider}.invalid${path}`,
        fetch: sandboxFetch(provider),
      });
      const stream = other.chat.completions.stream(ask("Hello"));
      expect((await stream.finalChatCompletion()).choices[0]?.message.content).toContain("sandbox");
    }
  });
});

describe("the Anthropic SDK", () => {
  const client = new Anthropic({ apiKey: "mtr_test_x", fetch: sandboxFetch("anthropic"), maxRetries: 0 });
  const ask = (content: string) => ({
    model: "claude-haiku-4-5",
    max_tokens: 300,
    messages: [{ role: "user" as const, content }],
  });

  it("gets messages, unstreamed and streamed, with the same content and usage", async () => {
    const whole = await client.messages.create(ask("Hello"));
    const final = await client.messages.stream(ask("Hello")).finalMessage();
    expect(final.content).toEqual(whole.content);
    expect(final.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(final.usage.input_tokens).toBe(whole.usage.input_tokens);
  });

  it("assembles the input of a tool from a stream, and thoughts", async () => {
    const tools = [{ name: "get_weather", input_schema: WEATHER_SCHEMA }];
    const called = await client.messages.stream({ ...ask("The weather in Rome?"), tools }).finalMessage();
    expect(called.content[0]).toMatchObject({ type: "tool_use", name: "get_weather", input: { city: "Rome" } });
    const thinking = { type: "enabled" as const, budget_tokens: 1024 };
    const thought = await client.messages.stream({ ...ask("Hi"), max_tokens: 2048, thinking }).finalMessage();
    expect(thought.content.map((block) => block.type)).toEqual(["thinking", "text"]);
  });

  it("counts tokens and lists models", async () => {
    const { model, messages } = ask("Hello");
    expect((await client.messages.countTokens({ model, messages })).input_tokens).toBe(7);
    expect((await client.models.list()).data[0]?.type).toBe("model");
  });

  it.each([
    ["error=400", Anthropic.BadRequestError],
    ["error=401", Anthropic.AuthenticationError],
    ["error=429", Anthropic.RateLimitError],
    ["error=overloaded", Anthropic.InternalServerError],
    ["reset", Anthropic.APIConnectionError],
  ])("throws its own error for %s", async (option, type) => {
    await expect(client.messages.create(ask(`[[sandbox: ${option}]]`))).rejects.toThrow(type);
  });

  it("throws where the stream has an error", async () => {
    const stream = client.messages.stream(ask("[[sandbox: error=overloaded after=4]]"));
    await expect(stream.finalMessage()).rejects.toThrow(/overloaded_error/i);
  });
});

describe("the Google SDK", () => {
  // It has no option for `fetch`, so the global one is replaced.
  const original = globalThis.fetch;
  beforeAll(() => {
    globalThis.fetch = sandboxFetch("google");
  });
  afterAll(() => {
    globalThis.fetch = original;
  });
  const client = new GoogleGenAI({ apiKey: "mtr_test_x" });
  const model = "gemini-3-flash";

  it("generates, unstreamed and streamed, with the same text and usage", async () => {
    const whole = await client.models.generateContent({ model, contents: "Hello" });
    const chunks = await collect(await client.models.generateContentStream({ model, contents: "Hello" }));
    expect(chunks.map((chunk) => chunk.text).join("")).toBe(whole.text);
    expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata);
  });

  it("calls functions and fills schemas", async () => {
    const functionDeclarations = [{ name: "get_weather", parametersJsonSchema: WEATHER_SCHEMA }];
    const config = { tools: [{ functionDeclarations }] };
    const called = await client.models.generateContent({ model, contents: "The weather in Rome?", config });
    expect(called.functionCalls?.[0]).toMatchObject({ name: "get_weather", args: { city: "Rome" } });
    const filled = await client.models.generateContent({
      model,
      contents: "The weather in Oslo?",
      config: { responseMimeType: "application/json", responseJsonSchema: WEATHER_SCHEMA },
    });
    expect(JSON.parse(filled.text ?? "")).toEqual({ city: "Oslo" });
  });

  it("embeds, counts and lists", async () => {
    const embedded = await client.models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"] });
    expect(embedded.embeddings?.map((one) => one.values?.length)).toEqual([3072, 3072]);
    expect((await client.models.countTokens({ model, contents: "Hello" })).totalTokens).toBe(7);
    expect((await client.models.list()).page.length).toBeGreaterThan(3);
  });

  it("throws with the status", async () => {
    const contents = "[[sandbox: error=429]]";
    await expect(client.models.generateContent({ model, contents })).rejects.toMatchObject({ status: 429 });
  });

  it("takes options behind the model's name", async () => {
    const answer = await client.models.generateContent({ model: `${model}@tokens=5`, contents: "Hi" });
    expect(answer.usageMetadata?.candidatesTokenCount).toBe(5);
  });
});

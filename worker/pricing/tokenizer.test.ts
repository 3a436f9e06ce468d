import { describe, expect, it } from "vitest";
import { exactInputTokens } from "./exact.ts";
import { countIsExactFor, countTokens, encodingFor } from "./tokenizer.ts";

describe("counting tokens", () => {
  it("gives OpenAI's own counts", async () => {
    expect(await countTokens("", "o200k_base")).toBe(0);
    expect(await countTokens("hello world", "cl100k_base")).toBe(2);
    expect(await countTokens("Say this is a test", "o200k_base")).toBe(5);
    expect(await countTokens("antidisestablishmentarianism", "cl100k_base")).toBe(6);
    expect(await countTokens("🙂 größer 日本語", "o200k_base")).toBe(4);
  });

  it("merges long pieces as it merges short ones", async () => {
    // 100 letters are one piece: 12 tokens of eight letters and one of four.
    expect(await countTokens("a".repeat(100), "cl100k_base")).toBe(13);
  });

  it("ends soon on a megabyte of one letter, and never counts too few", async () => {
    const started = performance.now();
    const count = await countTokens("a".repeat(1_000_000), "o200k_base");
    expect(count).toBeGreaterThanOrEqual(125_000);
    expect(count).toBeLessThanOrEqual(1_000_000);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it("takes special tokens of a text for text", async () => {
    expect(await countTokens("<|endoftext|>", "o200k_base")).toBeGreaterThan(1);
  });

  it("knows which models it can count for", () => {
    expect(encodingFor("gpt-4o-mini-2024-07-18")).toBe("o200k_base");
    expect(encodingFor("gpt-3.5-turbo")).toBe("cl100k_base");
    expect(encodingFor("claude-haiku-4-5")).toBeNull();
    expect(countIsExactFor("azure", "gpt-5-mini")).toBe(true);
    expect(countIsExactFor("openrouter", "openai/gpt-5-mini")).toBe(false);
    expect(countIsExactFor("google", "gemini-2.5-pro")).toBe(false);
  });
});

describe("the counted input of a request", () => {
  const count = (body: unknown, kind = "chat") => exactInputTokens(body, kind, "o200k_base");
  const hello = { messages: [{ role: "user", content: "Say this is a test" }] };

  it("is its text and a little for each message", async () => {
    // OpenAI reports 12.
    expect(await count(hello)).toBe(14);
    expect(await count({ input: "Say this is a test" }, "embeddings")).toBe(6);
    expect(await count({ input: [[1, 2, 3], "Say this is a test"] }, "embeddings")).toBe(10);
    expect(await count({ prompt: "Say this is a test" }, "completions")).toBe(7);
    expect(await count({ input: "Say this is a test" }, "responses")).toBe(14);
  });

  it("grows with tools and forms", async () => {
    const tools = [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }];
    expect(await count({ ...hello, tools })).toBeGreaterThan(100);
    expect(await count({ ...hello, response_format: { type: "json_schema", json_schema: {} } })).toBeGreaterThan(40);
    expect(await count({ ...hello, response_format: { type: "text" } })).toBe(14);
  });

  it("is null where there is what nobody can count", async () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    expect(await count({ messages: [{ role: "user", content: [image] }] })).toBeNull();
    expect(await count({ messages: [{ role: "assistant", audio: { id: "audio_1" } }] })).toBeNull();
    expect(await count({ input: "hi", previous_response_id: "resp_1" }, "responses")).toBeNull();
    expect(await count({ input: [{ type: "reasoning", encrypted_content: "…" }] }, "responses")).toBeNull();
    expect(await count({ ...hello, tools: [{ type: "web_search" }] })).toBeNull();
    expect(await count(null)).toBeNull();
    expect(await count(hello, "messages")).toBeNull();
  });
});

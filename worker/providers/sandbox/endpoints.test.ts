import { describe, expect, it } from "vitest";
import { callSandbox, chatBody, eventsOf, jsonOf } from "./testing.ts";
import { countTokens } from "./tokenizer.ts";

interface Embedded<T> {
  data: [{ embedding: T }, { embedding: T }, { embedding: T }];
  usage: object;
}
interface CohereJson {
  message: { content: [{ text: string }] };
  usage: { billed_units: { output_tokens: number } };
}

describe("the other endpoints", () => {
  it("embed the same text as the same unit vector", async () => {
    const call = { path: "/v1/embeddings" };
    const body = { model: "text-embedding-3-small", input: ["a b", "c", "a b"], dimensions: 64 };
    const { data, usage } = await jsonOf<Embedded<number[]>>(callSandbox(body, call));
    const length = Math.hypot(...data[0].embedding);
    expect(Math.abs(length - 1)).toBeLessThan(1e-5);
    expect(data[0].embedding).toEqual(data[2].embedding);
    expect(data[0].embedding).not.toEqual(data[1].embedding);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    const base64 = await jsonOf<Embedded<string>>(callSandbox({ ...body, encoding_format: "base64" }, call));
    const bytes = Uint8Array.from(atob(base64.data[0].embedding), (char) => char.charCodeAt(0));
    expect([...new Float32Array(bytes.buffer)]).toEqual(data[0].embedding);
  });

  it("complete a legacy prompt in 16 tokens, if nothing else is said", async () => {
    const answer = await jsonOf(
      callSandbox({ model: "gpt-3.5-turbo-instruct", prompt: "Say hi" }, { path: "/v1/completions" }),
    );
    expect(answer).toMatchObject({
      object: "text_completion",
      choices: [{ finish_reason: "length" }],
      usage: { prompt_tokens: 2, completion_tokens: 16 },
    });
  });

  it("hear a recording, by the second or by the token", async () => {
    const hear = async (model: string) => {
      const form = new FormData();
      form.set("model", model);
      form.set("file", new File([new Uint8Array(64_000)], "a.wav", { type: "audio/wav" }));
      const request = new Request("https://x.invalid", { method: "POST", body: form });
      const headers = { "content-type": request.headers.get("content-type") ?? "" };
      const path = "/v1/audio/transcriptions";
      return jsonOf<{ usage: object }>(callSandbox(new Uint8Array(await request.arrayBuffer()), { path, headers }));
    };
    expect((await hear("whisper-1")).usage).toEqual({ type: "duration", seconds: 2 });
    expect((await hear("gpt-4o-transcribe")).usage).toMatchObject({ type: "tokens", input_tokens: 20 });
  });

  it("speak, paint and moderate", async () => {
    const spoken = await callSandbox(
      { model: "tts-1", input: "Hi", response_format: "wav" },
      { path: "/v1/audio/speech" },
    );
    expect(spoken.headers.get("content-type")).toBe("audio/wav");
    expect(new TextDecoder().decode((await spoken.arrayBuffer()).slice(0, 4))).toBe("RIFF");
    const painted = await jsonOf<{ usage: object }>(
      callSandbox({ model: "gpt-image-1", prompt: "A cat", quality: "low" }, { path: "/v1/images/generations" }),
    );
    expect(painted.usage).toMatchObject({ input_tokens: 2, output_tokens: 272, total_tokens: 274 });
    const judged = await jsonOf<{ results: { flagged: boolean }[] }>(
      callSandbox({ input: ["a", "b"] }, { path: "/v1/moderations" }),
    );
    expect(judged.results.map((result) => result.flagged)).toEqual([false, false]);
  });

  it("chat and embed as Cohere does", async () => {
    const call = { provider: "cohere", path: "/v2/chat" };
    const whole = await jsonOf<CohereJson>(callSandbox(chatBody("Hello"), call));
    const text = await (await callSandbox(chatBody("Hello", { stream: true }), call)).text();
    const events = eventsOf(text);
    expect(events.at(-1)).toMatchObject({
      type: "message-end",
      delta: { finish_reason: "COMPLETE", usage: whole.usage },
    });
    expect(whole.usage.billed_units.output_tokens).toBe(countTokens(whole.message.content[0].text));
  });
});

describe("a request that is none", () => {
  it.each([
    ["openai", "/v2/chat/completions", 404],
    ["openai", "/v1/messages", 404],
    ["anthropic", "/v1/complete", 404],
    ["google", "/v1beta/models/gemini-3-flash:sing", 404],
    ["bedrock", "/model/x/converse", 404],
  ])("is %s's own 404 at %s", async (provider, path, status) => {
    const answer = await callSandbox({}, { provider, path });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/json");
    await answer.text();
  });

  it.each([
    ["openai", "/v1/chat/completions", "not json"],
    ["openai", "/v1/chat/completions", "[1]"],
    ["openai", "/v1/chat/completions", {}],
    ["openai", "/v1/chat/completions", { model: "gpt-5" }],
    ["openai", "/v1/chat/completions", { model: "gpt-5", messages: [] }],
    ["openai", "/v1/chat/completions", { model: 5, messages: "x" }],
    ["openai", "/v1/responses", { model: "gpt-5" }],
    ["openai", "/v1/embeddings", { model: "x", input: [] }],
    ["openai", "/v1/files", "no form"],
    ["anthropic", "/v1/messages", { model: "claude-haiku-4-5", max_tokens: 5, messages: [] }],
    ["google", "/v1beta/models/gemini-3-flash:generateContent", {}],
    ["cohere", "/v2/chat", {}],
  ])("is %s's own 400 at %s for %j", async (provider, path, body) => {
    const answer = await callSandbox(body, { provider, path });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/error|message/);
  });
});

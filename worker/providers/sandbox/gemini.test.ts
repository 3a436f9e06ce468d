import { describe, expect, it } from "vitest";
import { callSandbox, eventsOf, type GeminiJson, jsonOf } from "./testing.ts";

describe("an answer of Gemini's", () => {
  const at = (method: string) => ({ provider: "google", path: `/v1beta/models/gemini-3-flash:${method}` });
  const body = (text: string, more: Record<string, unknown> = {}) => ({
    contents: [{ role: "user", parts: [{ text }] }],
    ...more,
  });

  it("streams as events with CRLF, or as a JSON array", async () => {
    const whole = await jsonOf<GeminiJson>(callSandbox(body("Hello"), at("generateContent")));
    const text = await (await callSandbox(body("Hello"), at("streamGenerateContent?alt=sse"))).text();
    expect(text).toMatch(/^data: {"candidates": \[{"content": {"parts": \[{"text": "Hello/);
    expect(text.endsWith("}\r\n\r\n")).toBe(true);
    const array = await jsonOf<GeminiJson[]>(callSandbox(body("Hello"), at("streamGenerateContent")));
    for (const chunks of [eventsOf<GeminiJson>(text), array]) {
      expect(chunks.map((chunk) => chunk.candidates[0].content.parts[0].text).join("")).toBe(
        whole.candidates[0].content.parts[0].text,
      );
      expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata);
      expect(chunks.at(-1)?.candidates[0].finishReason).toBe("STOP");
    }
  });

  it("counts thoughts apart from candidates, and all in the total", async () => {
    const generationConfig = { thinkingConfig: { includeThoughts: true }, maxOutputTokens: 30 };
    const answer = await jsonOf<GeminiJson>(callSandbox(body("Hello", { generationConfig }), at("generateContent")));
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = answer.usageMetadata;
    expect(thoughtsTokenCount + candidatesTokenCount).toBe(30);
    expect(totalTokenCount).toBe(promptTokenCount + 30);
    expect(answer.candidates[0].finishReason).toBe("MAX_TOKENS");
    expect(answer.candidates[0].content.parts[0].thought).toBe(true);
  });

  it("calls functions, counts tokens and embeds", async () => {
    const tools = [{ functionDeclarations: [{ name: "get_weather", parameters: { type: "OBJECT", properties: {} } }] }];
    const called = await jsonOf<GeminiJson>(callSandbox(body("weather", { tools }), at("generateContent")));
    expect(called.candidates[0].content.parts).toEqual([{ functionCall: { name: "get_weather", args: {} } }]);
    expect((await jsonOf<{ totalTokens: number }>(callSandbox(body("Hello"), at("countTokens")))).totalTokens).toBe(7);
    const request = { content: { parts: [{ text: "a" }] }, outputDimensionality: 8 };
    const batch = await jsonOf<{ embeddings: { values: number[] }[] }>(
      callSandbox({ requests: [request, request] }, at("batchEmbedContents")),
    );
    expect(batch.embeddings.map((one) => one.values.length)).toEqual([8, 8]);
  });

  it("takes options in the path's model name, escaped or not", async () => {
    for (const model of ["gemini-3-flash@tokens=5", "gemini-3-flash%40tokens%3D5"]) {
      const path = `/v1beta/models/${model}:generateContent`;
      const answer = await jsonOf<GeminiJson>(callSandbox(body("Hi"), { provider: "google", path }));
      expect(answer).toMatchObject({ modelVersion: "gemini-3-flash", usageMetadata: { candidatesTokenCount: 5 } });
    }
  });
});

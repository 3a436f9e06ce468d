import { describe, expect, it } from "vitest";
import { callSandbox, chatBody, eventsOf } from "./testing.ts";

const streamed = (text: string) => callSandbox(chatBody(text, { stream: true }));

describe("a failure before the answer", () => {
  it.each([
    ["openai", "/v1/chat/completions", 429, { error: { code: "rate_limit_exceeded" } }],
    ["anthropic", "/v1/messages", 429, { type: "error", error: { type: "rate_limit_error" } }],
    ["anthropic", "/v1/messages", 529, { type: "error", error: { type: "overloaded_error" } }],
    ["mistral", "/v1/chat/completions", 401, { detail: expect.any(String) }],
    ["xai", "/v1/chat/completions", 500, { code: "server_error", error: expect.any(String) }],
    ["openrouter", "/api/v1/chat/completions", 503, { error: { code: 503 } }],
    ["cohere", "/v2/chat", 500, { message: expect.any(String) }],
    ["azure", "/openai/deployments/gpt-5-mini/chat/completions", 401, { error: { code: "invalid_api_key" } }],
  ])("is %s's own at %s with %i", async (provider, path, status, shape) => {
    const answer = await callSandbox(chatBody(`[[sandbox: error=${status}]]`, { max_tokens: 9 }), { provider, path });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(shape);
  });

  it("tells when to come back, in a header, or in Gemini's details", async () => {
    const openai = await callSandbox(chatBody("[[sandbox: error=429 retry_after=2]]"));
    expect([openai.headers.get("retry-after"), openai.headers.get("retry-after-ms")]).toEqual(["2", "2000"]);
    const body = { contents: [{ parts: [{ text: "[[sandbox: error=429 retry_after=2]]" }] }] };
    const google = await callSandbox(body, {
      provider: "google",
      path: "/v1beta/models/gemini-3-flash:generateContent",
    });
    expect(google.headers.has("retry-after")).toBe(false);
    expect(await google.json()).toMatchObject({
      error: { code: 429, status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "2s" }] },
    });
  });

  it("is a connection that fails, for a reset", async () => {
    await expect(callSandbox(chatBody("[[sandbox: reset]]"))).rejects.toThrow(TypeError);
  });

  it("happens to the provider alone that it is meant for", async () => {
    const text = "[[sandbox: error=503 on=openai]]";
    expect((await callSandbox(chatBody(text))).status).toBe(503);
    const groq = await callSandbox(chatBody(text), { provider: "groq", path: "/openai/v1/chat/completions" });
    expect(groq.status).toBe(200);
    await groq.text();
  });

  it("is a bad request where an option is not known", async () => {
    const answer = await callSandbox(chatBody("[[sandbox: lattency=1]]"));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("no such option: lattency=1");
  });
});

describe("a failure inside a stream", () => {
  it("cuts it off without its terminator", async () => {
    const text = await (await streamed("[[sandbox: cut=3]]")).text();
    expect(eventsOf(text)).toHaveLength(3);
    expect(text).not.toContain("[DONE]");
  });

  it("breaks the connection after what was sent has arrived", async () => {
    const reader = (await streamed("[[sandbox: abort=2]]")).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    expect((await reader?.read())?.done).toBe(false);
    await expect(reader?.read()).rejects.toThrow();
  });

  it("garbles one event and leaves the others whole", async () => {
    const text = await (await streamed("[[sandbox: malformed=2]]")).text();
    const data = text.split("\n\n").filter((event) => event !== "");
    expect(() => JSON.parse(data[1]?.slice(6) ?? "")).toThrow();
    expect(() => JSON.parse(data[2]?.slice(6) ?? "")).not.toThrow();
    expect(data.at(-1)).toBe("data: [DONE]");
  });

  it("is an error event where the error comes later", async () => {
    const text = await (await streamed("[[sandbox: error=overloaded after=2]]")).text();
    expect(eventsOf(text)).toHaveLength(3);
    expect(eventsOf(text).at(-1)).toMatchObject({ error: { code: "server_overloaded" } });

    const body = chatBody("[[sandbox: error=overloaded after=2]]", { stream: true, max_tokens: 50 });
    const messages = await callSandbox(body, { provider: "anthropic", path: "/v1/messages" });
    expect(await messages.text()).toMatch(/event: error\ndata: {"type":"error","error":{"type":"overloaded_error"/);

    const input = { model: "gpt-5", input: "[[sandbox: error=500 after=3]]", stream: true };
    const responses = await (await callSandbox(input, { path: "/v1/responses" })).text();
    expect(eventsOf(responses).at(-1)).toMatchObject({ type: "response.failed", response: { status: "failed" } });
  });

  it("stalls until the client gives up", async () => {
    const client = new AbortController();
    const body = chatBody("[[sandbox: stall=1]]", { stream: true });
    const reader = (await callSandbox(body, { signal: client.signal })).body?.getReader();
    await reader?.read();
    const next = reader?.read();
    const winner = await Promise.race([next, new Promise((resolve) => setTimeout(() => resolve("nothing"), 50))]);
    expect(winner).toBe("nothing");
    client.abort(new Error("gone"));
    await expect(next).rejects.toThrow("gone");
  });

  it("cuts an answer that is not streamed in the middle", async () => {
    const text = await (await callSandbox(chatBody("[[sandbox: cut]]"))).text();
    expect(text).toContain("chat.completion");
    expect(() => JSON.parse(text)).toThrow();
  });
});

describe("the pace of an answer", () => {
  it("waits before the headers and between events", async () => {
    const start = Date.now();
    const answer = await streamed("[[sandbox: latency=60ms chunk_delay=10ms chunks=4]]");
    expect(Date.now() - start).toBeGreaterThanOrEqual(50);
    await answer.text();
    expect(Date.now() - start).toBeGreaterThanOrEqual(100);
  });

  it("ends with the signal while it waits for the headers", async () => {
    const client = new AbortController();
    const answer = callSandbox(chatBody("[[sandbox: latency=1m]]".replace("1m", "60s")), { signal: client.signal });
    setTimeout(() => client.abort(new Error("gone")), 10);
    await expect(answer).rejects.toThrow("gone");
  });

  it("ends with the signal between two events", async () => {
    const client = new AbortController();
    const body = chatBody("[[sandbox: chunk_delay=60s]]", { stream: true });
    const reader = (await callSandbox(body, { signal: client.signal })).body?.getReader();
    await reader?.read();
    setTimeout(() => client.abort(new Error("gone")), 10);
    await expect(reader?.read()).rejects.toThrow("gone");
  });
});

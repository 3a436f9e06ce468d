import { describe, expect, it } from "vitest";
import { callSandbox, chatBody, eventsOf } from "./testing.ts";
import { countTokens } from "./tokenizer.ts";

const json = async (answer: Response | Promise<Response>): Promise<any> => (await answer).json();
const CHAT_PATHS: [string, string][] = [
  ["openai", "/v1/chat/completions"],
  ["azure", "/openai/deployments/gpt-5-mini/chat/completions?api-version=2024-10-21"],
  ["groq", "/openai/v1/chat/completions"],
  ["mistral", "/v1/chat/completions"],
  ["xai", "/v1/chat/completions"],
  ["deepseek", "/chat/completions"],
  ["openrouter", "/api/v1/chat/completions"],
  ["together", "/v1/chat/completions"],
  ["fireworks", "/inference/v1/chat/completions"],
  ["perplexity", "/chat/completions"],
  ["cerebras", "/v1/chat/completions"],
  ["google", "/v1beta/openai/chat/completions"],
  ["my-own-server", "/anything/v1/chat/completions"],
];

describe("a chat completion", () => {
  it("is the same for the same request, bytes and headers", async () => {
    const [one, two] = await Promise.all([callSandbox(chatBody("Hi")), callSandbox(chatBody("Hi"))]);
    expect(await one.text()).toBe(await two.text());
    expect([...one.headers]).toEqual([...two.headers]);
    expect(await (await callSandbox(chatBody("Ho"))).text()).not.toContain('"Hi"');
  });

  it("reports the tokens of the text that it says, whatever is asked", async () => {
    for (const more of [{}, { max_tokens: 7 }, { n: 3 }, { stop: "sandbox" }, { max_completion_tokens: 1 }]) {
      const { choices, usage } = await json(callSandbox(chatBody("Hello there, what is new?", more)));
      const said = choices.reduce((sum: number, choice: any) => sum + countTokens(choice.message.content), 0);
      expect(usage.completion_tokens).toBe(said);
      expect(usage.total_tokens).toBe(usage.prompt_tokens + said);
    }
  });

  it("is as long as it was told, never longer than the cap, and says why it ended", async () => {
    const long = await json(callSandbox(chatBody("[[sandbox: tokens=200]]")));
    expect(long.usage.completion_tokens).toBe(200);
    expect(long.choices[0].finish_reason).toBe("stop");
    const capped = await json(
      callSandbox(chatBody("[[sandbox: tokens=200 reasoning=50]]", { max_completion_tokens: 60 })),
    );
    expect(capped.usage.completion_tokens).toBe(60);
    expect(capped.usage.completion_tokens_details.reasoning_tokens).toBe(50);
    expect(capped.choices[0].finish_reason).toBe("length");
    const stopped = await json(callSandbox(chatBody("Hi", { stop: ["sandbox"] })));
    expect(stopped.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "Hello from the meterr " } });
  });

  it("does not exhaust the memory, however much is asked for", async () => {
    const body = chatBody("[[sandbox: tokens=1000000 reasoning=1000000]]", { n: 128 });
    const { usage } = await json(callSandbox(body));
    expect(usage.completion_tokens).toBeLessThanOrEqual(128_000);
  });

  it("never bills more input than the body has bytes", async () => {
    const body = chatBody(".", { messages: Array(50).fill({ role: "user", content: [{ type: "image_url" }] }) });
    const { usage } = await json(callSandbox(body));
    expect(usage.prompt_tokens).toBe(JSON.stringify(body).length);
  });

  it("reports the kinds of usage that it was told, as parts of the whole", async () => {
    const { usage } = await json(callSandbox(chatBody("One two three four [[sandbox: cached=5 audio_in=2]]")));
    expect(usage.prompt_tokens_details).toEqual({ cached_tokens: 5, audio_tokens: 2 });
    const over = await json(callSandbox(chatBody("[[sandbox: cached=5000]]")));
    expect(over.usage.prompt_tokens_details.cached_tokens).toBe(over.usage.prompt_tokens);
    expect((await json(callSandbox(chatBody("[[sandbox: input=5000]]")))).usage.prompt_tokens).toBe(5000);
    expect((await json(callSandbox(chatBody("[[sandbox: usage=none]]")))).usage).toBeUndefined();
  });

  it("names the model that serves, without the options", async () => {
    const answer = await json(callSandbox(chatBody("Hi", { model: "gpt-5-mini@tokens=5" })));
    expect(answer.model).toBe("gpt-5-mini-2025-08-07");
    expect(answer.usage.completion_tokens).toBe(5);
  });

  it.each(CHAT_PATHS)("streams the text of the whole answer for %s", async (provider, path) => {
    const call = { provider, path };
    const whole = await json(callSandbox(chatBody("Hello there"), call));
    const stream = await callSandbox(
      chatBody("Hello there", { stream: true, stream_options: { include_usage: true } }),
      call,
    );
    const text = await stream.text();
    const events = eventsOf(text) as any[];
    const said = events.map((event) => event.choices[0]?.delta?.content ?? "").join("");
    expect(said).toBe(whole.choices[0].message.content);
    expect(events.findLast((event) => event.usage)?.usage).toEqual(whole.usage);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("reports usage in a stream only if asked, as OpenAI does, or always, as Groq does", async () => {
    const openai = eventsOf(await (await callSandbox(chatBody("Hi", { stream: true }))).text());
    expect(openai.some((event) => "usage" in event)).toBe(false);
    const call = { provider: "groq", path: "/openai/v1/chat/completions" };
    const groq = eventsOf(await (await callSandbox(chatBody("Hi", { stream: true }), call)).text()) as any[];
    expect(groq.filter((event) => event.usage)).toHaveLength(1);
    expect(groq.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }], usage: { prompt_tokens: 7 } });
  });

  it("streams into as many chunks as it was told", async () => {
    const text = await (await callSandbox(chatBody("[[sandbox: chunks=200]]", { stream: true }))).text();
    const deltas = (eventsOf(text) as any[]).filter((event) => event.choices[0]?.delta.content);
    expect(deltas).toHaveLength(200);
  });
});

describe("tools and structured answers", () => {
  const tool = (name: string) => ({
    type: "function",
    function: { name, parameters: { type: "object", properties: { city: { type: "string" } } } },
  });
  const tools = [tool("get_weather"), tool("send_mail")];
  const callsOf = async (text: string, more: Record<string, unknown>) => {
    const { choices, usage } = await json(callSandbox(chatBody(text, { tools, ...more })));
    const called = choices[0].message.tool_calls?.[0]?.function;
    if (called) {
      expect(choices[0].finish_reason).toBe("tool_calls");
      expect(usage.completion_tokens).toBe(countTokens(called.name) + countTokens(called.arguments));
    }
    return called;
  };

  it("calls the tool that the user speaks of, with what it is about", async () => {
    expect(await callsOf("How is the weather in New Delhi?", {})).toEqual({
      name: "get_weather",
      arguments: '{"city":"New Delhi"}',
    });
    expect(await callsOf("Hello", {})).toBeUndefined();
    expect((await callsOf("Hello", { tools: [tool("send_mail")] })).name).toBe("send_mail");
  });

  it("obeys the tool choice and the marker", async () => {
    expect(await callsOf("weather", { tool_choice: "none" })).toBeUndefined();
    expect((await callsOf("Hello", { tool_choice: "required" })).name).toBe("get_weather");
    const named = { type: "function", function: { name: "send_mail" } };
    expect((await callsOf("weather", { tool_choice: named })).name).toBe("send_mail");
    expect((await callsOf("[[sandbox: tool=send_mail]]", {})).name).toBe("send_mail");
    expect(await callsOf("weather [[sandbox: tool=none]]", {})).toBeUndefined();
  });

  it("answers in words once the tool has answered", async () => {
    const messages = [
      { role: "user", content: "weather in Oslo?" },
      { role: "tool", tool_call_id: "call_1", content: "12 degrees" },
    ];
    const { choices } = await json(callSandbox(chatBody("", { tools, messages })));
    expect(choices[0].message.content).toContain('The tool answered: "12 degrees"');
  });

  it("does not begin a call that does not fit the cap", async () => {
    const { choices } = await json(callSandbox(chatBody("weather", { tools, max_tokens: 2 })));
    expect(choices[0]).toMatchObject({ finish_reason: "length", message: { content: "Hello from" } });
  });

  it("fills the schema that it is given", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const format = { type: "json_schema", json_schema: { name: "x", schema } };
    const { choices } = await json(callSandbox(chatBody("Hi", { response_format: format })));
    expect(JSON.parse(choices[0].message.content)).toEqual({ n: 1 });
  });
});

describe("a message of Anthropic's", () => {
  const call = { provider: "anthropic", path: "/v1/messages" };
  const body = (more: Record<string, unknown> = {}) => ({
    ...chatBody("Hello", { max_tokens: 500 }),
    model: "claude-haiku-4-5",
    ...more,
  });

  it("streams the events in order, with the input first and the cumulative output last", async () => {
    const whole = await json(callSandbox(body(), call));
    const text = await (await callSandbox(body({ stream: true }), call)).text();
    const events = eventsOf(text) as any[];
    const types = [...new Set(events.map((event) => event.type))];
    expect(types).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(events[0].message.usage).toMatchObject({ input_tokens: whole.usage.input_tokens, output_tokens: 1 });
    expect(events.at(-2).usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(events.map((event) => event.delta?.text ?? "").join("")).toBe(whole.content[0].text);
    for (const event of text.trim().split("\n\n")) expect(event).toMatch(/^event: (\w+)\ndata: {"type": ?"\1"/);
  });

  it("writes a marked prefix to the cache, and reads it when the conversation goes on", async () => {
    const system = [{ type: "text", text: "You are kind. ".repeat(20), cache_control: { type: "ephemeral" } }];
    const first = (await json(callSandbox(body({ system }), call))).usage;
    expect(first.cache_creation_input_tokens).toBeGreaterThan(50);
    expect(first.cache_creation.ephemeral_5m_input_tokens).toBe(first.cache_creation_input_tokens);
    const messages = [
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Hi" },
      { role: "user", content: "Bye" },
    ];
    const second = (await json(callSandbox(body({ system, messages }), call))).usage;
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBe(0);
    expect(second.input_tokens).toBeGreaterThan(0);
  });

  it("thinks if asked to, calls tools, stops at a sequence and at the cap", async () => {
    const thinking = await json(callSandbox(body({ thinking: { type: "enabled", budget_tokens: 1024 } }), call));
    expect(thinking.content.map((block: any) => block.type)).toEqual(["thinking", "text"]);
    const tools = [{ name: "get_weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];
    const tool = await json(callSandbox(body({ tools }), call));
    expect(tool).toMatchObject({
      stop_reason: "tool_use",
      content: [{ type: "tool_use", input: { city: "sandbox" } }],
    });
    const stopped = await json(callSandbox(body({ stop_sequences: ["meterr"] }), call));
    expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "meterr" });
    const capped = await json(callSandbox(body({ max_tokens: 3 }), call));
    expect(capped).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 3 } });
  });

  it("needs a cap, but not to count tokens", async () => {
    const answer = await callSandbox(body({ max_tokens: undefined }), call);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("max_tokens: Field required");
    const counted = await json(
      callSandbox(body({ max_tokens: undefined }), { ...call, path: "/v1/messages/count_tokens" }),
    );
    expect(counted.input_tokens).toBe((await json(callSandbox(body(), call))).usage.input_tokens);
  });
});

describe("an answer of Gemini's", () => {
  const at = (method: string) => ({ provider: "google", path: `/v1beta/models/gemini-3-flash:${method}` });
  const body = (text: string, more: Record<string, unknown> = {}) => ({
    contents: [{ role: "user", parts: [{ text }] }],
    ...more,
  });

  it("streams as events with CRLF, or as a JSON array", async () => {
    const whole = await json(callSandbox(body("Hello"), at("generateContent")));
    const text = await (await callSandbox(body("Hello"), at("streamGenerateContent?alt=sse"))).text();
    expect(text).toMatch(/^data: {"candidates": \[{"content": {"parts": \[{"text": "Hello/);
    expect(text.endsWith("}\r\n\r\n")).toBe(true);
    const array = (await json(callSandbox(body("Hello"), at("streamGenerateContent")))) as any[];
    for (const chunks of [eventsOf(text) as any[], array]) {
      expect(chunks.map((chunk) => chunk.candidates[0].content.parts[0].text).join("")).toBe(
        whole.candidates[0].content.parts[0].text,
      );
      expect(chunks.at(-1).usageMetadata).toEqual(whole.usageMetadata);
      expect(chunks.at(-1).candidates[0].finishReason).toBe("STOP");
    }
  });

  it("counts thoughts apart from candidates, and all in the total", async () => {
    const generationConfig = { thinkingConfig: { includeThoughts: true }, maxOutputTokens: 30 };
    const answer = await json(callSandbox(body("Hello", { generationConfig }), at("generateContent")));
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = answer.usageMetadata;
    expect(thoughtsTokenCount + candidatesTokenCount).toBe(30);
    expect(totalTokenCount).toBe(promptTokenCount + 30);
    expect(answer.candidates[0].finishReason).toBe("MAX_TOKENS");
    expect(answer.candidates[0].content.parts[0].thought).toBe(true);
  });

  it("calls functions, counts tokens and embeds", async () => {
    const tools = [{ functionDeclarations: [{ name: "get_weather", parameters: { type: "OBJECT", properties: {} } }] }];
    const called = await json(callSandbox(body("weather", { tools }), at("generateContent")));
    expect(called.candidates[0].content.parts).toEqual([{ functionCall: { name: "get_weather", args: {} } }]);
    expect((await json(callSandbox(body("Hello"), at("countTokens")))).totalTokens).toBe(7);
    const request = { content: { parts: [{ text: "a" }] }, outputDimensionality: 8 };
    const batch = await json(callSandbox({ requests: [request, request] }, at("batchEmbedContents")));
    expect(batch.embeddings.map((one: any) => one.values.length)).toEqual([8, 8]);
  });

  it("takes options in the path's model name, escaped or not", async () => {
    for (const model of ["gemini-3-flash@tokens=5", "gemini-3-flash%40tokens%3D5"]) {
      const path = `/v1beta/models/${model}:generateContent`;
      const answer = await json(callSandbox(body("Hi"), { provider: "google", path }));
      expect(answer).toMatchObject({ modelVersion: "gemini-3-flash", usageMetadata: { candidatesTokenCount: 5 } });
    }
  });
});

describe("a response of OpenAI's", () => {
  const call = { path: "/v1/responses" };

  it("streams numbered events that add up to the whole", async () => {
    const whole = await json(callSandbox({ model: "gpt-5-mini", input: "Hello" }, call));
    const text = await (await callSandbox({ model: "gpt-5-mini", input: "Hello", stream: true }, call)).text();
    const events = eventsOf(text) as any[];
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.map((event) => event.type).filter((type) => type !== "response.output_text.delta")).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(events.at(-1).response.usage).toEqual(whole.usage);
    expect(events.at(-1).response.output[0].content[0].text).toBe(whole.output[0].content[0].text);
    expect(whole.usage.output_tokens).toBe(countTokens(whole.output[0].content[0].text));
  });

  it("is incomplete at the cap, queued in the background, and calls functions", async () => {
    const capped = await json(callSandbox({ model: "gpt-5-mini", input: "Hi", max_output_tokens: 16 }, call));
    expect(capped).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    const queued = await json(callSandbox({ model: "gpt-5-mini", input: "Hi", background: true }, call));
    expect(queued).toMatchObject({ status: "queued", usage: null });
    const tools = [{ type: "function", name: "get_weather", parameters: {} }];
    const called = await json(callSandbox({ model: "gpt-5-mini", input: "Hi", tools }, call));
    expect(called.output[0]).toMatchObject({ type: "function_call", name: "get_weather" });
  });
});

describe("the other endpoints", () => {
  it("embed the same text as the same unit vector", async () => {
    const call = { path: "/v1/embeddings" };
    const body = { model: "text-embedding-3-small", input: ["a b", "c", "a b"], dimensions: 64 };
    const { data, usage } = await json(callSandbox(body, call));
    const length = Math.hypot(...data[0].embedding);
    expect(Math.abs(length - 1)).toBeLessThan(1e-5);
    expect(data[0].embedding).toEqual(data[2].embedding);
    expect(data[0].embedding).not.toEqual(data[1].embedding);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    const base64 = await json(callSandbox({ ...body, encoding_format: "base64" }, call));
    const bytes = Uint8Array.from(atob(base64.data[0].embedding), (char) => char.charCodeAt(0));
    expect([...new Float32Array(bytes.buffer)]).toEqual(data[0].embedding);
  });

  it("complete a legacy prompt in 16 tokens, if nothing else is said", async () => {
    const answer = await json(
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
      return json(callSandbox(new Uint8Array(await request.arrayBuffer()), { path, headers }));
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
    const painted = await json(
      callSandbox({ model: "gpt-image-1", prompt: "A cat", quality: "low" }, { path: "/v1/images/generations" }),
    );
    expect(painted.usage).toMatchObject({ input_tokens: 2, output_tokens: 272, total_tokens: 274 });
    const judged = await json(callSandbox({ input: ["a", "b"] }, { path: "/v1/moderations" }));
    expect(judged.results.map((result: any) => result.flagged)).toEqual([false, false]);
  });

  it("chat and embed as Cohere does", async () => {
    const call = { provider: "cohere", path: "/v2/chat" };
    const whole = await json(callSandbox(chatBody("Hello"), call));
    const text = await (await callSandbox(chatBody("Hello", { stream: true }), call)).text();
    const events = eventsOf(text) as any[];
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

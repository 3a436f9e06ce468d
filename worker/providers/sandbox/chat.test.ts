import { describe, expect, it } from "vitest";
import { type ChatChunk, type ChatJson, callSandbox, chatBody, eventsOf, jsonOf } from "./testing.ts";
import { countTokens } from "./tokenizer.ts";

const CHAT_PATHS: [string, string][] = [
  ["openai", "/v1/chat/completions"],
  ["azure", "/openai/deployments/gpt-5-mini/chat/completions?api-version=2024-10-21"],
  ["azure", "/models/chat/completions?api-version=2024-05-01-preview"],
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
      const { choices, usage } = await jsonOf<ChatJson>(callSandbox(chatBody("Hello there, what is new?", more)));
      const said = choices.reduce((sum, choice) => sum + countTokens(choice.message.content), 0);
      expect(usage.completion_tokens).toBe(said);
      expect(usage.total_tokens).toBe(usage.prompt_tokens + said);
    }
  });

  it("is as long as it was told, never longer than the cap, and says why it ended", async () => {
    const long = await jsonOf<ChatJson>(callSandbox(chatBody("[[sandbox: tokens=200]]")));
    expect(long.usage.completion_tokens).toBe(200);
    expect(long.choices[0].finish_reason).toBe("stop");
    const capped = await jsonOf<ChatJson>(
      callSandbox(chatBody("[[sandbox: tokens=200 reasoning=50]]", { max_completion_tokens: 60 })),
    );
    expect(capped.usage.completion_tokens).toBe(60);
    expect(capped.usage.completion_tokens_details.reasoning_tokens).toBe(50);
    expect(capped.choices[0].finish_reason).toBe("length");
    const stopped = await jsonOf<ChatJson>(callSandbox(chatBody("Hi", { stop: ["sandbox"] })));
    expect(stopped.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "Hello from the meterr " } });
  });

  it("does not exhaust the memory, however much is asked for", async () => {
    const body = chatBody("[[sandbox: tokens=1000000 reasoning=1000000]]", { n: 128 });
    const { usage } = await jsonOf<ChatJson>(callSandbox(body));
    expect(usage.completion_tokens).toBeLessThanOrEqual(128_000);
  });

  it("never bills more input than the body has bytes", async () => {
    const body = chatBody(".", { messages: Array(50).fill({ role: "user", content: [{ type: "image_url" }] }) });
    const { usage } = await jsonOf<ChatJson>(callSandbox(body));
    expect(usage.prompt_tokens).toBe(JSON.stringify(body).length);
  });

  it("reports the kinds of usage that it was told, as parts of the whole", async () => {
    const { usage } = await jsonOf<ChatJson>(
      callSandbox(chatBody("One two three four [[sandbox: cached=5 audio_in=2]]")),
    );
    expect(usage.prompt_tokens_details).toEqual({ cached_tokens: 5, audio_tokens: 2 });
    const over = await jsonOf<ChatJson>(callSandbox(chatBody("[[sandbox: cached=5000]]")));
    expect(over.usage.prompt_tokens_details.cached_tokens).toBe(over.usage.prompt_tokens);
    expect((await jsonOf<ChatJson>(callSandbox(chatBody("[[sandbox: input=5000]]")))).usage.prompt_tokens).toBe(5000);
    expect((await jsonOf<ChatJson>(callSandbox(chatBody("[[sandbox: usage=none]]")))).usage).toBeUndefined();
  });

  it("names the model that serves, without the options", async () => {
    const answer = await jsonOf<ChatJson>(callSandbox(chatBody("Hi", { model: "gpt-5-mini@tokens=5" })));
    expect(answer.model).toBe("gpt-5-mini-2025-08-07");
    expect(answer.usage.completion_tokens).toBe(5);
  });

  it.each(CHAT_PATHS)("streams the text of the whole answer for %s", async (provider, path) => {
    const call = { provider, path };
    const whole = await jsonOf<ChatJson>(callSandbox(chatBody("Hello there"), call));
    const stream = await callSandbox(
      chatBody("Hello there", { stream: true, stream_options: { include_usage: true } }),
      call,
    );
    const text = await stream.text();
    const events = eventsOf<ChatChunk>(text);
    const said = events.map((event) => event.choices[0]?.delta?.content ?? "").join("");
    expect(said).toBe(whole.choices[0].message.content);
    expect(events.findLast((event) => event.usage)?.usage).toEqual(whole.usage);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("reports usage in a stream only if asked, as OpenAI does, or always, as Groq does", async () => {
    const openai = eventsOf(await (await callSandbox(chatBody("Hi", { stream: true }))).text());
    expect(openai.some((event) => "usage" in event)).toBe(false);
    const call = { provider: "groq", path: "/openai/v1/chat/completions" };
    const groq = eventsOf<ChatChunk>(await (await callSandbox(chatBody("Hi", { stream: true }), call)).text());
    expect(groq.filter((event) => event.usage)).toHaveLength(1);
    expect(groq.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }], usage: { prompt_tokens: 7 } });
  });

  it("streams into as many chunks as it was told", async () => {
    const text = await (await callSandbox(chatBody("[[sandbox: chunks=200]]", { stream: true }))).text();
    const deltas = eventsOf<ChatChunk>(text).filter((event) => event.choices[0]?.delta.content);
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
    const { choices, usage } = await jsonOf<ChatJson>(callSandbox(chatBody(text, { tools, ...more })));
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
    expect((await callsOf("Hello", { tools: [tool("send_mail")] }))?.name).toBe("send_mail");
  });

  it("obeys the tool choice and the marker", async () => {
    expect(await callsOf("weather", { tool_choice: "none" })).toBeUndefined();
    expect((await callsOf("Hello", { tool_choice: "required" }))?.name).toBe("get_weather");
    const named = { type: "function", function: { name: "send_mail" } };
    expect((await callsOf("weather", { tool_choice: named }))?.name).toBe("send_mail");
    expect((await callsOf("[[sandbox: tool=send_mail]]", {}))?.name).toBe("send_mail");
    expect(await callsOf("weather [[sandbox: tool=none]]", {})).toBeUndefined();
  });

  it("answers in words once the tool has answered", async () => {
    const messages = [
      { role: "user", content: "weather in Oslo?" },
      { role: "tool", tool_call_id: "call_1", content: "12 degrees" },
    ];
    const { choices } = await jsonOf<ChatJson>(callSandbox(chatBody("", { tools, messages })));
    expect(choices[0].message.content).toContain('The tool answered: "12 degrees"');
  });

  it("does not begin a call that does not fit the cap", async () => {
    const { choices } = await jsonOf<ChatJson>(callSandbox(chatBody("weather", { tools, max_tokens: 2 })));
    expect(choices[0]).toMatchObject({ finish_reason: "length", message: { content: "Hello from" } });
  });

  it("fills the schema that it is given", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const format = { type: "json_schema", json_schema: { name: "x", schema } };
    const { choices } = await jsonOf<ChatJson>(callSandbox(chatBody("Hi", { response_format: format })));
    expect(JSON.parse(choices[0].message.content)).toEqual({ n: 1 });
  });
});

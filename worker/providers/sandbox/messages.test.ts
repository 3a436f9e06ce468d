import { describe, expect, it } from "vitest";
import { callSandbox, chatBody, eventsOf, jsonOf, type MessageEvent, type MessageJson } from "./testing.ts";

describe("a message of Anthropic's", () => {
  const call = { provider: "anthropic", path: "/v1/messages" };
  const body = (more: Record<string, unknown> = {}) => ({
    ...chatBody("Hello", { max_tokens: 500 }),
    model: "claude-haiku-4-5",
    ...more,
  });

  it("streams the events in order, with the input first and the cumulative output last", async () => {
    const whole = await jsonOf<MessageJson>(callSandbox(body(), call));
    const text = await (await callSandbox(body({ stream: true }), call)).text();
    const events = eventsOf<MessageEvent>(text);
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
    expect(events[0]?.message?.usage).toMatchObject({ input_tokens: whole.usage.input_tokens, output_tokens: 1 });
    expect(events.at(-2)?.usage?.output_tokens).toBe(whole.usage.output_tokens);
    expect(events.map((event) => event.delta?.text ?? "").join("")).toBe(whole.content[0].text);
    for (const event of text.trim().split("\n\n")) expect(event).toMatch(/^event: (\w+)\ndata: {"type": ?"\1"/);
  });

  it("writes a marked prefix to the cache, and reads it when the conversation goes on", async () => {
    const system = [{ type: "text", text: "You are kind. ".repeat(20), cache_control: { type: "ephemeral" } }];
    const first = (await jsonOf<MessageJson>(callSandbox(body({ system }), call))).usage;
    expect(first.cache_creation_input_tokens).toBeGreaterThan(50);
    expect(first.cache_creation.ephemeral_5m_input_tokens).toBe(first.cache_creation_input_tokens);
    const messages = [
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Hi" },
      { role: "user", content: "Bye" },
    ];
    const second = (await jsonOf<MessageJson>(callSandbox(body({ system, messages }), call))).usage;
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBe(0);
    // What was read or written is left out of `input_tokens`; together they are the whole input.
    const path = "/v1/messages/count_tokens";
    const { input_tokens } = await jsonOf<{ input_tokens: number }>(
      callSandbox(body({ system, messages }), { ...call, path }),
    );
    expect(second.input_tokens + second.cache_read_input_tokens).toBe(input_tokens);
  });

  it("thinks if asked to, calls tools, stops at a sequence and at the cap", async () => {
    const thinking = await jsonOf<MessageJson>(
      callSandbox(body({ thinking: { type: "enabled", budget_tokens: 1024 } }), call),
    );
    expect(thinking.content.map((block) => block.type)).toEqual(["thinking", "text"]);
    const tools = [{ name: "get_weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];
    const tool = await jsonOf<MessageJson>(callSandbox(body({ tools }), call));
    expect(tool).toMatchObject({
      stop_reason: "tool_use",
      content: [{ type: "tool_use", input: { city: "sandbox" } }],
    });
    const stopped = await jsonOf<MessageJson>(callSandbox(body({ stop_sequences: ["meterr"] }), call));
    expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "meterr" });
    const capped = await jsonOf<MessageJson>(callSandbox(body({ max_tokens: 3 }), call));
    expect(capped).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 3 } });
  });

  it("needs a cap, but not to count tokens", async () => {
    const answer = await callSandbox(body({ max_tokens: undefined }), call);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("max_tokens: Field required");
    const counted = await jsonOf<{ input_tokens: number }>(
      callSandbox(body({ max_tokens: undefined }), { ...call, path: "/v1/messages/count_tokens" }),
    );
    expect(counted.input_tokens).toBe((await jsonOf<MessageJson>(callSandbox(body(), call))).usage.input_tokens);
  });
});

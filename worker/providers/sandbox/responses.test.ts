import { describe, expect, it } from "vitest";
import { callSandbox, eventsOf, jsonOf, type ResponseJson } from "./testing.ts";
import { countTokens } from "./tokenizer.ts";

describe("a response of OpenAI's", () => {
  const call = { path: "/v1/responses" };

  it("streams numbered events that add up to the whole", async () => {
    const whole = await jsonOf<ResponseJson>(callSandbox({ model: "gpt-5-mini", input: "Hello" }, call));
    const text = await (await callSandbox({ model: "gpt-5-mini", input: "Hello", stream: true }, call)).text();
    const events = eventsOf<{ type: string; sequence_number: number; response: ResponseJson }>(text);
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
    expect(events.at(-1)?.response.usage).toEqual(whole.usage);
    expect(events.at(-1)?.response.output[0].content[0].text).toBe(whole.output[0].content[0].text);
    expect(whole.usage.output_tokens).toBe(countTokens(whole.output[0].content[0].text));
  });

  it("is incomplete at the cap, queued in the background, and calls functions", async () => {
    const capped = await jsonOf<ResponseJson>(
      callSandbox({ model: "gpt-5-mini", input: "Hi", max_output_tokens: 16 }, call),
    );
    expect(capped).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    const queued = await jsonOf<ResponseJson>(
      callSandbox({ model: "gpt-5-mini", input: "Hi", background: true }, call),
    );
    expect(queued).toMatchObject({ status: "queued", usage: null });
    const tools = [{ type: "function", name: "get_weather", parameters: {} }];
    const called = await jsonOf<ResponseJson>(callSandbox({ model: "gpt-5-mini", input: "Hi", tools }, call));
    expect(called.output[0]).toMatchObject({ type: "function_call", name: "get_weather" });
  });
});

/** What a target cannot do, or nobody can read, is refused by its name or told as left out: nothing is lost without a word. */
import { expect, test } from "vitest";
import type { JsonObject } from "../worker/core/json.ts";
import { translate } from "../worker/translate/index.ts";
import type { Conversation, ProviderSide, Translated } from "../worker/translate/types.ts";
import { SDKS } from "./support/conversing.ts";
import { BASES } from "./support/documented.ts";
import { SIDES, through } from "./support/translated.ts";

/** `set` in a request of `client`'s, for `side`. */
function ask(client: Conversation, set: JsonObject, side: ProviderSide, onUnsupported: "refuse" | "drop" = "refuse") {
  return translate(
    { dialect: client, body: { ...BASES[client], ...set }, stream: false, asEvents: true },
    [side],
    onUnsupported,
  );
}

/** The field by which it is refused; null where it is not. */
async function refusalOf(...asked: Parameters<typeof ask>): Promise<unknown> {
  const made = await ask(...asked);
  return made.ok ? null : made.error.details?.field;
}

async function madeOf(...asked: Parameters<typeof ask>): Promise<Translated> {
  const made = await ask(...asked);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

const PARAMETERS = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
const CHAT_TOOL = { type: "function", function: { name: "f", parameters: PARAMETERS } };
const RESPONSES_TOOL = { type: "function", name: "f", parameters: PARAMETERS };
const MESSAGES_TOOL = { name: "f", input_schema: PARAMETERS };
const GEMINI_TOOL = { functionDeclarations: [{ name: "f", parametersJsonSchema: PARAMETERS }] };
const calling = (config: JsonObject) => ({ tools: [GEMINI_TOOL], toolConfig: { functionCallingConfig: config } });

test.each<[Conversation, JsonObject, string]>([
  ["chat", { tools: CHAT_TOOL }, "tools"],
  ["chat", { tools: "f" }, "tools"],
  ["chat", { tool_choice: "required" }, "tool_choice"],
  ["chat", { tools: [CHAT_TOOL], tool_choice: { type: "function", function: { name: "g" } } }, "tool_choice"],
  ["chat", { tools: [CHAT_TOOL], tool_choice: { type: "web_search" } }, "tool_choice"],
  ["chat", { tools: [CHAT_TOOL], parallel_tool_calls: "false" }, "parallel_tool_calls"],
  ["chat", { stop: [5] }, "stop"],
  ["chat", { stop: ["x", null] }, "stop"],
  ["chat", { response_format: "json_object" }, "response_format"],
  ["chat", { reasoning_effort: 3 }, "reasoning_effort"],
  ["chat", { messages: [{ role: "system", content: { type: "text", text: "x" } }] }, "messages[0].content"],
  ["chat", { messages: [{ role: "tool", tool_call_id: "c", content: { a: 1 } }] }, "messages[0].content"],
  ["responses", { tools: [RESPONSES_TOOL], tool_choice: { type: "web_search" } }, "tool_choice"],
  ["responses", { tools: [RESPONSES_TOOL], tool_choice: { type: "function", name: "g" } }, "tool_choice"],
  ["responses", { tools: RESPONSES_TOOL }, "tools"],
  ["responses", { reasoning: "high" }, "reasoning"],
  ["responses", { input: [{ type: "function_call_output", call_id: "c", output: { a: 1 } }] }, "input[0].output"],
  [
    "responses",
    { input: [{ type: "function_call_output", call_id: "c", output: [{ type: "x" }] }] },
    "input[0].output[0].type",
  ],
  ["messages", { system: { type: "text", text: "Be brief." } }, "system"],
  ["messages", { stop_sequences: [{}] }, "stop_sequences"],
  ["messages", { tools: MESSAGES_TOOL }, "tools"],
  ["messages", { tools: [MESSAGES_TOOL], tool_choice: { type: "some" } }, "tool_choice"],
  ["messages", { tools: [MESSAGES_TOOL], tool_choice: { type: "tool", name: "web_search" } }, "tool_choice"],
  ["messages", { thinking: "enabled" }, "thinking"],
  ["messages", { thinking: { type: "enabled", budget_tokens: "9" } }, "thinking.budget_tokens"],
  ["messages", { output_config: { format: { type: "grammar" } } }, "output_config.format.type"],
  [
    "messages",
    { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: { a: 1 } }] }] },
    "messages[0].content[0].content",
  ],
  ["gemini", { generationConfig: { responseSchema: { type: "OBJECT" } } }, "generationConfig.responseSchema"],
  ["gemini", { generationConfig: { responseJsonSchema: PARAMETERS } }, "generationConfig.responseJsonSchema"],
  [
    "gemini",
    { generationConfig: { responseMimeType: "application/json", responseJsonSchema: PARAMETERS, responseSchema: {} } },
    "generationConfig.responseSchema",
  ],
  ["gemini", { generationConfig: { stopSequences: [1] } }, "generationConfig.stopSequences"],
  [
    "gemini",
    { generationConfig: { thinkingConfig: { thinkingBudget: "9" } } },
    "generationConfig.thinkingConfig.thinkingBudget",
  ],
  ["gemini", { contents: [{ role: "system", parts: [{ text: "Hi" }] }] }, "contents[0].role"],
  ["gemini", { contents: [{ role: "user", parts: "Hi" }] }, "contents[0].parts"],
  ["gemini", { systemInstruction: 5 }, "systemInstruction"],
  ["gemini", { tools: ["f"] }, "tools[0]"],
  ["gemini", calling({ mode: "SOMETIMES" }), "toolConfig.functionCallingConfig.mode"],
  [
    "gemini",
    calling({ mode: "ANY", allowedFunctionNames: ["g"] }),
    "toolConfig.functionCallingConfig.allowedFunctionNames",
  ],
  ["gemini", calling({ allowedFunctionNames: ["f"] }), "toolConfig.functionCallingConfig.allowedFunctionNames"],
])("%s with %j is refused by %s", async (client, set, field) => {
  const side = SIDES[client === "messages" ? "chat" : "messages"];
  expect(await refusalOf(client, set, side)).toBe(field);
});

test("a tool that must be called, but is left out, is told with what demanded it", async () => {
  const tools = [RESPONSES_TOOL, { type: "web_search" }];
  const made = await madeOf("responses", { tools, tool_choice: { type: "web_search" } }, SIDES.messages, "drop");
  expect(made.translation.dropped).toEqual(["tools[1]", "tool_choice"]);
  expect(JSON.parse(made.body)).not.toHaveProperty("tool_choice");
});

test("that arguments are to be validated is told, since no other provider does so", async () => {
  const made = await madeOf("gemini", calling({ mode: "VALIDATED", allowedFunctionNames: ["f"] }), SIDES.chat);
  expect(made.translation.dropped).toEqual(["toolConfig.functionCallingConfig.mode"]);
  expect(JSON.parse(made.body)).not.toHaveProperty("tool_choice");
});

test("Google's lists of one may stand without brackets", async () => {
  const set = {
    contents: { role: "user", parts: { text: "Hi" } },
    systemInstruction: { parts: { text: "Be brief." } },
  };
  const made = await madeOf("gemini", { ...set, tools: GEMINI_TOOL }, SIDES.chat);
  expect(JSON.parse(made.body)).toMatchObject({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ],
    tools: [{ function: { name: "f" } }],
  });
});

test.each<[Conversation, JsonObject, ProviderSide, string]>([
  ["chat", { reasoning_effort: "none" }, { ...SIDES.gemini, model: "gemini-2.5-pro" }, "reasoning_effort"],
  ["chat", { reasoning_effort: "none" }, { ...SIDES.gemini, model: "gemini-3-pro-preview" }, "reasoning_effort"],
  ["chat", { reasoning_effort: "none" }, { ...SIDES.messages, model: "claude-fable-5" }, "reasoning_effort"],
  ["messages", { thinking: { type: "disabled" } }, { ...SIDES.gemini, model: "gemini-3-pro-preview" }, "thinking"],
  [
    "messages",
    { output_config: { effort: "max" } },
    { ...SIDES.responses, model: "gpt-5-mini" },
    "output_config.effort",
  ],
  [
    "chat",
    {
      tools: [
        { type: "function", function: { name: "f", parameters: { ...PARAMETERS, propertyNames: { pattern: "a" } } } },
      ],
    },
    SIDES.responses,
    "tools",
  ],
])("%s with %j is told where %o only comes near to it", async (client, set, side, field) => {
  expect((await madeOf(client, set, side)).translation.dropped).toEqual([field]);
});

const PDF = { type: "document", source: { type: "url", url: "https://x.example/a.pdf" } };
const AUDIO = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } };

test.each<[Conversation, JsonObject, Conversation, string]>([
  [
    "chat",
    { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }, AUDIO] }] },
    "messages",
    "messages[0].content[1].input_audio",
  ],
  ["messages", { messages: [{ role: "user", content: [PDF] }] }, "chat", "messages[0].content[0].source.url"],
  [
    "messages",
    { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [PDF] }] }] },
    "chat",
    "messages[0].content[0].content[0].source.url",
  ],
  [
    "responses",
    { input: [{ role: "user", content: [{ type: "input_file", file_url: "https://x.example/a.pdf" }] }] },
    "chat",
    "input[0].content[0].file_url",
  ],
  [
    "gemini",
    { contents: [{ parts: [{ text: "Hi" }, { inlineData: { mimeType: "video/mp4", data: "AAAA" } }] }] },
    "messages",
    "contents[0].parts[1].inlineData",
  ],
  [
    "gemini",
    { contents: [{ role: "model", parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }] },
    "responses",
    "contents[0].parts[0].inlineData",
  ],
])("what %s says by %j is refused by its path at a provider of %s", async (client, set, side, field) => {
  expect(await refusalOf(client, set, SIDES[side])).toBe(field);
});

const LONG = `mcp__${"a".repeat(70)}__search`;
const NAMES = [LONG, "files.read", "1st", "\u00fcber", "plain-name_1"];
/** An answer of each provider's that calls the first tool it was given. */
const CALLS: Readonly<Record<Conversation, (body: never) => [name: string, whole: object, stream: string]>> = {
  chat: ({ tools }: { tools: { function: { name: string } }[] }) => {
    const name = tools[0]?.function.name ?? "";
    const call = { index: 0, id: "123456789", type: "function", function: { name, arguments: "{}" } };
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    const message = { role: "assistant", content: null, tool_calls: [call] };
    const chunk = { id: "c", choices: [{ index: 0, delta: message, finish_reason: "tool_calls" }], usage };
    return [
      name,
      { id: "c", choices: [{ index: 0, message, finish_reason: "tool_calls" }], usage },
      `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`,
    ];
  },
  responses: ({ tools }: { tools: { name: string }[] }) => {
    const name = tools[0]?.name ?? "";
    const item = { type: "function_call", id: "fc_1", call_id: "call_1", name, arguments: "{}", status: "completed" };
    const usage = { input_tokens: 1, output_tokens: 1 };
    const response = { id: "r", created_at: 1, model: "m", output: [item], usage };
    const events = [
      { type: "response.created", response: { ...response, output: [] } },
      { type: "response.output_item.added", output_index: 0, item: { ...item, arguments: "" } },
      { type: "response.function_call_arguments.delta", item_id: "fc_1", output_index: 0, delta: "{}" },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response },
    ];
    return [name, response, events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")];
  },
  messages: ({ tools }: { tools: { name: string }[] }) => {
    const name = tools[0]?.name ?? "";
    const block = { type: "tool_use", id: "toolu_1", name, input: {} };
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = {
      type: "message",
      id: "m",
      role: "assistant",
      model: "m",
      content: [block],
      stop_reason: "tool_use",
      usage,
    };
    const events = [
      { type: "message_start", message: { ...message, content: [], stop_reason: null } },
      { type: "content_block_start", index: 0, content_block: block },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage },
      { type: "message_stop" },
    ];
    return [name, message, events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("")];
  },
  gemini: ({ tools }: { tools: { functionDeclarations: { name: string }[] }[] }) => {
    const name = tools[0]?.functionDeclarations[0]?.name ?? "";
    const content = { role: "model", parts: [{ functionCall: { name, args: {} } }] };
    const whole = {
      candidates: [{ content, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
    };
    return [name, whole, `data: ${JSON.stringify(whole)}\n\n`];
  },
};
const TAKEN: Readonly<Record<Conversation, RegExp>> = {
  chat: /^[\w-]{1,64}$/,
  responses: /^[\w-]{1,64}$/,
  messages: /^[\w-]{1,64}$/,
  gemini: /^[A-Za-z_][\w.:-]{0,63}$/,
};
const callingOf = (name: string): Readonly<Record<Conversation, JsonObject>> => ({
  chat: {
    tools: [{ type: "function", function: { name, parameters: PARAMETERS } }],
    tool_choice: { type: "function", function: { name } },
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", tool_calls: [{ id: "c1", type: "function", function: { name, arguments: '{"a":"1"}' } }] },
      { role: "tool", tool_call_id: "c1", content: "2" },
    ],
  },
  responses: {
    tools: [{ type: "custom", name }],
    tool_choice: { type: "custom", name },
    input: [
      { role: "user", content: "Hi" },
      { type: "custom_tool_call", call_id: "c1", name, input: "1" },
      { type: "custom_tool_call_output", call_id: "c1", output: "2" },
    ],
  },
  messages: {
    tools: [{ name, input_schema: PARAMETERS }],
    tool_choice: { type: "tool", name },
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: [{ type: "tool_use", id: "c1", name, input: { a: "1" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "2" }] },
    ],
  },
  gemini: {
    tools: [{ functionDeclarations: [{ name, parametersJsonSchema: PARAMETERS }] }],
    contents: [
      { role: "user", parts: [{ text: "Hi" }] },
      { role: "model", parts: [{ functionCall: { name, args: { a: "1" } } }] },
      { role: "user", parts: [{ functionResponse: { name, response: { result: "2" } } }] },
    ],
  },
});
const DIALECTS = Object.keys(SIDES) as Conversation[];

test.each(
  DIALECTS.flatMap((client) => DIALECTS.filter((side) => side !== client).map((side) => [client, side] as const)),
)("%s calls its tools by its own names at a provider of %s, which gets names that it takes", async (client, side) => {
  const sent = new Set<string>();
  for (const own of NAMES) {
    for (const stream of [false, true]) {
      const body = { ...BASES[client], ...callingOf(own)[client], ...(client !== "gemini" && { stream }) };
      const made = await translate({ dialect: client, body, stream, asEvents: true }, [SIDES[side]], "refuse");
      if (!made.ok) throw new Error(made.error.message);
      const [name, whole, events] = CALLS[side](JSON.parse(made.value.body) as never);
      expect(name).toMatch(TAKEN[side]);
      if (TAKEN[side].test(own)) expect(name).toBe(own);
      sent.add(name);
      const times = made.value.body.split(JSON.stringify(name)).length - 1;
      // Declared, called before, and demanded; Gemini has it in results, twice, and its clients demand no single one.
      expect(times).toBe(2 + (client === "gemini" ? 0 : 1) + (side === "gemini" ? 2 : 0));
      const { translation } = made.value;
      const answer = stream
        ? translation.stream(new Response(events, { headers: { "content-type": "text/event-stream" } }))
        : await translation.whole(Response.json(whole));
      const text = await answer.text();
      expect(text).toContain(`"name":${JSON.stringify(own)}`);
      if (name !== own) expect(text).not.toContain(`"${name}"`);
      if (client === "responses") expect(text).toContain("custom_tool_call");
    }
  }
  expect(sent.size).toBe(NAMES.length);
});

test("a chat of OpenAI's own is read as a copy's is", async () => {
  const via = through({ ...SIDES.responses, dialect: "chat", model: "gpt-4.1", isOpenAi: true, refusesThoughts: true });
  const sdk = SDKS.messages({ baseUrl: "https://meterr.invalid", key: "k", fetch: via.fetch, model: "any" });
  const { said } = await sdk.ask({ text: 'Hi [[sandbox: say="Hello, you there."]]' });
  expect(said).toMatchObject({ text: "Hello, you there.", calls: [] });
  expect(said.output).toBeGreaterThan(2);
  expect(await sdk.stream({ text: 'Hi [[sandbox: say="Hello, you there."]]' })).toMatchObject(said);
  const turn = { text: "What is the weather in Paris?", tools: true };
  const called = await sdk.ask(turn);
  expect(called.said.calls).toMatchObject([{ name: "get_weather" }]);
  expect((await sdk.stream(turn)).calls).toMatchObject([{ name: "get_weather", args: called.said.calls[0]?.args }]);
  const after = { turn, native: called.native, calls: called.said.calls, result: "22 degrees" };
  await sdk.ask({ ...turn, text: "", after });
  expect(JSON.stringify(via.exchanges.at(-1)?.body)).toContain("22 degrees");
});

test("a picture that a model drew before is left out where a route may drop it, and told", async () => {
  const drawn = { role: "model", parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] };
  const contents = [{ parts: [{ text: "Draw." }] }, drawn, { parts: [{ text: "What was that?" }] }];
  const made = await madeOf("gemini", { contents }, SIDES.chat, "drop");
  expect(made.translation.dropped).toEqual(["contents[1].parts[0].inlineData"]);
  expect(made.body).not.toContain("AAAA");
  expect(JSON.parse(made.body).messages).toMatchObject([{ role: "user" }, { role: "user" }]);
});

test("a chat of OpenAI's own that breaks off, or tells an error, is passed off as no answer", async () => {
  const side = { ...SIDES.responses, dialect: "chat", model: "gpt-4.1", isOpenAi: true } as const;
  const begun = `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "Hi" } }] })}\n\n`;
  const error = `data: ${JSON.stringify({ error: { message: "slow down", type: "server_error", param: null, code: null } })}\n\n`;
  for (const [rest, said] of [
    ["", "broke its answer off"],
    [error, "slow down"],
  ] as const) {
    const made = await translate(
      { dialect: "messages", body: { ...BASES.messages, stream: true }, stream: true, asEvents: true },
      [side],
      "refuse",
    );
    if (!made.ok) throw new Error(made.error.message);
    const headers = { "content-type": "text/event-stream" };
    const text = await made.value.translation.stream(new Response(begun + rest, { headers })).text();
    expect(text).toContain("event: error");
    expect(text).toContain(said);
    expect(text).not.toContain("message_stop");
  }
});

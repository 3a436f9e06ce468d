/** What a target cannot do, or nobody can read, is refused by its name or told as left out: nothing is lost without a word. */
import { expect, test } from "vitest";
import type { JsonObject } from "../worker/core/json.ts";
import { translate } from "../worker/translate/index.ts";
import type { Conversation, ProviderSide, Translated } from "../worker/translate/types.ts";
import { BASES } from "./support/documented.ts";
import { SIDES } from "./support/translated.ts";

/** `set` in a request of `client`'s, for `side`. */
function ask(client: Conversation, set: JsonObject, side: ProviderSide, onUnsupported: "refuse" | "drop" = "refuse") {
  return translate(
    { dialect: client, body: { ...BASES[client], ...set }, stream: false, asEvents: true },
    side,
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

/** An Anthropic messages request in the neutral form. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { arrayIn, isObject, type JsonObject, numberIn, objectIn, stringIn } from "../../core/json.ts";
import { ONE_TOOL_AT_A_TIME } from "../chat/read.ts";
import { BadRequest, type Read } from "../client.ts";
import {
  type AssistantPart,
  argumentsOf,
  type Chosen,
  effortIn,
  effortOf,
  flagIn,
  numbersIn,
  Prompt,
  schemaOf,
  stopsIn,
  toolsIn,
} from "../fields.ts";
import { thinkingAtMost } from "../limits.ts";
import { AS_IT_STANDS, unread } from "../shape.ts";
import { splitId, unpack } from "../stash.ts";
import { outputOf, textOf, userParts } from "./blocks.ts";
import { MESSAGES } from "./shape.ts";

export function readMessages(body: JsonObject): Read {
  const prompt = new Prompt();
  prompt.system(textOf(body.system, "system"));
  if (!Array.isArray(body.messages)) throw new BadRequest("messages", "is no list");
  for (const [index, message] of body.messages.entries()) readMessage(prompt, message, `messages[${index}]`);
  const { tools, unsupported } = readTools(body);
  const choice = objectIn(body, "tool_choice");
  const taken = toolsIn(tools, readChoice(choice));
  const left = unread(body, MESSAGES, AS_IT_STANDS);
  const options: LanguageModelV4CallOptions = {
    prompt: prompt.messages,
    ...numbersIn(body, {
      maxOutputTokens: ["max_tokens"],
      temperature: ["temperature"],
      topP: ["top_p"],
      topK: ["top_k"],
    }),
    ...stopsIn(body.stop_sequences, "stop_sequences"),
    ...readThinking(body),
    ...readFormat(body),
    ...taken.options,
    providerOptions: {
      ...(flagIn(choice, "disable_parallel_tool_use", "tool_choice.disable_parallel_tool_use")
        ? ONE_TOOL_AT_A_TIME
        : {}),
      ...thinkingAtMost(numberIn(objectIn(body, "thinking"), "budget_tokens")),
    },
  };
  return {
    options,
    hints: left.hints,
    unsupported: [...left.unsupported, ...unsupported, ...(taken.isLost ? ["tool_choice"] : [])],
  };
}

function readMessage(prompt: Prompt, message: unknown, at: string) {
  if (!isObject(message)) throw new BadRequest(at, "is no message");
  const { role, content } = message;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  if (!Array.isArray(blocks)) throw new BadRequest(`${at}.content`, "is neither a text nor a list");
  if (role === "system") return prompt.system(textOf(content, `${at}.content`));
  if (role !== "user" && role !== "assistant") throw new BadRequest(`${at}.role`, "is none that can be translated");
  for (const [index, one] of blocks.entries()) {
    const block = isObject(one) ? one : {};
    const where = `${at}.content[${index}]`;
    if (role === "assistant") prompt.assistant(assistantPart(block, where));
    else if (block.type === "tool_result") {
      const { output, files } = outputOf(block, where);
      prompt.result(splitId(stringIn(block, "tool_use_id") ?? "").id, output);
      prompt.user(files);
    } else prompt.user(userParts(block, where));
  }
}

function assistantPart(block: JsonObject, at: string): AssistantPart[] {
  switch (block.type) {
    case "text":
      return [{ type: "text", text: stringIn(block, "text") ?? "" }];
    case "thinking":
    case "redacted_thinking": {
      const metadata = unpack(block.signature ?? block.data);
      const text = stringIn(block, "thinking") ?? "";
      if (!metadata && text === "") return [];
      return [{ type: "reasoning", text, ...(metadata ? { providerOptions: metadata } : {}) }];
    }
    case "tool_use": {
      const { id, metadata } = splitId(stringIn(block, "id") ?? "");
      const toolName = stringIn(block, "name") ?? "";
      const input = argumentsOf(block.input);
      return [
        { type: "tool-call", toolCallId: id, toolName, input, ...(metadata ? { providerOptions: metadata } : {}) },
      ];
    }
    default:
      throw new BadRequest(`${at}.type`, "is none that can be translated");
  }
}

function readTools(body: JsonObject): { tools: LanguageModelV4FunctionTool[]; unsupported: string[] } {
  const tools: LanguageModelV4FunctionTool[] = [];
  const unsupported: string[] = [];
  for (const [index, tool] of arrayIn(body, "tools").entries()) {
    // Tools with another type are the provider's own.
    if (!isObject(tool) || !(tool.type === undefined || tool.type === "custom" || tool.type === null)) {
      unsupported.push(`tools[${index}]`);
      continue;
    }
    const description = stringIn(tool, "description");
    tools.push({
      type: "function",
      name: stringIn(tool, "name") ?? "",
      inputSchema: schemaOf(tool.input_schema),
      ...(description === null ? {} : { description }),
      ...(tool.strict === true ? { strict: true } : {}),
    });
  }
  return { tools, unsupported };
}

function readChoice(choice: JsonObject): Chosen {
  switch (choice.type) {
    case undefined:
      return undefined;
    case "auto":
    case "none":
      return { type: choice.type };
    case "any":
      return { type: "required" };
    case "tool":
      return { type: "tool", toolName: stringIn(choice, "name") ?? "" };
    default:
      return null;
  }
}

function readThinking(body: JsonObject): Pick<LanguageModelV4CallOptions, "reasoning"> {
  const effort = effortIn(objectIn(body, "output_config"), "effort", "output_config.effort");
  const thinking = objectIn(body, "thinking");
  switch (thinking.type) {
    case "disabled":
      return { reasoning: "none" };
    case "enabled":
      return { reasoning: effort.reasoning ?? effortOf(budgetIn(thinking)) };
    case "adaptive":
      return { reasoning: effort.reasoning ?? "medium" };
    case undefined:
      return effort;
    default:
      throw new BadRequest("thinking.type", "is none that can be translated");
  }
}

function budgetIn(thinking: JsonObject): number {
  const budget = numberIn(thinking, "budget_tokens");
  if (budget === null && (thinking.budget_tokens ?? null) !== null) {
    throw new BadRequest("thinking.budget_tokens", "is no number");
  }
  return budget ?? 4_096;
}

function readFormat(body: JsonObject): Pick<LanguageModelV4CallOptions, "responseFormat"> {
  const inConfig = objectIn(objectIn(body, "output_config"), "format");
  const format = inConfig.type === undefined ? objectIn(body, "output_format") : inConfig;
  if (format.type === undefined) return {};
  if (format.type !== "json_schema")
    throw new BadRequest("output_config.format.type", "is none that can be translated");
  return { responseFormat: { type: "json", schema: schemaOf(format.schema) } };
}

/** An OpenAI chat completion request in the neutral form. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { arrayIn, isObject, type JsonObject, objectIn, stringIn } from "../../core/json.ts";
import { BadRequest, type Read } from "../client.ts";
import {
  type AssistantPart,
  argumentsOf,
  type Chosen,
  choiceIn,
  effortIn,
  fileFrom,
  fileOf,
  flagIn,
  numbersIn,
  Prompt,
  schemaOf,
  stopsIn,
  toolsIn,
  type UserPart,
} from "../fields.ts";
import { AS_IT_STANDS, unread } from "../shape.ts";
import { splitId, unpack } from "../stash.ts";
import { CHAT } from "./shape.ts";

export function readChat(body: JsonObject): Read {
  const prompt = new Prompt();
  const messages = body.messages;
  if (!Array.isArray(messages)) throw new BadRequest("messages", "is no list");
  for (const [index, message] of messages.entries()) readMessage(prompt, message, `messages[${index}]`);
  const { tools, unsupported } = readTools(body);
  const taken = toolsIn(tools, readChoice(body.tool_choice));
  const left = unread(body, CHAT, AS_IT_STANDS);
  const options: LanguageModelV4CallOptions = {
    prompt: prompt.messages,
    ...numbersIn(body, {
      maxOutputTokens: ["max_completion_tokens", "max_tokens"],
      temperature: ["temperature"],
      topP: ["top_p"],
      topK: ["top_k"],
      presencePenalty: ["presence_penalty"],
      frequencyPenalty: ["frequency_penalty"],
      seed: ["seed"],
    }),
    ...stopsIn(body.stop, "stop"),
    ...effortIn(body, "reasoning_effort"),
    ...readFormat(objectIn(body, "response_format")),
    ...taken.options,
    ...(flagIn(body, "parallel_tool_calls") === false ? { providerOptions: ONE_TOOL_AT_A_TIME } : {}),
  };
  return {
    options,
    hints: left.hints,
    unsupported: [...left.unsupported, ...unsupported, ...(taken.isLost ? ["tool_choice"] : [])],
  };
}

/** As the providers that can be told so are told. */
export const ONE_TOOL_AT_A_TIME = { anthropic: { disableParallelToolUse: true }, openai: { parallelToolCalls: false } };

function readMessage(prompt: Prompt, message: unknown, at: string) {
  if (!isObject(message)) throw new BadRequest(at, "is no message");
  switch (message.role) {
    case "system":
    case "developer":
      return prompt.system(textOf(message.content, `${at}.content`));
    case "user":
      return prompt.user(userParts(message.content, `${at}.content`));
    case "assistant":
      return prompt.assistant(assistantParts(message, at));
    case "tool":
      return readResult(prompt, message, `${at}.content`);
    default:
      throw new BadRequest(`${at}.role`, "is none that can be translated");
  }
}

/** The text of a content, which is a string or parts that are text. */
function textOf(content: unknown, at: string): string {
  if (typeof content === "string") return content;
  if (content === undefined || content === null) return "";
  if (!Array.isArray(content)) throw new BadRequest(at, "is neither a text nor a list");
  return content.map((part, i) => textIn(part, `${at}[${i}]`)).join("");
}

function textIn(part: unknown, at: string): string {
  const text = isObject(part) ? (stringIn(part, "text") ?? stringIn(part, "refusal")) : null;
  if (text === null) throw new BadRequest(`${at}.type`, "is none that can be translated here");
  return text;
}

/** A result; its pictures go behind it, since few providers take any inside. */
function readResult(prompt: Prompt, message: JsonObject, at: string) {
  const parts = userParts(message.content ?? "", at);
  const value = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  prompt.result(splitId(stringIn(message, "tool_call_id") ?? "").id, { type: "text", value });
  prompt.user(parts.filter(({ type }) => type !== "text"));
}

function userParts(content: unknown, at: string): UserPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw new BadRequest(at, "is neither a text nor a list");
  return content.map((part, index): UserPart => userPart(isObject(part) ? part : {}, `${at}[${index}]`));
}

function userPart(part: JsonObject, at: string): UserPart {
  switch (part.type) {
    case "text":
      return { type: "text", text: stringIn(part, "text") ?? "" };
    case "image_url":
      return fileFrom(`${at}.image_url.url`, stringIn(objectIn(part, "image_url"), "url") ?? "");
    case "input_audio": {
      const { data, format } = objectIn(part, "input_audio");
      return fileOf(`${at}.input_audio`, `audio/${format === "mp3" ? "mpeg" : (format ?? "wav")}`, String(data ?? ""));
    }
    case "file": {
      const file = objectIn(part, "file");
      const filename = stringIn(file, "filename") ?? undefined;
      const data = stringIn(file, "file_data");
      if (data === null) throw new BadRequest(`${at}.file`, "names a file that only its provider has: send file_data");
      const more = { mediaType: "application/pdf", ...(filename === undefined ? {} : { filename }) };
      return data.startsWith("data:")
        ? fileFrom(`${at}.file.file_data`, data, more)
        : fileOf(`${at}.file.file_data`, "application/pdf", data, filename);
    }
    default:
      throw new BadRequest(`${at}.type`, "is none that can be translated");
  }
}

function assistantParts(message: JsonObject, at: string): AssistantPart[] {
  const parts: AssistantPart[] = [];
  const details = arrayIn(message, "reasoning_details").filter(isObject);
  for (const detail of details) {
    const metadata = unpack(detail.signature);
    const text = stringIn(detail, "text") ?? "";
    parts.push({ type: "reasoning", text, ...(metadata ? { providerOptions: metadata } : {}) });
  }
  const reasoning = stringIn(message, "reasoning_content") ?? stringIn(message, "reasoning");
  if (details.length === 0 && reasoning) parts.push({ type: "reasoning", text: reasoning });
  const { content } = message;
  const said = Array.isArray(content) ? content.filter((part) => !isThought(part)) : content;
  if (Array.isArray(content)) parts.push(...content.filter(isThought).map(thoughtIn));
  const text = textOf(said, `${at}.content`) || (stringIn(message, "refusal") ?? "");
  if (text !== "") parts.push({ type: "text", text });
  for (const call of arrayIn(message, "tool_calls")) {
    if (!isObject(call)) continue;
    const { name, arguments: args } = objectIn(call, "function");
    const { id, metadata } = splitId(stringIn(call, "id") ?? "");
    parts.push({
      type: "tool-call",
      toolCallId: id,
      toolName: String(name ?? ""),
      input: argumentsOf(args),
      ...(metadata ? { providerOptions: metadata } : {}),
    });
  }
  return parts;
}

/** Mistral's answers have their thoughts in their content. */
const isThought = (part: unknown): part is JsonObject => isObject(part) && part.type === "thinking";
const thoughtIn = (part: JsonObject): AssistantPart => ({
  type: "reasoning",
  text:
    typeof part.thinking === "string"
      ? part.thinking
      : arrayIn(part, "thinking")
          .map((one) => (isObject(one) ? (stringIn(one, "text") ?? "") : ""))
          .join(""),
});

function readTools(body: JsonObject): { tools: LanguageModelV4FunctionTool[]; unsupported: string[] } {
  const tools: LanguageModelV4FunctionTool[] = [];
  const unsupported: string[] = [];
  for (const [index, tool] of arrayIn(body, "tools").entries()) {
    const fn = isObject(tool) && tool.type === "function" ? objectIn(tool, "function") : null;
    if (!fn) {
      unsupported.push(`tools[${index}]`);
      continue;
    }
    const description = stringIn(fn, "description");
    tools.push({
      type: "function",
      name: stringIn(fn, "name") ?? "",
      inputSchema: schemaOf(fn.parameters),
      ...(description === null ? {} : { description }),
      ...(fn.strict === true ? { strict: true } : {}),
    });
  }
  return { tools, unsupported };
}

function readChoice(choice: unknown): Chosen {
  return choiceIn(choice, isObject(choice) ? stringIn(objectIn(choice, "function"), "name") : null);
}

function readFormat(format: JsonObject): Pick<LanguageModelV4CallOptions, "responseFormat"> {
  if (format.type === "json_object") return { responseFormat: { type: "json" } };
  if (format.type === undefined || format.type === "text") return {};
  if (format.type !== "json_schema") throw new BadRequest("response_format.type", "is none that can be translated");
  const { name, schema, description } = objectIn(format, "json_schema");
  return {
    responseFormat: {
      type: "json",
      schema: schemaOf(schema),
      ...(typeof name === "string" ? { name } : {}),
      ...(typeof description === "string" ? { description } : {}),
    },
  };
}

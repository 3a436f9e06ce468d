/** An OpenAI chat completion request in the neutral form. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { arrayIn, isObject, type JsonObject, objectIn, stringIn } from "../../core/json.ts";
import { BadRequest, type Read } from "../client.ts";
import {
  type AssistantPart,
  argumentsOf,
  effortIn,
  fileFrom,
  fileOf,
  numbersIn,
  Prompt,
  schemaOf,
  stopsIn,
  type UserPart,
} from "../fields.ts";
import { asSpelled, unread } from "../shape.ts";
import { splitId, unpack } from "../stash.ts";
import { CHAT } from "./shape.ts";

export function readChat(body: JsonObject): Read {
  const prompt = new Prompt();
  const messages = body.messages;
  if (!Array.isArray(messages)) throw new BadRequest("messages", "is no list");
  for (const [index, message] of messages.entries()) readMessage(prompt, message, `messages[${index}]`);
  const { tools, unsupported } = readTools(body);
  const left = unread(body, CHAT, asSpelled);
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
    ...stopsIn(body.stop),
    ...effortIn(body, "reasoning_effort"),
    ...readFormat(objectIn(body, "response_format")),
    ...(tools.length > 0 ? { tools, ...readChoice(body.tool_choice) } : {}),
    ...(body.parallel_tool_calls === false ? { providerOptions: ONE_TOOL_AT_A_TIME } : {}),
  };
  return { options, hints: left.hints, unsupported: [...left.unsupported, ...unsupported] };
}

/** As the providers that can be told so are told. */
export const ONE_TOOL_AT_A_TIME = { anthropic: { disableParallelToolUse: true }, openai: { parallelToolCalls: false } };

function readMessage(prompt: Prompt, message: unknown, at: string) {
  if (!isObject(message)) throw new BadRequest(at, "is no message");
  switch (message.role) {
    case "system":
    case "developer":
      return prompt.system(textOf(message.content));
    case "user":
      return prompt.user(userParts(message.content, `${at}.content`));
    case "assistant":
      return prompt.assistant(assistantParts(message));
    case "tool":
      return prompt.result(splitId(stringIn(message, "tool_call_id") ?? "").id, {
        type: "text",
        value: textOf(message.content),
      });
    default:
      throw new BadRequest(`${at}.role`, "is none that can be translated");
  }
}

/** The text of a content, which is a string or parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => (isObject(part) ? (stringIn(part, "text") ?? stringIn(part, "refusal") ?? "") : ""))
    .join("");
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
      return fileOf(format === "mp3" ? "audio/mpeg" : "audio/wav", String(data ?? ""));
    }
    case "file": {
      const file = objectIn(part, "file");
      const filename = stringIn(file, "filename") ?? undefined;
      const data = stringIn(file, "file_data");
      if (data === null) throw new BadRequest(`${at}.file`, "names a file that only its provider has: send file_data");
      const more = { mediaType: "application/pdf", ...(filename === undefined ? {} : { filename }) };
      return data.startsWith("data:")
        ? fileFrom(`${at}.file.file_data`, data, more)
        : fileOf("application/pdf", data, filename);
    }
    default:
      throw new BadRequest(`${at}.type`, "is none that can be translated");
  }
}

function assistantParts(message: JsonObject): AssistantPart[] {
  const parts: AssistantPart[] = [];
  const details = arrayIn(message, "reasoning_details").filter(isObject);
  for (const detail of details) {
    const metadata = unpack(detail.signature);
    const text = stringIn(detail, "text") ?? "";
    parts.push({ type: "reasoning", text, ...(metadata ? { providerOptions: metadata } : {}) });
  }
  const reasoning = stringIn(message, "reasoning_content") ?? stringIn(message, "reasoning");
  if (details.length === 0 && reasoning) parts.push({ type: "reasoning", text: reasoning });
  const text = textOf(message.content) || (stringIn(message, "refusal") ?? "");
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

function readChoice(choice: unknown): Pick<LanguageModelV4CallOptions, "toolChoice"> {
  if (choice === "none" || choice === "required" || choice === "auto") return { toolChoice: { type: choice } };
  const named = isObject(choice) ? stringIn(objectIn(choice, "function"), "name") : null;
  return named === null ? {} : { toolChoice: { type: "tool", toolName: named } };
}

function readFormat(format: JsonObject): Pick<LanguageModelV4CallOptions, "responseFormat"> {
  if (format.type === "json_object") return { responseFormat: { type: "json" } };
  if (format.type !== "json_schema") return {};
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

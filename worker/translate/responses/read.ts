/** An OpenAI Responses request in the neutral form. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { arrayIn, isObject, type JsonObject, objectIn, stringIn } from "../../core/json.ts";
import { ONE_TOOL_AT_A_TIME } from "../chat/read.ts";
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
  type Output,
  Prompt,
  schemaOf,
  toolsIn,
  type UserPart,
} from "../fields.ts";
import { AS_IT_STANDS, unread } from "../shape.ts";
import { splitId, unpack } from "../stash.ts";
import { RESPONSES } from "./shape.ts";

export function readResponses(body: JsonObject): Read {
  const prompt = new Prompt();
  const { instructions } = body;
  if (instructions !== undefined && instructions !== null && typeof instructions !== "string") {
    throw new BadRequest("instructions", "is no text");
  }
  prompt.system(instructions ?? "");
  const { input } = body;
  if (typeof input === "string") prompt.user([{ type: "text", text: input }]);
  else if (!Array.isArray(input)) throw new BadRequest("input", "is neither a text nor a list");
  else for (const [index, item] of input.entries()) readItem(prompt, item, `input[${index}]`);
  const { tools, unsupported } = readTools(body);
  const taken = toolsIn(tools, readChoice(body.tool_choice));
  const left = unread(body, RESPONSES, AS_IT_STANDS);
  const options: LanguageModelV4CallOptions = {
    prompt: prompt.messages,
    ...numbersIn(body, { maxOutputTokens: ["max_output_tokens"], temperature: ["temperature"], topP: ["top_p"] }),
    ...effortIn(objectIn(body, "reasoning"), "effort", "reasoning.effort"),
    ...readFormat(objectIn(objectIn(body, "text"), "format")),
    ...taken.options,
    ...(flagIn(body, "parallel_tool_calls") === false ? { providerOptions: ONE_TOOL_AT_A_TIME } : {}),
  };
  return {
    options,
    hints: left.hints,
    unsupported: [...left.unsupported, ...unsupported, ...(taken.isLost ? ["tool_choice"] : [])],
  };
}

function readItem(prompt: Prompt, item: unknown, at: string) {
  if (!isObject(item)) throw new BadRequest(at, "is no item");
  switch (item.type) {
    case "message":
    case undefined:
      return readMessage(prompt, item, at);
    case "function_call":
    case "custom_tool_call": {
      const { id, metadata } = splitId(stringIn(item, "call_id") ?? "");
      const input =
        item.type === "function_call" ? argumentsOf(item.arguments) : { input: stringIn(item, "input") ?? "" };
      const toolName = stringIn(item, "name") ?? "";
      const back = metadata ? { providerOptions: metadata } : {};
      return prompt.assistant([{ type: "tool-call", toolCallId: id, toolName, input, ...back }]);
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return readOutput(prompt, item, at);
    case "reasoning": {
      const metadata = unpack(item.encrypted_content);
      const text = [...arrayIn(item, "summary"), ...arrayIn(item, "content")]
        .map((part) => (isObject(part) ? (stringIn(part, "text") ?? "") : ""))
        .join("\n\n");
      if (!metadata && text === "") return;
      return prompt.assistant([{ type: "reasoning", text, ...(metadata ? { providerOptions: metadata } : {}) }]);
    }
    case "item_reference":
      throw new BadRequest(
        `${at}.type`,
        "refers to what is stored nowhere: ask with store: false, and send items whole",
      );
    default:
      throw new BadRequest(`${at}.type`, "is none that can be translated");
  }
}

function readMessage(prompt: Prompt, item: JsonObject, at: string) {
  const { role, content } = item;
  const parts = typeof content === "string" ? [{ type: "input_text", text: content }] : content;
  if (!Array.isArray(parts)) throw new BadRequest(`${at}.content`, "is neither a text nor a list");
  if (role === "system" || role === "developer") {
    return prompt.system(parts.map((part, index) => textIn(part, `${at}.content[${index}]`)).join(""));
  }
  if (role === "assistant") {
    return prompt.assistant(
      parts.flatMap((part, index): AssistantPart[] => {
        const text = textIn(part, `${at}.content[${index}]`);
        return text === "" ? [] : [{ type: "text", text }];
      }),
    );
  }
  if (role !== "user") throw new BadRequest(`${at}.role`, "is none that can be translated");
  prompt.user(parts.map((part, index) => userPart(isObject(part) ? part : {}, `${at}.content[${index}]`)));
}

function textIn(part: unknown, at: string): string {
  const text = isObject(part) ? (stringIn(part, "text") ?? stringIn(part, "refusal")) : null;
  if (text === null) throw new BadRequest(`${at}.type`, "is none that can be translated here");
  return text;
}

function userPart(part: JsonObject, at: string): UserPart {
  switch (part.type) {
    case "input_text":
    case "text":
    case "output_text":
      return { type: "text", text: stringIn(part, "text") ?? "" };
    case "input_image": {
      const url = stringIn(part, "image_url");
      if (url === null) throw new BadRequest(`${at}.file_id`, "names a file that only its provider has");
      return fileFrom(`${at}.image_url`, url);
    }
    case "input_file": {
      const filename = stringIn(part, "filename") ?? undefined;
      const more = { mediaType: "application/pdf", ...(filename === undefined ? {} : { filename }) };
      const data = stringIn(part, "file_data");
      const url = stringIn(part, "file_url");
      if (url !== null) return fileFrom(`${at}.file_url`, url, more);
      if (data === null) throw new BadRequest(`${at}.file_id`, "names a file that only its provider has");
      return data.startsWith("data:")
        ? fileFrom(`${at}.file_data`, data, more)
        : fileOf(`${at}.file_data`, "application/pdf", data, filename);
    }
    default:
      throw new BadRequest(`${at}.type`, "is none that can be translated");
  }
}

/** A result; its pictures go behind it, since few providers take any inside. */
function readOutput(prompt: Prompt, item: JsonObject, at: string) {
  const said = item.output ?? "";
  if (typeof said !== "string" && !Array.isArray(said))
    throw new BadRequest(`${at}.output`, "is neither a text nor a list");
  const parts = (typeof said === "string" ? [{ type: "text", text: said }] : said).map((part, index) =>
    userPart(isObject(part) ? part : {}, `${at}.output[${index}]`),
  );
  const output: Output = {
    type: "text",
    value: parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
  };
  prompt.result(splitId(stringIn(item, "call_id") ?? "").id, output);
  prompt.user(parts.filter(({ type }) => type !== "text"));
}

/** The names of tools that take a text and no JSON, as the client declared them. */
export const textTools = (body: JsonObject): ReadonlySet<string> =>
  new Set(
    arrayIn(body, "tools").flatMap((tool) => (isObject(tool) && tool.type === "custom" ? [String(tool.name)] : [])),
  );

function readTools(body: JsonObject): { tools: LanguageModelV4FunctionTool[]; unsupported: string[] } {
  const tools: LanguageModelV4FunctionTool[] = [];
  const unsupported: string[] = [];
  for (const [index, tool] of arrayIn(body, "tools").entries()) {
    if (!isObject(tool) || (tool.type !== "function" && tool.type !== "custom")) {
      unsupported.push(`tools[${index}]`);
      continue;
    }
    const description = stringIn(tool, "description");
    const grammar = stringIn(objectIn(tool, "format"), "definition");
    const told = [description, grammar && `The input follows this grammar:\n${grammar}`].filter(Boolean).join("\n\n");
    const text = { type: "object", properties: { input: { type: "string" } }, required: ["input"] };
    tools.push({
      type: "function",
      name: stringIn(tool, "name") ?? "",
      inputSchema: schemaOf(tool.type === "custom" ? text : tool.parameters),
      ...(told === "" ? {} : { description: told }),
      ...(tool.strict === true ? { strict: true } : {}),
    });
  }
  return { tools, unsupported };
}

function readChoice(choice: unknown): Chosen {
  return choiceIn(choice, isObject(choice) ? stringIn(choice, "name") : null);
}

function readFormat(format: JsonObject): Pick<LanguageModelV4CallOptions, "responseFormat"> {
  if (format.type === "json_object") return { responseFormat: { type: "json" } };
  if (format.type === undefined || format.type === "text") return {};
  if (format.type !== "json_schema") throw new BadRequest("text.format.type", "is none that can be translated");
  const { name, description } = format;
  return {
    responseFormat: {
      type: "json",
      schema: schemaOf(format.schema),
      ...(typeof name === "string" ? { name } : {}),
      ...(typeof description === "string" ? { description } : {}),
    },
  };
}

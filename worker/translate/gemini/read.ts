/** A Gemini request in the neutral form. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { arrayIn, isObject, type JsonObject, numberIn, objectIn, stringIn } from "../../core/json.ts";
import { BadRequest, type Read } from "../client.ts";
import {
  type AssistantPart,
  effortOf,
  fileFrom,
  fileOf,
  numbersIn,
  Prompt,
  schemaOf,
  stopsIn,
  type UserPart,
} from "../fields.ts";
import { thinkingAtMost } from "../limits.ts";
import { unread } from "../shape.ts";
import { splitId, unpack } from "../stash.ts";
import { camelFields, jsonSchemaOf } from "./schema.ts";
import { GEMINI } from "./shape.ts";

export function readGemini(asked: JsonObject): Read {
  const body = camelFields(asked);
  const config = camelFields(body.generationConfig);
  const prompt = new Prompt();
  prompt.system(textOf(body.systemInstruction, "systemInstruction"));
  const calls = new Calls();
  const contents = typeof body.contents === "string" ? [{ parts: [{ text: body.contents }] }] : body.contents;
  if (!Array.isArray(contents)) throw new BadRequest("contents", "is no list");
  for (const [index, content] of contents.entries()) readContent(prompt, calls, content, `contents[${index}]`);
  const tools = readTools(body);
  const left = unread(body, GEMINI, camelFields);
  const options: LanguageModelV4CallOptions = {
    prompt: prompt.messages,
    ...numbersIn(config, {
      maxOutputTokens: ["maxOutputTokens"],
      temperature: ["temperature"],
      topP: ["topP"],
      topK: ["topK"],
      presencePenalty: ["presencePenalty"],
      frequencyPenalty: ["frequencyPenalty"],
      seed: ["seed"],
    }),
    ...stopsIn(config.stopSequences),
    ...readThinking(camelFields(config.thinkingConfig)),
    ...readFormat(config),
    ...readChoice(body, tools),
    providerOptions: thinkingAtMost(numberIn(camelFields(config.thinkingConfig), "thinkingBudget")),
  };
  return { options, ...left };
}

/** Gemini's calls have no ids of need: a result belongs to the first call of its name that has none. */
class Calls {
  #made = 0;
  readonly #open: { id: string; name: string }[] = [];

  made(name: string, given: string | null): string {
    const id = given ?? `call_${++this.#made}`;
    this.#open.push({ id, name });
    return id;
  }

  answered(name: string, given: string | null): string {
    const at = this.#open.findIndex((call) => (given === null ? call.name === name : call.id === given));
    const [call] = at < 0 ? [] : this.#open.splice(at, 1);
    return given ?? call?.id ?? `call_${++this.#made}`;
  }
}

function textOf(content: unknown, at: string): string {
  if (typeof content === "string") return content;
  if (!isObject(content)) return "";
  const parts = Array.isArray(content.parts) ? content.parts : [content.parts ?? content];
  return parts
    .map((part, index) => {
      const text = isObject(part) ? stringIn(part, "text") : null;
      if (text === null) throw new BadRequest(`${at}.parts[${index}]`, "is of a kind that cannot be translated here");
      return text;
    })
    .join("\n");
}

function readContent(prompt: Prompt, calls: Calls, content: unknown, at: string) {
  if (typeof content === "string") return prompt.user([{ type: "text", text: content }]);
  if (!isObject(content)) throw new BadRequest(at, "is no content");
  for (const [index, one] of arrayIn(content, "parts").entries()) {
    const part = camelFields(one);
    const where = `${at}.parts[${index}]`;
    if (isObject(part.functionResponse)) {
      const { name, response } = part.functionResponse;
      const id = calls.answered(String(name), idOf(part.functionResponse));
      const text = typeof response === "string" ? response : JSON.stringify(response ?? {});
      prompt.result(id, { type: "text", value: text }, String(name));
    } else if (content.role === "model") {
      for (const said of modelPart(part, calls, where)) {
        if (said.type === "reasoning") prompt.thought(said);
        else prompt.assistant([said]);
      }
    } else prompt.user([userPart(part, where)]);
  }
}

const idOf = (call: JsonObject): string | null => {
  const id = stringIn(call, "id");
  return id === null ? null : splitId(id).id;
};

function userPart(part: JsonObject, at: string): UserPart {
  const text = stringIn(part, "text");
  if (text !== null) return { type: "text", text };
  const inline = camelFields(part.inlineData);
  if (typeof inline.data === "string") return fileOf(stringIn(inline, "mimeType") ?? "image/png", inline.data);
  const file = camelFields(part.fileData);
  if (typeof file.fileUri === "string") {
    if (/generativelanguage\.googleapis\.com|^files\//.test(file.fileUri))
      throw new BadRequest(`${at}.fileData`, "names a file that only its provider has");
    const mediaType = stringIn(file, "mimeType");
    return fileFrom(`${at}.fileData.fileUri`, file.fileUri, mediaType === null ? {} : { mediaType });
  }
  throw new BadRequest(at, "is of a kind that cannot be translated");
}

function modelPart(part: JsonObject, calls: Calls, at: string): AssistantPart[] {
  const metadata = unpack(part.thoughtSignature);
  const back = metadata ? { providerOptions: metadata } : {};
  const text = stringIn(part, "text");
  if (text !== null)
    return part.thought === true ? [{ type: "reasoning", text, ...back }] : [{ type: "text", text, ...back }];
  if (isObject(part.functionCall)) {
    const name = stringIn(part.functionCall, "name") ?? "";
    const toolCallId = calls.made(name, idOf(part.functionCall));
    return [{ type: "tool-call", toolCallId, toolName: name, input: objectIn(part.functionCall, "args"), ...back }];
  }
  const inline = camelFields(part.inlineData);
  if (typeof inline.data === "string") return [fileOf(stringIn(inline, "mimeType") ?? "image/png", inline.data)];
  throw new BadRequest(at, "is of a kind that cannot be translated");
}

function readTools(body: JsonObject): LanguageModelV4FunctionTool[] {
  const tools: LanguageModelV4FunctionTool[] = [];
  for (const tool of arrayIn(body, "tools")) {
    for (const declared of arrayIn(camelFields(tool), "functionDeclarations")) {
      const fn = camelFields(declared);
      const description = stringIn(fn, "description");
      tools.push({
        type: "function",
        name: stringIn(fn, "name") ?? "",
        inputSchema: schemaOf(fn.parametersJsonSchema ?? (fn.parameters ? jsonSchemaOf(fn.parameters) : null)),
        ...(description === null ? {} : { description }),
      });
    }
  }
  return tools;
}

/** The tools, and which of them the model may take. */
function readChoice(
  body: JsonObject,
  tools: LanguageModelV4FunctionTool[],
): Pick<LanguageModelV4CallOptions, "tools" | "toolChoice"> {
  if (tools.length === 0) return {};
  const { mode, allowedFunctionNames } = camelFields(camelFields(body.toolConfig).functionCallingConfig);
  const names = new Set(Array.isArray(allowedFunctionNames) ? allowedFunctionNames : []);
  const allowed = names.size > 0 ? tools.filter(({ name }) => names.has(name)) : tools;
  switch (String(mode).toUpperCase()) {
    case "NONE":
      return { tools, toolChoice: { type: "none" } };
    case "ANY":
      return { tools: allowed, toolChoice: { type: "required" } };
    case "VALIDATED":
      return { tools: allowed };
    default:
      return { tools };
  }
}

function readThinking(thinking: JsonObject): Pick<LanguageModelV4CallOptions, "reasoning"> {
  const level = stringIn(thinking, "thinkingLevel")?.toLowerCase();
  if (level === "minimal" || level === "low" || level === "medium" || level === "high") return { reasoning: level };
  if (level !== undefined && level !== "thinking_level_unspecified") {
    throw new BadRequest("generationConfig.thinkingConfig.thinkingLevel", "is none that can be translated");
  }
  const budget = numberIn(thinking, "thinkingBudget");
  // -1: as much as the model likes.
  if (budget !== null) return { reasoning: budget < 0 ? "medium" : effortOf(budget) };
  return thinking.includeThoughts === true ? { reasoning: "medium" } : {};
}

function readFormat(config: JsonObject): Pick<LanguageModelV4CallOptions, "responseFormat"> {
  if (config.responseMimeType !== "application/json") return {};
  const schema = config.responseJsonSchema ?? (config.responseSchema ? jsonSchemaOf(config.responseSchema) : null);
  return { responseFormat: { type: "json", ...(schema ? { schema: schemaOf(schema) } : {}) } };
}

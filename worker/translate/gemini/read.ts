/** A Gemini request in the neutral form. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { isObject, type JsonObject, numberIn, objectIn, stringIn } from "../../core/json.ts";
import { BadRequest, type Read } from "../client.ts";
import {
  type AssistantPart,
  type Chosen,
  effortOf,
  fileFrom,
  fileOf,
  numbersIn,
  Prompt,
  schemaOf,
  stopsIn,
  toolsIn,
  type UserPart,
} from "../fields.ts";
import { thinkingAtMost } from "../limits.ts";
import { unread } from "../shape.ts";
import { splitId, unpack } from "../stash.ts";
import { camelFields, jsonSchemaOf, listed } from "./schema.ts";
import { GEMINI } from "./shape.ts";

export function readGemini(asked: JsonObject): Read {
  const body = camelFields(asked);
  const config = camelFields(body.generationConfig);
  const prompt = new Prompt();
  prompt.system(textOf(body.systemInstruction, "systemInstruction"));
  const calls = new Calls();
  const contents = typeof body.contents === "string" ? [body.contents] : listed(body.contents);
  if (!Array.isArray(contents)) throw new BadRequest("contents", "is no list");
  for (const [index, content] of contents.entries()) readContent(prompt, calls, content, `contents[${index}]`);
  const taken = readChoice(body, readTools(body));
  const format = readFormat(config);
  const left = unread(body, GEMINI, { spelled: camelFields, listed });
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
    ...stopsIn(config.stopSequences, "generationConfig.stopSequences"),
    ...readThinking(camelFields(config.thinkingConfig)),
    ...format.options,
    ...taken.options,
    providerOptions: thinkingAtMost(numberIn(camelFields(config.thinkingConfig), "thinkingBudget")),
  };
  return {
    options,
    hints: [...left.hints, ...taken.hints],
    unsupported: [...left.unsupported, ...format.unsupported, ...taken.unsupported],
  };
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
  if (content === undefined || content === null) return "";
  const parts = isObject(content) ? listed(content.parts ?? content) : null;
  if (!Array.isArray(parts)) throw new BadRequest(at, "is no content");
  return parts
    .map((part, index) => {
      const text = isObject(part) ? stringIn(part, "text") : null;
      if (text === null) throw new BadRequest(`${at}.parts[${index}]`, "is of a kind that cannot be translated here");
      return text;
    })
    .join("\n");
}

/** Google's older SDKs say `function` where results of tools are. */
const ROLES: ReadonlySet<unknown> = new Set([undefined, null, "", "user", "model", "function"]);

function readContent(prompt: Prompt, calls: Calls, content: unknown, at: string) {
  if (typeof content === "string") return prompt.user([{ type: "text", text: content }]);
  if (!isObject(content)) throw new BadRequest(at, "is no content");
  const { role } = content;
  if (!ROLES.has(role)) throw new BadRequest(`${at}.role`, "is none that can be translated");
  const parts = listed(content.parts ?? []);
  if (!Array.isArray(parts)) throw new BadRequest(`${at}.parts`, "is no list");
  for (const [index, one] of parts.entries()) {
    const part = camelFields(one);
    const where = `${at}.parts[${index}]`;
    if (isObject(part.functionResponse)) {
      const { name, response } = part.functionResponse;
      const id = calls.answered(String(name), idOf(part.functionResponse));
      const text = typeof response === "string" ? response : JSON.stringify(response ?? {});
      prompt.result(id, { type: "text", value: text }, String(name));
    } else if (role === "model") {
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
  if (typeof inline.data === "string")
    return fileOf(`${at}.inlineData`, stringIn(inline, "mimeType") ?? "image/png", inline.data);
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
  if (typeof inline.data === "string")
    return [fileOf(`${at}.inlineData`, stringIn(inline, "mimeType") ?? "image/png", inline.data)];
  throw new BadRequest(at, "is of a kind that cannot be translated");
}

/** What else there is, is told by its path. */
const objectsIn = (value: unknown): JsonObject[] => {
  const list = listed(value);
  return Array.isArray(list) ? list.filter(isObject) : [];
};

function readTools(body: JsonObject): LanguageModelV4FunctionTool[] {
  const tools: LanguageModelV4FunctionTool[] = [];
  for (const tool of objectsIn(body.tools)) {
    for (const declared of objectsIn(camelFields(tool).functionDeclarations)) {
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

/** Which tools the model may take, by Gemini's word for it. */
const CHOICES: Readonly<Record<string, Chosen>> = {
  MODE_UNSPECIFIED: undefined,
  AUTO: undefined,
  VALIDATED: undefined,
  NONE: { type: "none" },
  ANY: { type: "required" },
};
/** In which of them it may be told that it is some of them. */
const NARROWED: ReadonlySet<string> = new Set(["ANY", "VALIDATED"]);

/** The tools, and which of them the model may take. */
function readChoice(
  body: JsonObject,
  tools: LanguageModelV4FunctionTool[],
): { options: Pick<LanguageModelV4CallOptions, "tools" | "toolChoice">; hints: string[]; unsupported: string[] } {
  const config = camelFields(camelFields(body.toolConfig).functionCallingConfig);
  const mode = typeof config.mode === "string" ? config.mode.toUpperCase() : String(config.mode ?? "AUTO");
  const names: readonly unknown[] = Array.isArray(config.allowedFunctionNames) ? config.allowedFunctionNames : [];
  const isNarrowed = names.length > 0 && NARROWED.has(mode);
  const allowed = isNarrowed ? tools.filter(({ name }) => names.includes(name)) : tools;
  const { options, isLost } = toolsIn(allowed, Object.hasOwn(CHOICES, mode) ? CHOICES[mode] : null);
  const areLost = isNarrowed ? !names.every((name) => allowed.some((tool) => tool.name === name)) : names.length > 0;
  const at = "toolConfig.functionCallingConfig";
  return {
    options,
    // That arguments keep to their schemas, others promise tool by tool or not at all.
    hints: mode === "VALIDATED" && tools.length > 0 ? [`${at}.mode`] : [],
    unsupported: [...(areLost ? [`${at}.allowedFunctionNames`] : []), ...(isLost ? [`${at}.mode`] : [])],
  };
}

function readThinking(thinking: JsonObject): Pick<LanguageModelV4CallOptions, "reasoning"> {
  const asked = thinking.thinkingLevel;
  const level = asked === undefined || asked === null ? undefined : String(asked).toLowerCase();
  if (level === "minimal" || level === "low" || level === "medium" || level === "high") return { reasoning: level };
  if (level !== undefined && level !== "thinking_level_unspecified") {
    throw new BadRequest("generationConfig.thinkingConfig.thinkingLevel", "is none that can be translated");
  }
  const budget = numberIn(thinking, "thinkingBudget");
  if (budget === null && thinking.thinkingBudget !== undefined && thinking.thinkingBudget !== null) {
    throw new BadRequest("generationConfig.thinkingConfig.thinkingBudget", "is no number");
  }
  // -1: as much as the model likes.
  if (budget !== null) return { reasoning: budget < 0 ? "medium" : effortOf(budget) };
  return thinking.includeThoughts === true ? { reasoning: "medium" } : {};
}

/** A schema is for answers of JSON, and there is one of them: Google refuses what is not. */
function readFormat(config: JsonObject): {
  options: Pick<LanguageModelV4CallOptions, "responseFormat">;
  unsupported: string[];
} {
  const [field, ...others] = ["responseJsonSchema", "responseSchema"].filter((name) => config[name] ?? false);
  const told = (names: readonly string[]) => names.map((name) => `generationConfig.${name}`);
  if (config.responseMimeType !== "application/json") {
    return { options: {}, unsupported: told(field === undefined ? [] : [field, ...others]) };
  }
  const schema = field === "responseSchema" ? jsonSchemaOf(config.responseSchema) : config.responseJsonSchema;
  const format = { type: "json" as const, ...(schema ? { schema: schemaOf(schema) } : {}) };
  return { options: { responseFormat: format }, unsupported: told(others) };
}

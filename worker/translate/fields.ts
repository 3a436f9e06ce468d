/** Reading requests: parts that every dialect has, in the neutral form. */
import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4ToolResultPart,
  SharedV4FileData,
} from "@ai-sdk/provider";
import { isObject, type JsonObject, numberIn, parseJson } from "../core/json.ts";
import { BadRequest } from "./client.ts";

type Content<Role extends LanguageModelV4Message["role"]> = Extract<LanguageModelV4Message, { role: Role }>["content"];
export type UserPart = Content<"user">[number];
export type AssistantPart = Content<"assistant">[number];
export type ToolPart = Content<"tool">[number];
export type Output = LanguageModelV4ToolResultPart["output"];
export type Reasoning = NonNullable<LanguageModelV4CallOptions["reasoning"]>;

/** Builds the neutral prompt: parts of one role in a row are one message. */
export class Prompt {
  readonly messages: LanguageModelV4Message[] = [];
  /** The names of tools by the ids of their calls: results tell the id alone. */
  readonly names = new Map<string, string>();

  /** Not every provider takes these words between others: they come first, in their order. */
  system(text: string): void {
    if (text === "") return;
    const at = this.messages.findIndex(({ role }) => role !== "system");
    this.messages.splice(at < 0 ? this.messages.length : at, 0, { role: "system", content: text });
  }

  user(parts: readonly UserPart[]): void {
    if (parts.length === 0) return;
    const last = this.messages.at(-1);
    if (last?.role === "user") last.content.push(...parts);
    else this.messages.push({ role: "user", content: [...parts] });
  }

  assistant(parts: readonly AssistantPart[]): void {
    for (const part of parts) if (part.type === "tool-call") this.names.set(part.toolCallId, part.toolName);
    if (parts.length === 0) return;
    const last = this.messages.at(-1);
    if (last?.role === "assistant") last.content.push(...parts);
    else this.messages.push({ role: "assistant", content: [...parts] });
  }

  /** A part of a thought that may come in several, the last of which is signed. */
  thought(part: Extract<AssistantPart, { type: "reasoning" }>): void {
    const message = this.messages.at(-1);
    const last = message?.role === "assistant" ? message.content.at(-1) : undefined;
    if (last?.type === "reasoning" && !last.providerOptions) {
      last.text += part.text;
      if (part.providerOptions) last.providerOptions = part.providerOptions;
    } else this.assistant([part]);
  }

  result(toolCallId: string, output: Output, toolName = this.names.get(toolCallId)): void {
    const part: ToolPart = { type: "tool-result", toolCallId, toolName: toolName ?? "tool", output };
    // What a result showed besides its text stands behind it, and no provider takes that between the results of one turn.
    const [before, last] = [this.messages.at(-2), this.messages.at(-1)];
    const results = last?.role === "user" ? before : last;
    if (results?.role === "tool") results.content.push(part);
    else this.messages.push({ role: "tool", content: [part] });
  }
}

/** Where in the client's request parts are. */
const places = new WeakMap<object, string>();

/** The path of a part that not every provider takes; undefined for what all of them do. */
export const placeOf = (part: object): string | undefined => places.get(part);

function placed<Part extends object>(field: string, part: Part): Part {
  places.set(part, field);
  return part;
}

/** A file that stands in the request, or where it is to be had. */
export function fileFrom(
  field: string,
  address: string,
  more: { mediaType?: string; filename?: string } = {},
): LanguageModelV4FilePart {
  const inline = /^data:([^;,]*)((?:;[^;,]*)*),/.exec(address.slice(0, 512));
  const named = more.filename === undefined ? {} : { filename: more.filename };
  if (inline) {
    const encoded = address.slice(inline[0].length);
    const data = /;base64$/i.test(inline[2] ?? "") ? encoded : btoa(decodeURIComponent(encoded));
    const mediaType = inline[1] || more.mediaType || "image/png";
    return placed(field, { type: "file", mediaType, data: { type: "data", data }, ...named });
  }
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^(?:https?|gs):$/.test(url.protocol)) throw new BadRequest(field, "is no URL");
  const mediaType = more.mediaType ?? typeOf(url.pathname);
  return placed(field, { type: "file", mediaType, data: { type: "url", url }, ...named });
}

/** A file whose base64 stands in the request. */
export const fileOf = (field: string, mediaType: string, base64: string, filename?: string): LanguageModelV4FilePart =>
  placed(field, {
    type: "file",
    mediaType,
    data: { type: "data", data: base64 } satisfies SharedV4FileData,
    ...(filename === undefined ? {} : { filename }),
  });

const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  mp4: "video/mp4",
  txt: "text/plain",
};
/** Pictures are what is most often given by address. */
const typeOf = (path: string): string => TYPES[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ""] ?? "image/jpeg";

/** The arguments of a tool call, which dialects write as JSON text. */
export function argumentsOf(text: unknown): unknown {
  if (typeof text !== "string") return isObject(text) ? text : {};
  return text.trim() === "" ? {} : (parseJson(text) ?? {});
}

export const schemaOf = (schema: unknown): JSONSchema7 =>
  (isObject(schema) && Object.keys(schema).length > 0 ? schema : { type: "object", properties: {} }) as JSONSchema7;

/** Which tool a model has to take; undefined where that is not said, null where the neutral form has no like of it. */
export type Chosen = LanguageModelV4CallOptions["toolChoice"] | null;

/** Which tool OpenAI's dialects ask for: `named`, or one of these words. */
export function choiceIn(choice: unknown, named: string | null): Chosen {
  if (named !== null) return { type: "tool", toolName: named };
  switch (choice) {
    case undefined:
    case null:
      return undefined;
    case "none":
    case "auto":
    case "required":
      return { type: choice };
    // Mistral's word for it.
    case "any":
      return { type: "required" };
    default:
      if (typeof choice === "string") throw new BadRequest("tool_choice", "is none that can be translated");
      return null;
  }
}

/** The tools of a request, and which of them the model has to take. `isLost`: it is none of those that are translated. */
export function toolsIn(
  tools: LanguageModelV4FunctionTool[],
  choice: Chosen,
): { options: Pick<LanguageModelV4CallOptions, "tools" | "toolChoice">; isLost: boolean } {
  const isLost =
    choice === null ||
    (choice?.type === "required" && tools.length === 0) ||
    (choice?.type === "tool" && !tools.some(({ name }) => name === choice.toolName));
  if (tools.length === 0) return { options: {}, isLost };
  return { options: isLost || !choice ? { tools } : { tools, toolChoice: choice }, isLost };
}

/** The numbers that dialects name alike, by the neutral names. */
export function numbersIn(
  body: JsonObject,
  names: Readonly<
    Partial<
      Record<
        "maxOutputTokens" | "temperature" | "topP" | "topK" | "presencePenalty" | "frequencyPenalty" | "seed",
        readonly string[]
      >
    >
  >,
): Partial<LanguageModelV4CallOptions> {
  const found: Record<string, number> = {};
  for (const [neutral, fields] of Object.entries(names)) {
    for (const field of fields ?? []) {
      const value = numberIn(body, field);
      if (value !== null) found[neutral] ??= value;
      // A cap that is not understood would be none.
      else if (body[field] !== undefined && body[field] !== null) throw new BadRequest(field, "is no number");
    }
  }
  return found;
}

/** Whether a switch is on; undefined where it is not touched. */
export function flagIn(of: JsonObject, field: string, path = field): boolean | undefined {
  const value = of[field] ?? undefined;
  if (value !== undefined && typeof value !== "boolean") throw new BadRequest(path, "is neither true nor false");
  return value;
}

export function stopsIn(value: unknown, field: string): { stopSequences?: string[] } {
  const stops: readonly unknown[] = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  if (!stops.every((stop) => typeof stop === "string")) throw new BadRequest(field, "is neither a text nor texts");
  return stops.length > 0 ? { stopSequences: [...stops] } : {};
}

const EFFORTS: ReadonlySet<string> = new Set(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

/** `path`: where `field` is in the request. */
export function effortIn(body: JsonObject, field: string, path = field): { reasoning?: Reasoning } {
  const effort = body[field];
  if (effort === undefined || effort === null) return {};
  if (typeof effort !== "string" || !EFFORTS.has(effort))
    throw new BadRequest(path, "is no effort that can be translated");
  return { reasoning: effort as Reasoning };
}

/** How hard a budget of so many tokens lets a model think. */
export const effortOf = (tokens: number): Reasoning =>
  tokens === 0 ? "none" : tokens <= 2_048 ? "low" : tokens <= 10_000 ? "medium" : "high";

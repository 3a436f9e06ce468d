/**
 * A conversation that goes on at a provider of the client's own dialect after others answered in it: what only those understood
 * travels in fields that the provider would read, and refuse. It is taken out; of all else, nothing changes.
 */
import { arrayIn, isObject, type JsonObject, objectIn } from "../core/json.ts";
import { hasMark, isMarked, splitId } from "./stash.ts";
import type { Conversation } from "./types.ts";

export interface Unmarked {
  json: JsonObject;
  /** Fields of the client's that could not stay. */
  dropped: readonly string[];
}

/** Who reads the conversation next. */
export interface Reader {
  dialect: string;
  refusesThoughts?: true | undefined;
  /** Whether the dialect is its own: those who copy it are not as strict. */
  isMaker: boolean;
}

/** `json` without what others left in it; null where that is nothing. `text`: the same, as text. */
export function withoutMarks(text: string, json: JsonObject, to: Reader): Unmarked | null {
  if (to.dialect === "messages") return inMessages(text, json, to);
  if (!hasMark(text)) return null;
  switch (to.dialect as Conversation) {
    case "chat":
      return { json: inChat(json, to.refusesThoughts === true), dropped: [] };
    case "responses":
      return { json: mapped(json, "input", inItem), dropped: [] };
    case "gemini":
      return { json: mapped(json, "contents", (content) => [mapped(content, "parts", inPart)]), dropped: [] };
    default:
      return null;
  }
}

/** `of` with each object in the list at `field` replaced. */
function mapped(of: JsonObject, field: string, replace: (one: JsonObject) => readonly JsonObject[]): JsonObject {
  if (!Array.isArray(of[field])) return of;
  return {
    ...of,
    [field]: arrayIn(of, field).flatMap((one): readonly unknown[] => (isObject(one) ? replace(one) : [one])),
  };
}

/** `of` with the id of a call in each of `fields` as its maker gave it. */
function withIds(of: JsonObject, ...fields: readonly string[]): JsonObject {
  const ids = fields.flatMap((field) => {
    const id = of[field];
    return typeof id === "string" ? [[field, splitId(id).id] as const] : [];
  });
  return { ...of, ...Object.fromEntries(ids) };
}

function inChat(json: JsonObject, refusesThoughts: boolean): JsonObject {
  return mapped(json, "messages", (asked) => {
    const { reasoning_details, ...message } = mapped(withIds(asked, "tool_call_id"), "tool_calls", (call) => [
      withIds(call, "id"),
    ]);
    const all = Array.isArray(reasoning_details) ? reasoning_details : [];
    const own = all.filter((detail) => !(isObject(detail) && isMarked(detail.signature)));
    if (own.length === all.length)
      return [{ ...message, ...(reasoning_details !== undefined && { reasoning_details }) }];
    const { reasoning_content, ...rest } = message;
    const said = refusesThoughts ? rest : message;
    return [own.length > 0 ? { ...said, reasoning_details: own } : said];
  });
}

const inItem = (item: JsonObject): JsonObject[] =>
  item.type === "reasoning" && isMarked(item.encrypted_content) ? [] : [withIds(item, "call_id")];

function inPart(part: JsonObject): JsonObject[] {
  const { thoughtSignature, thought_signature, ...rest } = part;
  if (!isMarked(thoughtSignature ?? thought_signature)) return [part];
  // What Google has for calls of other models: those of a turn that goes on have to be signed.
  if (isObject(rest.functionCall ?? rest.function_call))
    return [{ ...rest, thoughtSignature: "skip_thought_signature_validator" }];
  return rest.thought === true && (rest.text === "" || rest.text === undefined) ? [] : [rest];
}

function inMessages(text: string, json: JsonObject, { isMaker }: Reader): Unmarked | null {
  const unmarked = hasMark(text) ? mapped(json, "messages", withoutMarkedBlocks) : json;
  // A turn that has called tools goes on thinking only from its own thoughts.
  const thinks = isMaker && objectIn(json, "thinking").type === "enabled";
  const isCut = thinks && hasThoughtlessCall(arrayIn(unmarked, "messages"));
  if (!isCut) return unmarked === json ? null : { json: unmarked, dropped: [] };
  const { thinking: _, ...rest } = unmarked;
  return { json: rest, dropped: ["thinking"] };
}

function withoutMarkedBlocks(message: JsonObject): JsonObject[] {
  const told = mapped(message, "content", (block) =>
    isMarked(block.signature ?? block.data) ? [] : [withIds(block, "id", "tool_use_id")],
  );
  return Array.isArray(told.content) && told.content.length === 0 ? [] : [told];
}

/** Whether the turn that goes on has another model's call without a thought before it. */
function hasThoughtlessCall(messages: readonly unknown[]): boolean {
  const blocksOf = (message: unknown) => (isObject(message) ? arrayIn(message, "content").filter(isObject) : []);
  const isResult = (message: unknown) => blocksOf(message).some(({ type }) => type === "tool_result");
  const begin = messages.findLastIndex((one) => isObject(one) && one.role === "user" && !isResult(one));
  return messages.slice(begin + 1).some((message) => {
    const blocks = blocksOf(message);
    const isThought = blocks.some(({ type }) => type === "thinking" || type === "redacted_thinking");
    return !isThought && blocks.some(({ type, id }) => type === "tool_use" && !/^toolu_/.test(String(id)));
  });
}

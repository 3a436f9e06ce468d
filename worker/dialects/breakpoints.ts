/**
 * Marks in an Anthropic request up to where its prompt is kept at the provider: behind the tools, behind the system prompt, and
 * in a conversation at the end of the user's last message and of the one before, where the last request ended. At most four,
 * each only behind a prompt that is long enough to be kept. All other bytes stay.
 */
import { isObject, type JsonObject } from "../core/json.ts";
import { elementsIn, fieldIn, replaceAll, type Span, wholeOf } from "../core/json-edit.ts";
import { cacheWritesOf } from "../pricing/index.ts";

/** Characters of JSON for a token at least; there are usually fewer, so that what counts as long enough is. */
const TOKEN_CHARS = 4;
const MARK = { type: "ephemeral" } as const;
const MARK_TEXT = `"cache_control":${JSON.stringify(MARK)}`;
/** Blocks of a user's message that can be marked. */
const MARKABLE: ReadonlySet<unknown> = new Set(["text", "image", "document", "tool_result", "search_result"]);

interface Change {
  at: Span & { with: string };
  /** The same in the parsed request: the new value of a field, or of a message's content. */
  put: readonly [field: "tools" | "system" | number, value: unknown];
}

/** `body` with marks; null where there is nothing to mark, or the client has marked something itself. */
export function withBreakpoints(
  body: { text: string; json: JsonObject },
  leastTokens: number,
): { text: string; json: JsonObject } | null {
  const { text, json } = body;
  const leastChars = leastTokens * TOKEN_CHARS;
  if (text.length < leastChars || cacheWritesOf(json) !== "none") return null;
  const changes = changesFor(body, leastChars);
  if (changes.length === 0) return null;
  const marked: Record<string, unknown> = { ...json };
  const messages = Array.isArray(json.messages) ? [...json.messages] : [];
  for (const { put } of changes) {
    const [field, value] = put;
    if (typeof field === "string") marked[field] = value;
    else messages[field] = { ...messages[field], content: value };
  }
  return {
    text: replaceAll(
      text,
      changes.map(({ at }) => at),
    ),
    json: { ...marked, messages },
  };
}

function changesFor({ text, json }: { text: string; json: JsonObject }, leastChars: number): Change[] {
  const whole = wholeOf(text);
  const changes: Change[] = [];
  let chars = 0;
  const spanOf = (name: string) => fieldIn(text, whole, name);
  const tools = spanOf("tools");
  if (tools && Array.isArray(json.tools)) {
    chars += tools.to - tools.from;
    const change = chars >= leastChars ? lastOf(text, tools, json.tools, isMarkableTool) : null;
    if (change) changes.push({ at: change.at, put: ["tools", change.list] });
  }
  const system = spanOf("system");
  if (system) {
    chars += system.to - system.from;
    const change = chars >= leastChars ? marksContent(text, system, json.system) : null;
    if (change) changes.push({ at: change.at, put: ["system", change.content] });
  }
  const messages = spanOf("messages");
  if (messages && Array.isArray(json.messages))
    changes.push(...inHistory(text, messages, json.messages, leastChars - chars));
  return changes;
}

/** Marks in a conversation: nothing in the first request of one, of which nobody knows whether it goes on. */
function inHistory(text: string, span: Span, messages: readonly unknown[], leastChars: number): Change[] {
  if (!messages.some((message) => isObject(message) && message.role === "assistant")) return [];
  const elements = elementsIn(text, span);
  const isUsers = (index: number) => isObject(messages[index]) && messages[index].role === "user";
  const last = messages.findLastIndex((_, index) => isUsers(index));
  const before = messages.findLastIndex((_, index) => index < last && isUsers(index));
  return [before, last].flatMap((index): Change[] => {
    const element = elements[index];
    const message = messages[index];
    if (!element || !isObject(message) || element.to - span.from < leastChars) return [];
    const content = fieldIn(text, element, "content");
    const change = content && marksContent(text, content, message.content);
    return change ? [{ at: change.at, put: [index, change.content] }] : [];
  });
}

/** A content, marked at its end: a text becomes the block that it stands for. */
function marksContent(text: string, span: Span, content: unknown): { at: Change["at"]; content: unknown } | null {
  if (typeof content === "string") {
    if (content.trim() === "") return null;
    const value = text.slice(span.from, span.to);
    const at = { ...span, with: `[{"type":"text","text":${value},${MARK_TEXT}}]` };
    return { at, content: [{ type: "text", text: content, cache_control: MARK }] };
  }
  if (!Array.isArray(content)) return null;
  const change = lastOf(text, span, content, isMarkableBlock);
  return change && { at: change.at, content: change.list };
}

/** The last element of a list that can be marked, marked. */
function lastOf(
  text: string,
  span: Span,
  list: readonly unknown[],
  canBe: (element: JsonObject) => boolean,
): { at: Change["at"]; list: unknown[] } | null {
  const index = list.findLastIndex((element) => isObject(element) && canBe(element));
  const element = elementsIn(text, span)[index];
  const value = list[index];
  if (!element || !isObject(value)) return null;
  const marked = [...list];
  marked[index] = { cache_control: MARK, ...value };
  // In front, where a field can go in whatever follows; what can be marked has fields.
  return { at: { from: element.from + 1, to: element.from + 1, with: `${MARK_TEXT},` }, list: marked };
}

const isMarkableBlock = (block: JsonObject): boolean =>
  MARKABLE.has(block.type) && !(block.type === "text" && String(block.text ?? "").trim() === "");

/** A tool that is loaded when it is searched for is no part of the prompt. */
const isMarkableTool = (tool: JsonObject): boolean => tool.defer_loading !== true && Object.keys(tool).length > 0;

/** The text of a request, without the JSON around it: for an estimate of its input, never for a bound. */

type Fields = Readonly<Record<string, unknown>>;

/** Where the formats keep what the model reads; all else steers it. */
const READ: readonly string[] = [
  "messages",
  "system",
  "input",
  "instructions",
  "prompt",
  "suffix",
  "contents",
  "systemInstruction",
  "system_instruction",
  "message",
  "preamble",
  "chat_history",
  "documents",
  "texts",
  "requests",
  "instances",
];
const MESSAGES: ReadonlySet<string> = new Set(["messages", "input", "contents"]);
/** Written as JSON or something like it. */
const READ_AS_JSON: readonly string[] = ["tools", "functions", "response_format", "text"];
/** Names of kinds, ids, addresses and media: nothing that is read as text. */
const UNREAD: ReadonlySet<string> = new Set([
  "role",
  "type",
  "id",
  "tool_call_id",
  "tool_use_id",
  "call_id",
  "cache_control",
  "source",
  "image_url",
  "input_audio",
  "inlineData",
  "inline_data",
  "fileData",
  "file_data",
  "file",
  "data",
  "signature",
  "encrypted_content",
  "thoughtSignature",
]);
/** Deeper than any API's requests. */
const MAX_DEPTH = 64;
export interface PromptText {
  text: string;
  /** How many messages it is in; 0 where no template is put around it. */
  messages: number;
}

/** What a model reads of `body`, a parsed request of any format. */
export function promptTextOf(body: Fields): PromptText {
  const found: string[] = [];
  let messages = 0;
  for (const field of READ) {
    const value = body[field];
    if (Array.isArray(value) && MESSAGES.has(field)) messages += value.length;
    walk(value, found, 0);
  }
  for (const field of READ_AS_JSON) {
    const value = body[field];
    if (typeof value === "object" && value !== null) found.push(JSON.stringify(value));
  }
  return { text: found.join("\n"), messages };
}

function walk(value: unknown, found: string[], depth: number): void {
  if (typeof value === "string") found.push(value);
  else if (Array.isArray(value)) {
    if (depth < MAX_DEPTH) for (const item of value) walk(item, found, depth + 1);
  } else if (typeof value === "object" && value !== null && depth < MAX_DEPTH) {
    for (const [name, item] of Object.entries(value)) if (!UNREAD.has(name)) walk(item, found, depth + 1);
  }
}

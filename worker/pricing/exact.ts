/**
 * The input tokens of OpenAI's text requests, counted: an upper bound that is close, for where the bytes of the body are too
 * much for a budget. The template's tokens are OpenAI's, as its cookbook tells them, and where recordings showed more, more.
 */
import { type Encoding, tokenCounter } from "./tokenizer.ts";

type Count = (text: string) => number;
type Fields = Readonly<Record<string, unknown>>;
/** What cannot be counted ends the count. */
const UNCOUNTABLE = Symbol("uncountable");
type Counted = number | typeof UNCOUNTABLE;

/** Role, separators and their like, for each message (4, and 5 for the oldest models), and what begins the answer (3). */
const MESSAGE_TOKENS = 5;
const REQUEST_TOKENS = 4;
/** For each tool beyond its JSON, and for the section that they stand in: recorded are 66 with GPT-5, 186 with Responses. */
const TOOL_TOKENS = 12;
const TOOLS_TOKENS = { chat: 96, responses: 256 } as const;
/** For a required form of the answer beyond its JSON. */
const FORMAT_TOKENS = 32;

/** Fields that refer to input elsewhere, or that bring a prompt of their own. */
const REFERENCES = ["previous_response_id", "conversation", "prompt_cache_id", "web_search_options"] as const;

/**
 * An upper bound of the input tokens of a `chat`, `completions`, `responses` or `embeddings` body for a model of `encoding`; null where
 * it holds what cannot be counted: images, audio, files, references, tools that the provider runs.
 */
export async function exactInputTokens(body: unknown, kind: string, encoding: Encoding): Promise<number | null> {
  if (!isFields(body)) return null;
  if (REFERENCES.some((field) => body[field] !== undefined && body[field] !== null)) return null;
  const count = await tokenCounter(encoding);
  const tokens = countBody(body, kind, count);
  return tokens === UNCOUNTABLE ? null : tokens;
}

function countBody(body: Fields, kind: string, count: Count): Counted {
  switch (kind) {
    case "chat":
      return Array.isArray(body.messages)
        ? sum([REQUEST_TOKENS, messages(body.messages, count), extras(body, "chat", count)])
        : UNCOUNTABLE;
    case "responses":
      return responses(body, count);
    case "completions":
      return sum([texts(body.prompt ?? "", count), texts(body.suffix ?? "", count)]);
    case "embeddings":
      return texts(body.input, count);
    default:
      return UNCOUNTABLE;
  }
}

/** A text, several, or texts that are tokens already. */
function texts(value: unknown, count: Count): Counted {
  if (typeof value === "string") return count(value) + 1;
  if (!Array.isArray(value)) return UNCOUNTABLE;
  if (value.every((item) => typeof item === "number")) return value.length + 1;
  return sum(value.map((item) => texts(item, count)));
}

function messages(list: readonly unknown[], count: Count): Counted {
  return sum(list.map((message) => (isFields(message) ? messageTokens(message, count) : UNCOUNTABLE)));
}

/** Any field of a message may become part of the prompt: what is no text is counted as its JSON. */
function messageTokens(message: Fields, count: Count): Counted {
  let tokens = MESSAGE_TOKENS;
  for (const [name, value] of Object.entries(message)) {
    if (value === null || value === undefined || name === "role" || name === "id" || name === "status") continue;
    if (name === "audio") return UNCOUNTABLE;
    if (name === "content" || name === "output") {
      const content = contentTokens(value, count);
      if (content === UNCOUNTABLE) return UNCOUNTABLE;
      tokens += content;
    } else {
      tokens += 2 + (typeof value === "string" ? count(value) : jsonTokens(value, count));
    }
  }
  return tokens;
}

const TEXT_PARTS: ReadonlySet<unknown> = new Set(["text", "input_text", "output_text", "refusal"]);

function contentTokens(content: unknown, count: Count): Counted {
  if (typeof content === "string") return count(content);
  if (!Array.isArray(content)) return UNCOUNTABLE;
  let tokens = 0;
  for (const part of content) {
    if (!isFields(part) || !TEXT_PARTS.has(part.type)) return UNCOUNTABLE;
    const text = part.text ?? part.refusal ?? "";
    if (typeof text !== "string") return UNCOUNTABLE;
    tokens += 2 + count(text);
  }
  return tokens;
}

/** Items of the Responses API that are text. A reasoning item is sealed: nobody can tell what it holds. */
const TEXT_ITEMS: ReadonlySet<unknown> = new Set([undefined, "message", "function_call", "function_call_output"]);

function responses(body: Fields, count: Count): Counted {
  // A stored prompt is a reference.
  if (body.prompt !== undefined && body.prompt !== null) return UNCOUNTABLE;
  const instructions = typeof body.instructions === "string" ? MESSAGE_TOKENS + count(body.instructions) : 0;
  const base = REQUEST_TOKENS + instructions;
  if (typeof body.input === "string")
    return sum([base, MESSAGE_TOKENS + count(body.input), extras(body, "responses", count)]);
  if (!Array.isArray(body.input)) return UNCOUNTABLE;
  if (!body.input.every((item) => isFields(item) && TEXT_ITEMS.has(item.type))) return UNCOUNTABLE;
  return sum([base, messages(body.input, count), extras(body, "responses", count)]);
}

/** Tools and the answer's form: their JSON is more than the shorter notation that they are written in. */
function extras(body: Fields, kind: keyof typeof TOOLS_TOKENS, count: Count): Counted {
  let tokens = 0;
  for (const field of ["tools", "functions"]) {
    const tools = body[field];
    if (!Array.isArray(tools) || tools.length === 0) continue;
    if (
      field === "tools" &&
      !tools.every((tool) => isFields(tool) && (tool.type === "function" || tool.type === "custom"))
    ) {
      return UNCOUNTABLE;
    }
    tokens += TOOLS_TOKENS[kind];
    for (const tool of tools) tokens += TOOL_TOKENS + jsonTokens(tool, count);
  }
  for (const field of ["response_format", "text", "tool_choice", "function_call"]) {
    const value = body[field];
    // Free text is no form.
    if (!isFields(value) || value.type === "text") continue;
    tokens += FORMAT_TOKENS + jsonTokens(value, count);
  }
  return tokens;
}

const jsonTokens = (value: unknown, count: Count): number => count(JSON.stringify(value));

function sum(counts: readonly Counted[]): Counted {
  let total = 0;
  for (const count of counts) {
    if (count === UNCOUNTABLE) return UNCOUNTABLE;
    total += count;
  }
  return total;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

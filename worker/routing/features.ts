/** What a request shows of its difficulty, read from its body in any dialect. Lenient: what is not there is not counted. */
import { arrayIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import type { Features } from "./difficulty.ts";

/** Of one turn, its beginning and its end: between them mostly stands what is pasted. */
const HEAD_CHARS = 1_500;
const TAIL_CHARS = 500;
/** Of all turns, the newest: reading more takes longer than it tells. */
const MOST_CHARS = 8_000;

/** Numbers that are known of the request already. */
export interface Measured {
  inputTokens: number;
  maxOutputTokens: number | null;
  media: number;
}

/** The features of `body`, a request in any dialect. */
export function featuresOf(body: JsonObject, measured: Measured): Features {
  const turns = turnsOf(body);
  return {
    ...measured,
    turns: shortened(turns),
    turnCount: turns.length,
    tools: toolsOf(body),
    structured: isStructured(body),
    effort: effortOf(body),
  };
}

/** The user's own words, the newest last: results of tools are not among them. */
function turnsOf(body: JsonObject): string[] {
  const { input, prompt } = body;
  if (typeof input === "string") return [input];
  if (typeof prompt === "string") return [prompt];
  // Chat and messages; Responses; Gemini.
  const all = [body.messages, input, body.contents].find(Array.isArray) ?? [];
  return all.flatMap((message: unknown) => {
    if (!isObject(message) || (message.role !== undefined && message.role !== "user")) return [];
    const text = textOf(message.content ?? message.parts);
    return text === "" ? [] : [text];
  });
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const texts = content.map((part) => (isObject(part) ? (stringIn(part, "text") ?? "") : ""));
  return texts.filter((text) => text !== "").join("\n");
}

/** The turns from the newest back, each cut to its ends, as long as there is room; their order stays. */
function shortened(turns: readonly string[]): string[] {
  const kept: string[] = [];
  let room = MOST_CHARS;
  for (let at = turns.length - 1; at >= 0 && room > 0; at--) {
    const turn = turns[at] ?? "";
    const isLong = turn.length > HEAD_CHARS + TAIL_CHARS;
    const text = isLong ? `${turn.slice(0, HEAD_CHARS)}\n${turn.slice(-TAIL_CHARS)}` : turn;
    room -= text.length;
    kept.unshift(text);
  }
  return kept;
}

/** Functions, wherever a dialect lists them: Gemini puts many into one tool. */
function toolsOf(body: JsonObject): number {
  return arrayIn(body, "tools").reduce<number>(
    (sum, tool) => sum + Math.max(1, isObject(tool) ? arrayIn(tool, "functionDeclarations").length : 1),
    0,
  );
}

function isStructured(body: JsonObject): boolean {
  const config = objectIn(body, "generationConfig");
  const formats = [objectIn(body, "response_format"), objectIn(objectIn(body, "text"), "format")];
  return (
    formats.some(({ type }) => type === "json_schema" || type === "json_object") ||
    objectIn(objectIn(body, "output_config"), "format").type === "json_schema" ||
    isObject(config.responseSchema) ||
    isObject(config.responseJsonSchema)
  );
}

/** Anthropic's and Gemini's budgets as efforts. */
function effortOf(body: JsonObject): string | null {
  const named =
    stringIn(body, "reasoning_effort") ??
    stringIn(objectIn(body, "reasoning"), "effort") ??
    stringIn(objectIn(body, "output_config"), "effort");
  if (named !== null) return named;
  const thinking = objectIn(body, "thinking");
  if (thinking.type === "disabled") return "none";
  const config = objectIn(objectIn(body, "generationConfig"), "thinkingConfig");
  const level = stringIn(config, "thinkingLevel");
  if (level !== null) return level.toLowerCase();
  const budget = thinking.type === "enabled" ? thinking.budget_tokens : config.thinkingBudget;
  if (typeof budget !== "number" || budget < 0) return null;
  return budget === 0 ? "none" : budget <= 2_048 ? "low" : budget <= 10_000 ? "medium" : "high";
}

/** Decides what the sandbox answers: text, thought, tool calls, and the usage that goes with them. Pure. */
import type { Controls } from "./controls.ts";
import { type Prompt, type Tool, toolNamed } from "./prompt.ts";
import { filledSchema, stretch, thought, usualAnswer, usualObject } from "./texts.ts";
import { countTokens, tokenize } from "./tokenizer.ts";

export type Finish = "stop" | "stop_sequence" | "length" | "tool_calls";

export interface ToolCall {
  name: string;
  /** JSON of the arguments. */
  arguments: string;
}

/** One choice. All of it together is `outputTokens` long. */
export interface Answer {
  thought: string;
  text: string;
  calls: ToolCall[];
  finish: Finish;
  /** The stop sequence that ended the text. */
  stopped: string | null;
}

/** Totals that include their parts; `input` includes cached and written tokens, `output` the thought. */
export interface PlayedUsage {
  input: number;
  cached: number;
  cacheWrite: number;
  cacheWrite1h: number;
  audioIn: number;
  output: number;
  reasoning: number;
  audioOut: number;
}

export interface Play {
  answers: Answer[];
  usage: PlayedUsage;
}

/** Where thinking was asked for and no length was given. */
const USUAL_THOUGHT_TOKENS = 24;
/** All choices together say no more than this, whatever is asked for: an answer is built in memory. */
const MAX_ANSWER_TOKENS = 128_000;
/** A stream shows that many tokens an event. */
const TOKENS_PER_CHUNK = 3;
/** Words of a tool's name that say nothing about what it is for. */
const COMMON_WORDS = new Set(["call", "find", "from", "function", "list", "make", "name", "read", "tool", "with"]);
const LEAST_WORD_CHARS = 4;

/** What is answered to `prompt`, as `controls` have it. */
export function play(prompt: Prompt, controls: Controls): Play {
  const answers = Array.from({ length: prompt.choices }, (_, index) => answer(prompt, controls, index));
  const output = answers.reduce((sum, one) => sum + answerTokens(one), 0);
  const reasoning = answers.reduce((sum, one) => sum + countTokens(one.thought), 0);
  const counted = prompt.input;
  const input = controls.input ?? counted.total;
  const cached = Math.min(controls.cached ?? counted.cached, input);
  const cacheWrite = Math.min(controls.cacheWrite ?? counted.cacheWrite, input - cached);
  return {
    answers,
    usage: {
      input,
      cached,
      cacheWrite,
      cacheWrite1h: Math.min(counted.cacheWrite1h, cacheWrite),
      audioIn: Math.min(controls.audioIn ?? counted.audio, input),
      output,
      reasoning,
      audioOut: Math.min(controls.audioOut ?? 0, output - reasoning),
    },
  };
}

/** The tokens of one answer: thought, text, and the calls' names and arguments. */
export function answerTokens(one: Answer): number {
  const calls = one.calls.reduce((sum, call) => sum + callTokens(call), 0);
  return countTokens(one.thought) + countTokens(one.text) + calls;
}

const callTokens = (call: ToolCall): number => countTokens(call.name) + countTokens(call.arguments);

/** `text` cut as a stream shows it: into `controls.chunks` parts, else a few tokens a part. */
export function chunksOf(text: string, controls: Controls): string[] {
  const tokens = tokenize(text);
  const count = Math.min(controls.chunks ?? Math.ceil(tokens.length / TOKENS_PER_CHUNK), tokens.length);
  return Array.from({ length: count }, (_, index) =>
    tokens
      .slice(Math.floor((index * tokens.length) / count), Math.floor(((index + 1) * tokens.length) / count))
      .join(""),
  );
}

function answer(prompt: Prompt, controls: Controls, index: number): Answer {
  const most = Math.floor(MAX_ANSWER_TOKENS / prompt.choices);
  const cap = Math.min(prompt.maxTokens ?? most, most);
  const wanted = controls.reasoning ?? (prompt.thinking ? USUAL_THOUGHT_TOKENS : 0);
  // At least one token is left to answer with, wherever the cap allows for two.
  const thinking = thought(Math.min(wanted, Math.max(cap - 1, 0)));
  const room = cap - countTokens(thinking);
  const tool = toolToCall(prompt, controls);
  if (tool) {
    const call: ToolCall = { name: tool.name, arguments: filledSchema(tool.schema, prompt.lastUser) };
    // A call that does not fit is not begun: half of its arguments would be of no use in any dialect.
    if (callTokens(call) <= room) {
      return { thought: thinking, text: "", calls: [call], finish: "tool_calls", stopped: null };
    }
  }
  return { thought: thinking, calls: [], ...shorten(textFor(prompt, controls, { index, room }), prompt.stop, room) };
}

/** Ends `text` at the first stop sequence and at `room` tokens, whichever comes first. */
function shorten(text: string, stops: readonly string[], room: number): Pick<Answer, "text" | "finish" | "stopped"> {
  let end = text.length;
  let stopped: string | null = null;
  for (const stop of stops) {
    const at = stop === "" ? -1 : text.indexOf(stop);
    if (at >= 0 && at < end) {
      end = at;
      stopped = stop;
    }
  }
  const tokens = tokenize(text.slice(0, end));
  if (tokens.length > room) return { text: tokens.slice(0, room).join(""), finish: "length", stopped: null };
  return { text: text.slice(0, end), finish: stopped === null ? "stop" : "stop_sequence", stopped };
}

function textFor(prompt: Prompt, controls: Controls, at: { index: number; room: number }): string {
  const text = contentFor(prompt, controls);
  // One token more than there is room for, so that it is seen to be cut.
  const most = at.room + 1;
  if (controls.tokens !== undefined) return stretch(text, Math.min(controls.tokens, most));
  if (prompt.format.type !== "text" && controls.say === undefined) return text;
  const numbered = at.index === 0 ? text : `${text} (${at.index + 1})`;
  const least = Math.min(controls.chunks ?? 0, most);
  return least > countTokens(numbered) ? stretch(numbered, least) : numbered;
}

function contentFor(prompt: Prompt, controls: Controls): string {
  if (controls.say !== undefined) return controls.say;
  if (prompt.format.type === "schema") return filledSchema(prompt.format.schema, prompt.lastUser);
  if (prompt.format.type === "object") return usualObject(prompt.model, prompt.lastUser);
  return usualAnswer(prompt.model, prompt.lastUser, prompt.toolResult);
}

/**
 * The tool that is called. Asked for by a control or by `tool_choice`, it is called; where the choice is the
 * model's, it is called if it is the only one or the user speaks of it, and not again once it has answered.
 */
function toolToCall(prompt: Prompt, controls: Controls): Tool | undefined {
  if (controls.tool === "none") return undefined;
  if (controls.tool !== undefined) return toolNamed(prompt.tools, controls.tool) ?? { name: controls.tool, schema: {} };
  const choice = prompt.toolChoice;
  if (choice.mode === "none") return undefined;
  if (choice.mode === "named") return toolNamed(prompt.tools, choice.name);
  const mentioned = prompt.tools.find((tool) => mentions(prompt.lastUser, tool.name));
  if (choice.mode === "required") return mentioned ?? prompt.tools[0];
  if (prompt.toolResult !== null || controls.say !== undefined || controls.tokens !== undefined) return undefined;
  return mentioned ?? (prompt.tools.length === 1 ? prompt.tools[0] : undefined);
}

function mentions(text: string, toolName: string): boolean {
  const lower = text.toLowerCase();
  const words = toolName
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return words.some((word) => word.length >= LEAST_WORD_CHARS && !COMMON_WORDS.has(word) && lower.includes(word));
}

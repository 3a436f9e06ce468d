/** What a request asks for, whatever its wire format: dialects read it, `play.ts` answers it. */
import type { Fields } from "./json.ts";
import { countTokens } from "./tokenizer.ts";

export interface Tool {
  name: string;
  /** JSON Schema of the arguments. */
  schema: unknown;
}

export type ToolChoice = { mode: "none" | "auto" | "required" } | { mode: "named"; name: string };
export type Format = { type: "text" } | { type: "object" } | { type: "schema"; schema: unknown };

/** The input's tokens by kind; `total` includes the others. */
export interface InputTokens {
  total: number;
  cached: number;
  cacheWrite: number;
  cacheWrite1h: number;
  audio: number;
}

export interface Prompt {
  /** As the client named it, without the sandbox's options. */
  model: string;
  system: string;
  /** Text of the last message of the user. */
  lastUser: string;
  /** Text of the tool's result that the conversation ends with, if it does. */
  toolResult: string | null;
  tools: Tool[];
  toolChoice: ToolChoice;
  format: Format;
  /** The client's cap on output tokens. */
  maxTokens: number | null;
  stop: string[];
  /** How many answers. */
  choices: number;
  stream: boolean;
  /** The client asked for thinking. */
  thinking: boolean;
  input: InputTokens;
}

/** What OpenAI's chat format adds to the text of a message, and to the whole. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_PER_REPLY = 3;
/** What the cheapest rendering of an image costs on OpenAI's models. */
const TOKENS_PER_IMAGE = 85;
/** Ten tokens a second, at 16 kHz of 16 bits. */
const AUDIO_BYTES_PER_TOKEN = 3_200;

/** Sums up an input; the dialect shows it every part once. */
export interface InputCounter {
  message(): void;
  text(text: string): void;
  json(value: unknown): void;
  image(): void;
  /** Base64 data of sound. */
  audio(base64: string): void;
  /** What was counted up to here will be a cached prefix, for five minutes or an hour. */
  breakpoint(ttl: "5m" | "1h"): void;
  /** The sum, never more than `bodyBytes`. A prefix is read where `warm`, else written. */
  total(bodyBytes: number, warm: boolean): InputTokens;
}

export function inputCounter(): InputCounter {
  let total = 0;
  let audio = 0;
  let prefix = 0;
  let prefix1h = 0;
  return {
    message: () => {
      total += TOKENS_PER_MESSAGE;
    },
    text: (text) => {
      total += countTokens(text);
    },
    json: (value) => {
      if (value !== undefined) total += countTokens(JSON.stringify(value));
    },
    image: () => {
      total += TOKENS_PER_IMAGE;
    },
    audio: (base64) => {
      const tokens = Math.max(1, Math.ceil((base64.length * 3) / 4 / AUDIO_BYTES_PER_TOKEN));
      audio += tokens;
      total += tokens;
    },
    breakpoint: (ttl) => {
      prefix = total;
      if (ttl === "1h") prefix1h = total;
    },
    total: (bodyBytes, warm) => {
      const sum = Math.max(1, Math.min(total + TOKENS_PER_REPLY, bodyBytes));
      const kept = Math.min(prefix, sum);
      return {
        total: sum,
        cached: warm ? kept : 0,
        cacheWrite: warm ? 0 : kept,
        cacheWrite1h: warm ? 0 : Math.min(prefix1h, kept),
        audio: Math.min(audio, sum),
      };
    },
  };
}

/** The tool with `name` among `tools`, as the client declared them under `declarations`. */
export const toolNamed = (tools: readonly Tool[], name: string): Tool | undefined =>
  tools.find((tool) => tool.name === name);

/** A function's declaration as a tool; the schema has one of a few names. */
export function toolOf(declaration: Fields): Tool {
  const schema = declaration.parameters ?? declaration.input_schema ?? declaration.parametersJsonSchema ?? {};
  return { name: String(declaration.name ?? ""), schema };
}

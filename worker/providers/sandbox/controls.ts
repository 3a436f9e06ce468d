/**
 * How a request tells the sandbox what to play: `[[sandbox: latency=500ms tokens=200]]` in the system text or the
 * last user message, or the same options behind the model's name, `gpt-5-mini@latency=500ms,tokens=200`.
 * docs/sandbox.md is the list for users.
 */
import { type Failure, failureNamed } from "./failures.ts";

export interface Controls {
  /** Before the headers. */
  latencyMs?: number;
  /** From the headers to the body's first byte. */
  ttftMs?: number;
  /** Between two events of a stream. */
  chunkDelayMs?: number;
  /** Length of the answer's text. */
  tokens?: number;
  /** Into how many pieces a stream cuts it. */
  chunks?: number;
  /** The text itself. */
  say?: string;
  /** The tool to call, or `none`. */
  tool?: string;
  /** Reported input tokens by kind; `input` replaces the count, the others are parts of it. */
  input?: number;
  cached?: number;
  cacheWrite?: number;
  audioIn?: number;
  audioOut?: number;
  /** Tokens to think before the answer. */
  reasoning?: number;
  /** The provider reports no usage at all. */
  noUsage?: boolean;
  error?: Failure;
  /** The error comes inside the stream, after that many events. */
  after?: number;
  /** The body ends after that many events, without its terminator. */
  cut?: number;
  /** The connection breaks after that many events. */
  abort?: number;
  /** Nothing more comes after that many events. */
  stall?: number;
  /** The event of that number is broken. */
  malformed?: number;
  /** No answer at all: the connection fails. */
  reset?: boolean;
}

/** Either the controls, or the words that are none. */
export type ControlsResult = { ok: true; controls: Controls } | { ok: false; problem: string };

// No bracket inside, so that a text full of openings is still read in one pass.
const MARKER = /\[\[sandbox:([^[\]]*)\]\]/g;
const PAIR = /([a-z_]+)(?:=(?:"([^"]*)"|([^\s,]*)))?/gy;
const SEPARATOR = /[\s,]*/y;
const SUFFIX = /^(.+?)@([a-z_]+=.+|reset)$/;

/** A wait longer than this is a mistake. */
const MAX_WAIT_MS = 600_000;
/** A count above this is a mistake; `MAX_ANSWER_TOKENS` in play.ts is what is really said. */
const MAX_COUNT = 1_000_000;

const COUNTS: ReadonlyMap<string, keyof Controls> = new Map<string, keyof Controls>(
  Object.entries({
    tokens: "tokens",
    chunks: "chunks",
    input: "input",
    cached: "cached",
    cache_write: "cacheWrite",
    audio_in: "audioIn",
    audio_out: "audioOut",
    reasoning: "reasoning",
    after: "after",
    cut: "cut",
    abort: "abort",
    stall: "stall",
    malformed: "malformed",
  }),
);
const WAITS: ReadonlyMap<string, keyof Controls> = new Map<string, keyof Controls>(
  Object.entries({ latency: "latencyMs", ttft: "ttftMs", chunk_delay: "chunkDelayMs" }),
);

/** A model's name and the options behind it: `gpt-5-mini@error=429` is `gpt-5-mini` and `error=429`. */
export function splitModel(model: string): { model: string; options: string } {
  const match = SUFFIX.exec(model);
  return match ? { model: match[1] ?? model, options: match[2] ?? "" } : { model, options: "" };
}

/** `text` without its markers. */
export const withoutMarkers = (text: string): string => text.replace(MARKER, "").trim();

/**
 * The controls for a request to `provider`. Later sources win: system text, last user message, model suffix.
 * A marker with `on=…` counts for that provider alone.
 */
export function readControls(provider: string, system: string, lastUser: string, modelOptions: string): ControlsResult {
  const controls: Controls = {};
  const sources = [...markers(system), ...markers(lastUser), modelOptions];
  for (const source of sources) {
    const pairs = parsePairs(source);
    if (pairs === null) return { ok: false, problem: `cannot read "${source.trim()}"` };
    const on = pairs.find(([name]) => name === "on")?.[1];
    if (on !== undefined && on !== provider) continue;
    for (const [name, value] of pairs) {
      if (name !== "on" && !apply(controls, name, value)) {
        return { ok: false, problem: `no such option: ${value === "" ? name : `${name}=${value}`}` };
      }
    }
    const retryAfter = pairs.find(([name]) => name === "retry_after")?.[1];
    if (retryAfter !== undefined && controls.error) {
      controls.error = { ...controls.error, retryAfterSeconds: Number.parseFloat(retryAfter) };
    }
  }
  return { ok: true, controls };
}

function markers(text: string): string[] {
  return Array.from(text.matchAll(MARKER), (match) => match[1] ?? "");
}

function parsePairs(source: string): [string, string][] | null {
  const pairs: [string, string][] = [];
  let at = 0;
  for (;;) {
    SEPARATOR.lastIndex = at;
    SEPARATOR.exec(source);
    at = SEPARATOR.lastIndex;
    if (at >= source.length) return pairs;
    PAIR.lastIndex = at;
    const match = PAIR.exec(source);
    if (!match) return null;
    at = PAIR.lastIndex;
    pairs.push([match[1] ?? "", match[2] ?? match[3] ?? ""]);
  }
}

/** Whether `name` with `value` is an option; then `controls` has it. */
function apply(controls: Controls, name: string, value: string): boolean {
  const count = COUNTS.get(name);
  if (count !== undefined) {
    // `cut` alone is `cut=1`: at least something of the stream is seen before it fails.
    const number = value === "" ? 1 : Number(value);
    if (!Number.isInteger(number) || number < 0 || number > MAX_COUNT) return false;
    Object.assign(controls, { [count]: number });
    return true;
  }
  const wait = WAITS.get(name);
  if (wait !== undefined) {
    const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(value);
    if (!match) return false;
    const milliseconds = Number(match[1]) * (match[2] === "s" ? 1000 : 1);
    Object.assign(controls, { [wait]: Math.min(milliseconds, MAX_WAIT_MS) });
    return true;
  }
  switch (name) {
    case "say":
      controls.say = value;
      return true;
    case "tool":
      controls.tool = value;
      return value !== "";
    case "usage":
      controls.noUsage = true;
      return value === "none";
    case "reset":
      controls.reset = true;
      return value === "";
    case "retry_after":
      return /^\d+(\.\d+)?$/.test(value);
    case "error": {
      const named = failureNamed(value);
      if (!named) return false;
      controls.error = named;
      return true;
    }
    default:
      return false;
  }
}

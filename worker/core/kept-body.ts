/**
 * What was said in a request, as it is kept: the question, and the answer. A stream's answer is kept joined, text by text,
 * not chunk by chunk: what is to be redacted may lie across two of them.
 */
import { parseJson } from "./json.ts";
import { type Redaction, redactJson, redactText } from "./redact.ts";

/** JSON where it is JSON, a stream's joined texts, else the text; null where it is no text at all. */
export interface KeptBody {
  type: string;
  /** Of the body as it was. */
  bytes: number;
  /** The end is missing: it was longer than is kept. */
  cut: boolean;
  json?: unknown;
  text?: string;
  stream?: JoinedStream;
}

export interface JoinedStream {
  events: number;
  /** The texts of all events at each place, joined; a text that never changes once: `choices[0].delta.content`. */
  texts: Record<string, string>;
  /** The last event, which tells the usage in most formats. */
  last: unknown;
}

/** One is longer than anybody reads. */
export const MAX_KEPT_BYTES = 1_048_576;

/** Whether a content type is of text. */
export const isTextual = (type: string): boolean =>
  /json|text|xml|event-stream|ndjson|x-www-form-urlencoded/i.test(type);

/** What is kept of a body. `raw` is its beginning, at most `MAX_KEPT_BYTES`; `bytes` its whole length. */
export function keptBody(of: { type: string; raw: Uint8Array; bytes: number }, rules: Redaction): KeptBody {
  const { type, raw, bytes } = of;
  const kept = { type, bytes, cut: bytes > raw.byteLength };
  if (bytes === 0 || !isTextual(type)) return kept;
  const text = new TextDecoder().decode(raw);
  if (/event-stream|ndjson|stream\+json/i.test(type)) {
    return { ...kept, stream: redactJson(joined(text), rules) as JoinedStream };
  }
  const json = /json/i.test(type) ? parseJson(text) : undefined;
  // JSON that was cut is none any more: then names of fields cannot be told, and nothing is kept that one of them may cover.
  if (json === undefined && /json/i.test(type) && rules.fields.length > 0) return kept;
  return json === undefined ? { ...kept, text: redactText(text, rules) } : { ...kept, json: redactJson(json, rules) };
}

function joined(text: string): JoinedStream {
  const seen = new Map<string, { text: string; isConstant: boolean }>();
  let events = 0;
  let last: unknown = null;
  const note = (value: unknown, place: string): void => {
    if (typeof value === "string") {
      const before = seen.get(place);
      if (!before) seen.set(place, { text: value, isConstant: true });
      else if (!before.isConstant || before.text !== value) {
        seen.set(place, { text: before.text + value, isConstant: false });
      }
    } else if (Array.isArray(value)) {
      for (const [at, each] of value.entries()) note(each, `${place}[${at}]`);
    } else if (value !== null && typeof value === "object") {
      for (const [name, each] of Object.entries(value)) note(each, place === "" ? name : `${place}.${name}`);
    }
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    const value = parseJson(line.replace(/^data: ?/, ""));
    if (value === undefined || value === null || typeof value !== "object") continue;
    events++;
    last = value;
    note(value, "");
  }
  return { events, texts: Object.fromEntries([...seen].map(([place, { text }]) => [place, text])), last };
}

/** Reads an answer's bytes as they pass: which framing they have, and what the dialect's meter makes of them. */
import { isObject, parseJson } from "../core/json.ts";
import { SseSplitter } from "../core/sse.ts";
import { isPlausible } from "../dialects/plausible.ts";
import type { Dialect, Meter, Reading } from "../dialects/types.ts";

/** How an answer is cut into JSON documents. */
type Framing = "sse" | "lines" | "whole";

/** Beyond this much text an answer that is one document is not read, and what was streamed cannot be counted. */
const MAX_KEPT_CHARS = 32_000_000;

/** One answer's reader. */
export class StreamMeter {
  readonly #dialect: Dialect;
  readonly #meter: Meter;
  /** Null until the first bytes tell. */
  #framing: Framing | null;
  /** Sound, a picture, plain text: nothing in it can say that it is complete, but its clean end. */
  readonly #opaque: boolean;
  #decoder: TextDecoder | null = null;
  readonly #splitter: SseSplitter;
  /** The text so far: what is one document is read at its end, and what was streamed is counted only if need be. */
  #kept: string[] = [];
  #keptChars = 0;
  #ended = false;

  constructor(dialect: Dialect, contentType: string) {
    this.#dialect = dialect;
    this.#meter = dialect.meter();
    this.#framing = framingOf(contentType);
    this.#opaque = OPAQUE.test(contentType);
    this.#splitter = new SseSplitter(({ data, name }) => {
      if (this.#meter.wants(data, name)) this.#document(data, name);
    });
  }

  /** Whether the headers say that it comes event by event: small, and never long in the making. */
  get isEventStream(): boolean {
    return this.#framing === "sse";
  }

  /** Whether an error came so far. */
  get hasFailed(): boolean {
    return this.#meter.reading().error !== null;
  }

  /** Takes the next bytes. */
  see(chunk: Uint8Array): void {
    this.#decoder ??= new TextDecoder("utf-8");
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Takes a whole answer. */
  seeAll(bytes: Uint8Array): void {
    this.#take(UTF8.decode(bytes));
  }

  /** No more bytes will come. */
  end(): Reading {
    if (!this.#ended) {
      this.#ended = true;
      if (this.#decoder) this.#take(this.#decoder.decode());
      if (this.#framing === "sse") this.#splitter.end();
      else if (this.#framing === "whole" && this.#keptChars <= MAX_KEPT_CHARS) this.#whole(this.#kept.join(""));
      else if (this.#framing === "lines") for (const line of this.#lines()) this.#document(line, "");
    }
    const read = this.#meter.reading();
    // What cannot be true is no report: then it is counted, and the record says so.
    const reading = read.reported && !isPlausible(read.reported) ? { ...read, reported: null } : read;
    return this.#opaque ? { ...reading, finished: reading.error === null } : reading;
  }

  /** What the answer said so far, as text: for counting where the provider's count never came. Null: too long to be kept. */
  answerText(): string | null {
    if (this.#keptChars > MAX_KEPT_CHARS) return null;
    const parts: string[] = [];
    const add = (data: string) => {
      const json = parseJson(data);
      for (const document of Array.isArray(json) ? json : [json]) {
        if (isObject(document)) parts.push(this.#dialect.textOf(document));
      }
    };
    if (this.#framing === "sse") {
      const splitter = new SseSplitter(({ data }) => add(data));
      splitter.push(this.#kept.join(""));
      splitter.end();
    } else if (this.#framing === "lines") for (const line of this.#lines()) add(line);
    else add(this.#kept.join(""));
    return parts.join("");
  }

  #take(text: string): void {
    if (text === "") return;
    this.#framing ??= framingOfText(text);
    if (this.#framing === "sse") this.#splitter.push(text);
    this.#keptChars += text.length;
    if (this.#keptChars <= MAX_KEPT_CHARS) this.#kept.push(text);
    else this.#kept = [];
  }

  #document(data: string, name: string): void {
    const json = parseJson(data);
    if (isObject(json)) this.#meter.event(json, name);
    else this.#meter.marker(data);
  }

  #whole(text: string): void {
    const json = parseJson(text);
    if (json !== undefined) this.#meter.body(json);
  }

  #lines(): string[] {
    return this.#kept
      .join("")
      .split("\n")
      .filter((line) => line.trim() !== "");
  }
}

/** One for all whole answers: a decoder that is not streaming keeps nothing between two calls. */
const UTF8 = new TextDecoder("utf-8");

/** Types whose bytes no meter reads. */
const OPAQUE = /^(?:audio|image|video)\/|octet-stream|text\/(?:plain|vtt)|subrip/i;

/** What the headers settle. A type of JSON settles nothing: streams were seen under it. */
function framingOf(contentType: string): Framing | null {
  if (/event-stream/i.test(contentType)) return "sse";
  return /stream\+json|ndjson|jsonl/i.test(contentType) ? "lines" : null;
}

/** A bracket begins a JSON document, all else an event stream; blank space is no sign yet. */
function framingOfText(text: string): Framing | null {
  const first = text.trimStart().charAt(0);
  if (first === "") return null;
  return first === "{" || first === "[" ? "whole" : "sse";
}

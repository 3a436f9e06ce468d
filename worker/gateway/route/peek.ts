/** The beginning of a success, looked at before any of it goes to the client: some successes are none. */
import { isObject, parseJson } from "../../core/json.ts";
import { SseSplitter } from "../../core/sse.ts";
import type { Dialect, Reading } from "../../dialects/types.ts";

/** What a stream turned out to be. */
export type Peeked =
  /** It says something, or it is complete; `first` was read of it. */
  | { kind: "going"; first: Uint8Array[]; reader: ReadableStreamDefaultReader<Uint8Array>; isWhole: boolean }
  /** The provider's error, as JSON. */
  | { kind: "error"; body: unknown; first: Uint8Array[]; reading: Reading }
  /** It ended, or broke off, before its end; or something in it is no event of its dialect. */
  | { kind: "broken"; reading: Reading; text: string };

/** Events without content before the answer is taken for sound: role, ping, created, in progress, … */
const MOST_EVENTS = 16;
/** A stream that is held back until it is complete takes this much memory at most. */
const MOST_HELD_BYTES = 8_388_608;

/** How far a stream is looked at, and who hears of it. */
export interface Looking {
  untilEnd: boolean;
  /** It says something, for the first time. */
  began(): void;
  /** More of it came. */
  moved(): void;
}

/** Reads a stream of events until its first content, or, where `untilEnd`, until its end. Never throws. */
export async function peek(
  body: ReadableStream<Uint8Array>,
  dialect: Dialect,
  { untilEnd, began, moved }: Looking,
): Promise<Peeked> {
  const reader = body.getReader();
  const look = new Look(dialect);
  const first: Uint8Array[] = [];
  let bytes = 0;
  let hasBegun = false;
  for (;;) {
    const next = await reader.read().catch(() => null);
    if (next === null) return look.brokenOff();
    if (next.done) {
      look.end();
      if (look.error !== undefined) return { kind: "error", body: look.error, first, reading: look.reading() };
      return look.reading().finished && !look.isMalformed
        ? { kind: "going", first, reader, isWhole: true }
        : look.brokenOff();
    }
    first.push(next.value);
    bytes += next.value.byteLength;
    look.push(next.value);
    moved();
    if (!hasBegun && look.hasContent) {
      hasBegun = true;
      began();
    }
    if (look.error !== undefined || look.isMalformed) reader.cancel().catch(() => {});
    if (look.error !== undefined) return { kind: "error", body: look.error, first, reading: look.reading() };
    if (look.isMalformed) return look.brokenOff();
    const isSound = !untilEnd && (look.hasContent || look.events >= MOST_EVENTS);
    if (isSound || bytes > MOST_HELD_BYTES) return { kind: "going", first, reader, isWhole: false };
  }
}

class Look {
  readonly #decoder = new TextDecoder("utf-8");
  readonly #splitter: SseSplitter;
  readonly #meter: ReturnType<Dialect["meter"]>;
  readonly #said: string[] = [];
  events = 0;
  hasContent = false;
  isMalformed = false;
  error: unknown;

  constructor(dialect: Dialect) {
    this.#meter = dialect.meter();
    this.#splitter = new SseSplitter(({ data, name }) => {
      if (data.trim() === "") return;
      this.events++;
      const json = parseJson(data);
      if (isObject(json)) {
        this.#meter.event(json, name);
        const text = dialect.textOf(json);
        if (text !== "") this.hasContent = true;
        this.#said.push(text);
        if (this.#meter.reading().error !== null) this.error ??= json;
      } else {
        this.#meter.marker(data);
        // All else that is no JSON ends a stream.
        if (!this.#meter.reading().finished) this.isMalformed = true;
      }
      if (this.#meter.reading().finished) this.hasContent = true;
    });
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): void {
    this.#splitter.push(this.#decoder.decode());
    this.#splitter.end();
  }

  reading(): Reading {
    return this.#meter.reading();
  }

  brokenOff(): Peeked {
    return { kind: "broken", reading: this.reading(), text: this.#said.join("") };
  }
}

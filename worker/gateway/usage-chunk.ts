/** Takes out of a stream the one chunk that meterr asked for and the client did not: the usage of OpenAI's chat streams. */
import { arrayIn, isObject, parseJson } from "../core/json.ts";
import { concat, lastEventEnd, nextEventEnd } from "./whole-events.ts";

/** A usage chunk is some hundred bytes; an event that is longer is none, and is not held back. */
const MAX_HELD_BYTES = 65_536;
/** Only a chunk without choices can be one. */
const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/;

/** Passes every byte but the usage chunk's. Whole events pass at once; an unfinished one waits for its end. */
export class UsageChunkRemover {
  readonly #decoder = new TextDecoder("utf-8");
  #held: Uint8Array = new Uint8Array(0);
  /** In the middle of an event that was too long to be held. */
  #passing = false;

  /** What of the stream so far may go to the client now; empty where nothing may. */
  pass(chunk: Uint8Array): Uint8Array {
    const bytes = this.#held.byteLength === 0 ? chunk : concat(this.#held, chunk);
    const end = lastEventEnd(bytes);
    const tail = bytes.subarray(end);
    if (tail.byteLength > MAX_HELD_BYTES || (this.#passing && end === 0)) {
      this.#held = new Uint8Array(0);
      this.#passing = true;
      return concat(this.#withoutUsage(bytes.subarray(0, end)), tail);
    }
    this.#passing = false;
    this.#held = tail;
    return this.#withoutUsage(bytes.subarray(0, end));
  }

  /** The stream is over: what was held back, unless it is the usage chunk itself. */
  end(): Uint8Array {
    const rest = this.#held;
    this.#held = new Uint8Array(0);
    return this.#isUsage(rest) ? new Uint8Array(0) : rest;
  }

  #withoutUsage(events: Uint8Array): Uint8Array {
    if (!NO_CHOICES.test(this.#decoder.decode(events))) return events;
    let kept = new Uint8Array(0);
    let from = 0;
    while (from < events.byteLength) {
      const to = nextEventEnd(events, from);
      const event = events.subarray(from, to);
      if (!this.#isUsage(event)) kept = concat(kept, event);
      from = to;
    }
    return kept;
  }

  #isUsage(event: Uint8Array): boolean {
    const text = this.#decoder.decode(event);
    if (!NO_CHOICES.test(text)) return false;
    const data = /^data: ?(.*)$/m.exec(text)?.[1];
    const json = data === undefined ? null : parseJson(data);
    return (
      isObject(json) && Array.isArray(json.choices) && arrayIn(json, "choices").length === 0 && isObject(json.usage)
    );
  }
}

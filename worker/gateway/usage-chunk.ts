/** Takes out of a stream the one chunk that meterr asked for and the client did not: the usage of OpenAI's chat streams. */
import { arrayIn, isObject, parseJson } from "../core/json.ts";
import { SseSplitter } from "../core/sse.ts";
import { concat, EventGate, nextEventEnd } from "./whole-events.ts";

/** A usage chunk is some hundred bytes; an event that is longer is none, and is not held back. */
const MAX_HELD_BYTES = 65_536;
/** Only a chunk without choices can be one. Its JSON may stand on several `data:` lines. */
const NO_CHOICES = /"choices"(?:\s|data:)*:(?:\s|data:)*\[(?:\s|data:)*\]/;
const NOTHING = new Uint8Array(0);

/** Passes every byte but the usage chunk's. Whole events pass at once; an unfinished one waits for its end. */
export class UsageChunkRemover {
  readonly #gate = new EventGate();
  /** In the middle of an event that was too long to be held. */
  #passing = false;

  /** What of the stream so far may go to the client now; empty where nothing may. */
  pass(chunk: Uint8Array): Uint8Array {
    const events = this.#gate.take(chunk);
    let passed: Uint8Array = NOTHING;
    if (events) {
      // The end of an event that has gone already is no event of its own.
      const from = this.#passing ? nextEventEnd(events, 0) : 0;
      passed =
        from === 0 ? withoutUsage(events) : concat(events.subarray(0, from), withoutUsage(events.subarray(from)));
      this.#passing = false;
    }
    if (!this.#passing && this.#gate.heldBytes <= MAX_HELD_BYTES) return passed;
    this.#passing = true;
    const rest = this.#gate.rest();
    return passed.byteLength === 0 ? rest : concat(passed, rest);
  }

  /** The stream is over: what was held back, unless it is the usage chunk itself. */
  end(): Uint8Array {
    return withoutUsage(this.#gate.rest());
  }
}

const decoder = new TextDecoder("utf-8");

/** Whole events without those that are a usage chunk. */
export function withoutUsage(events: Uint8Array): Uint8Array {
  if (!NO_CHOICES.test(decoder.decode(events))) return events;
  let kept: Uint8Array = NOTHING;
  let from = 0;
  while (from < events.byteLength) {
    const to = nextEventEnd(events, from);
    const event = events.subarray(from, to);
    if (!isUsage(event)) kept = kept.byteLength === 0 ? event : concat(kept, event);
    from = to;
  }
  return kept;
}

function isUsage(event: Uint8Array): boolean {
  const text = decoder.decode(event);
  if (!NO_CHOICES.test(text)) return false;
  let found = false;
  const splitter = new SseSplitter(({ data }) => {
    const json = parseJson(data);
    found =
      isObject(json) && Array.isArray(json.choices) && arrayIn(json, "choices").length === 0 && isObject(json.usage);
  });
  splitter.push(text);
  splitter.end();
  return found;
}

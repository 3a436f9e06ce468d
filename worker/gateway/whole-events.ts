/** Lets only whole events of a stream pass, so that it can be ended after any of them. */
import { copyOf, joinBytes } from "../core/bytes.ts";

const LF = 10;
const CR = 13;
const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR;

/**
 * Holds an unfinished event back until its blank line has come. Lines end as the standard says: in LF, CR LF or CR. Each byte is looked
 * at once and copied once, however long the event and however small the pieces.
 */
export class EventGate {
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** The last two bytes that came: a blank line may lie across pieces. */
  #last = -1;
  #beforeLast = -1;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The bytes up to the last event that ends in `chunk`; null where none does. */
  take(chunk: Uint8Array): Uint8Array | null {
    const end = this.#lastEnd(chunk);
    if (chunk.byteLength > 0) {
      this.#beforeLast = chunk.byteLength > 1 ? (chunk[chunk.byteLength - 2] ?? -1) : this.#last;
      this.#last = chunk[chunk.byteLength - 1] ?? -1;
    }
    if (end === null) {
      this.#hold(chunk);
      return null;
    }
    const events = chunk.subarray(0, end);
    const whole = this.#held.length === 0 ? events : concat(this.rest(), events);
    this.#hold(chunk.subarray(end));
    return whole;
  }

  /** What is held back; from now on it is not. */
  rest(): Uint8Array {
    const held = this.#held;
    const bytes = joinBytes(held);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.byteLength;
  }

  /** The index behind the last blank line; 0 where the one before `chunk` turns out to have ended in a lone CR. */
  #lastEnd(chunk: Uint8Array): number | null {
    for (let at = chunk.byteLength - 1; at >= 0; at--) {
      if (!isLineEnd(chunk[at])) continue;
      const before = at > 0 ? chunk[at - 1] : this.#last;
      const beforeThat = at > 1 ? chunk[at - 2] : at === 1 ? this.#last : this.#beforeLast;
      if (endsEvent(chunk[at], before, beforeThat, chunk[at + 1])) return at + 1;
    }
    return this.#last === CR && endsEvent(CR, this.#beforeLast, undefined, chunk[0]) ? 0 : null;
  }
}

/** As what a relay edits with: an event that the stream's end leaves open goes at the end, where that is a clean one. */
export class WholeEvents {
  readonly #gate = new EventGate();

  pass(chunk: Uint8Array): Uint8Array {
    return this.#gate.take(chunk) ?? NOTHING;
  }

  end(): Uint8Array {
    return this.#gate.rest();
  }
}

const NOTHING = new Uint8Array(0);

/** The index behind the first blank line after `from`; the end where there is none. */
export function nextEventEnd(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.byteLength; at++) {
    if (isLineEnd(bytes[at]) && endsEvent(bytes[at], bytes[at - 1], bytes[at - 2], bytes[at + 1])) return at + 1;
  }
  return bytes.byteLength;
}

/** Whether a blank line ends with `byte`. A CR is a line's end alone where no LF follows, so what follows has to be known. */
function endsEvent(byte?: number, before?: number, beforeThat?: number, after?: number): boolean {
  if (byte === LF) return before === LF || (before === CR && isLineEnd(beforeThat));
  return byte === CR && isLineEnd(before) && after !== undefined && after !== LF;
}

export const concat = (a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> => copyOf([a, b]);

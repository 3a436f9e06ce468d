/**
 * Server-sent events as they arrive: text in pieces of any size, events out. Follows the WHATWG rules that
 * matter to a meter (CRLF, CR and LF, a byte-order mark, comments, several data lines), and stays linear on
 * an event of any size: a piece is searched once, and an unfinished line is kept as pieces, never rescanned.
 */

export interface SseEvent {
  /** The `event:` field; empty where there is none. */
  name: string;
  /** The `data:` lines, joined by line feeds. */
  data: string;
}

/** A longer event is dropped: no provider sends one, and what is kept of an unfinished one must end somewhere. */
const MAX_EVENT_CHARS = 64_000_000;

/** Splits a stream of text into events. An event that the stream's end leaves open is handed over by `end`. */
export class SseSplitter {
  readonly #emit: (event: SseEvent) => void;
  #line: string[] = [];
  #name = "";
  #data: string[] = [];
  /** Of the event that is open; a line that comes in pieces counts twice. */
  #keptChars = 0;
  #afterCarriageReturn = false;
  #first = true;

  constructor(emit: (event: SseEvent) => void) {
    this.#emit = emit;
  }

  /** Takes the next piece of decoded text. */
  push(text: string): void {
    let from = 0;
    if (this.#first && text.length > 0) {
      this.#first = false;
      if (text.charCodeAt(0) === 0xfeff) from = 1;
    }
    if (this.#afterCarriageReturn && from < text.length) {
      this.#afterCarriageReturn = false;
      if (text.charCodeAt(from) === 10) from++;
    }
    // A lone CR ends a line too, but no provider sends one: without any in the piece, only LF is searched.
    const hasCarriageReturn = text.includes("\r", from);
    while (from < text.length) {
      const end = hasCarriageReturn ? nextLineEnd(text, from) : text.indexOf("\n", from);
      if (end < 0) {
        this.#line.push(text.slice(from));
        this.#grow(text.length - from);
        return;
      }
      this.#take(text.slice(from, end));
      from = end + 1;
      if (text.charCodeAt(end) === 13) {
        if (from === text.length) this.#afterCarriageReturn = true;
        else if (text.charCodeAt(from) === 10) from++;
      }
    }
  }

  /** The stream is over: hands over what is left, since some providers leave the last blank line out. */
  end(): void {
    if (this.#line.length > 0) this.#take("");
    this.#dispatch();
  }

  #take(rest: string): void {
    let line = rest;
    if (this.#line.length > 0) {
      this.#line.push(rest);
      line = this.#line.join("");
      this.#line = [];
    }
    if (line === "") this.#dispatch();
    else if (line.startsWith("data:")) {
      this.#data.push(fieldValue(line, 5));
      this.#grow(line.length);
    } else if (line.startsWith("event:")) this.#name = fieldValue(line, 6);
    else if (line === "data") this.#data.push("");
  }

  #grow(chars: number): void {
    this.#keptChars += chars;
    if (this.#keptChars <= MAX_EVENT_CHARS) return;
    this.#data = [];
    // What is left of a line is no blank one, and no field of any name.
    if (this.#line.length > 0) this.#line = [" "];
  }

  #dispatch(): void {
    this.#keptChars = 0;
    if (this.#data.length > 0) {
      this.#emit({
        name: this.#name,
        data: this.#data.length === 1 ? (this.#data[0] ?? "") : this.#data.join("\n"),
      });
      this.#data = [];
    }
    this.#name = "";
  }
}

const fieldValue = (line: string, from: number): string => line.slice(line.charCodeAt(from) === 32 ? from + 1 : from);

function nextLineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
  }
  return -1;
}

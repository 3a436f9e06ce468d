/**
 * Headers as plain data. Each call on the platform's `Headers` leaves JavaScript, and making one of pairs costs more
 * than the rest of a small request's bookkeeping: so a request's are read once, worked on here, and handed over once.
 */

/** What reading headers takes; the platform's `Headers` has it too. Names are lower-case. */
export interface HeaderReader extends Iterable<[string, string]> {
  get(name: string): string | null;
}

/** Headers by their lower-case names. What repeats is one value, joined by commas, as the platform joins it. */
export class HeaderMap implements HeaderReader {
  readonly #values: Map<string, string>;

  constructor(from: Iterable<[string, string]> = []) {
    this.#values = new Map(from);
  }

  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values[Symbol.iterator]();
  }

  /** For `fetch` and `Response`. */
  toInit(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }
}

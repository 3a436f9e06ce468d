/** Where in a text of JSON something is: for errors that name a field. Pure. */

/**
 * The line, counted from 1, of the value at `path` (names and indexes with dots between them) in `text`, which is JSON; of
 * the nearest value around it where there is none. Names may have dots themselves.
 */
export function lineOf(text: string, path: string): number {
  const reader = new Reader(text);
  reader.value(path);
  return text.slice(0, reader.found).split("\n").length;
}

/** Where a text stops being JSON, and why; null where it is JSON. */
export function jsonProblem(text: string): { line: number; message: string } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const { message } = error as Error;
    const at = /position (\d+)/.exec(message);
    const end = at ? Number(at[1]) : text.length;
    const what = message
      .replace(/^JSON\.parse: /, "")
      .replace(/,? ?(?:\.\.\.)?".*$/s, "")
      .replace(/ in JSON.*$/s, "");
    return { line: text.slice(0, end).split("\n").length, message: what === "" ? "Not JSON" : what };
  }
}

/** Walks over JSON that is known to be right. */
class Reader {
  /** Where the nearest value on the path begins. */
  found = 0;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads a value; `path` is what is left of the way to go in it, null where it does not lie on the way. */
  value(path: string | null): void {
    this.#space();
    if (path !== null) this.found = this.#at;
    const first = this.#text[this.#at];
    if (first === "{") this.#members(path);
    else if (first === "[") this.#items(path);
    else if (first === '"') this.#string();
    else while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #members(path: string | null): void {
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') break;
      const nameAt = this.#at;
      const name = JSON.parse(this.#string()) as string;
      const rest = restOf(path, name);
      if (rest !== null) this.found = nameAt;
      this.#space();
      this.#at++;
      this.value(rest);
      if (rest === "") this.found = nameAt;
      this.#space();
      if (this.#text[this.#at] !== ",") break;
      this.#at++;
    }
    this.#at++;
  }

  #items(path: string | null): void {
    this.#at++;
    for (let index = 0; ; index++) {
      this.#space();
      if (this.#text[this.#at] === "]") break;
      this.value(restOf(path, String(index)));
      this.#space();
      if (this.#text[this.#at] !== ",") break;
      this.#at++;
    }
    this.#at++;
  }

  #string(): string {
    const from = this.#at++;
    while (this.#text[this.#at] !== '"' && this.#at < this.#text.length) {
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    return this.#text.slice(from, ++this.#at);
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
}

/** What is left of `path` behind `name`; null where it goes another way. */
function restOf(path: string | null, name: string): string | null {
  if (path === null || path === "") return null;
  if (path === name) return "";
  return path.startsWith(`${name}.`) ? path.slice(name.length + 1) : null;
}

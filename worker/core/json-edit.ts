/**
 * Changes fields of a JSON text and leaves every other byte as it is: prompt caches at the provider depend on
 * the bytes, and a body that was parsed and written again has others.
 */

/** Where a value stands in a text: from its first character to behind its last one. */
export interface Span {
  from: number;
  to: number;
}

/** The value of `name` in the object at `span`; null where there is none. */
export const fieldIn = (text: string, span: Span, name: string): Span | null =>
  text.charCodeAt(span.from) === OPEN_BRACE ? findField(text, span.from, name) : null;

/** The elements of the array at `span`, in order. */
export function elementsIn(text: string, { from }: Span): Span[] {
  const elements: Span[] = [];
  if (text.charCodeAt(from) !== OPEN_BRACKET) return elements;
  let at = skipSpace(text, from + 1);
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET) {
    const to = endOfValue(text, at);
    elements.push({ from: at, to });
    at = skipSpace(text, to);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return elements;
}

/** The whole object that `text` is. */
export const wholeOf = (text: string): Span => ({ from: text.indexOf("{"), to: text.length });

/** `text` with each of `changes` in its place; they do not overlap. */
export function replaceAll(text: string, changes: readonly (Span & { with: string })[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const change of changes.toSorted((a, b) => a.from - b.from)) {
    parts.push(text.slice(at, change.from), change.with);
    at = change.to;
  }
  return parts.join("") + text.slice(at);
}

/**
 * `text` with the value at `path` set to `value` (JSON text). Objects on the way that are missing are made; a new
 * field goes to the front of its object. `text` must be a valid JSON object.
 */
export function setField(text: string, path: readonly string[], value: string): string {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const open = text.indexOf("{");
  const span = findField(text, open, name);
  if (!span) {
    const made = rest.reduceRight((inner, field) => `{${JSON.stringify(field)}:${inner}}`, value);
    const empty = text.charCodeAt(skipSpace(text, open + 1)) === CLOSE_BRACE;
    return `${text.slice(0, open + 1)}${JSON.stringify(name)}:${made}${empty ? "" : ","}${text.slice(open + 1)}`;
  }
  const old = text.slice(span.from, span.to);
  const next = rest.length > 0 && old.startsWith("{") ? setField(old, rest, value) : wrap(rest, value);
  return text.slice(0, span.from) + next + text.slice(span.to);
}

/** `text` with the field `name` called `as`, and its value and all else as they are; `text` where there is none. */
export function renameField(text: string, name: string, as: string): string {
  const found = findField(text, text.indexOf("{"), name);
  return found ? text.slice(0, found.key.from) + JSON.stringify(as) + text.slice(found.key.to) : text;
}

const wrap = (path: readonly string[], value: string): string =>
  path.reduceRight((inner, field) => `{${JSON.stringify(field)}:${inner}}`, value);

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** Where the value of the last field called `name` stands in the object that opens at `open` (the last one wins, as in JSON.parse). */
function findField(text: string, open: number, name: string): (Span & { key: Span }) | null {
  let found: (Span & { key: Span }) | null = null;
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const from = skipSpace(text, text.indexOf(":", keyEnd) + 1);
    const to = endOfValue(text, from);
    // A key may be written with escapes: only then is it worth parsing.
    const raw = text.slice(at + 1, keyEnd - 1);
    if (raw === name || (raw.includes("\\") && JSON.parse(text.slice(at, keyEnd)) === name)) {
      found = { from, to, key: { from: at, to: keyEnd } };
    }
    at = skipSpace(text, to);
    if (text.charCodeAt(at) !== COMMA) break;
    at = skipSpace(text, at + 1);
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** The index behind the string that opens at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    at++;
    if (slashes % 2 === 0) return at;
  }
}

/** The index behind the value that begins at `from`. */
function endOfValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return endOfString(text, from);
  let at = from;
  let depth = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) break;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (code === COMMA || code <= 32)) break;
    at++;
  }
  return at;
}

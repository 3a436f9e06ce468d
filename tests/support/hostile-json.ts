/** JSON as nobody sane sends it: wrong types in every place, names of JavaScript's own, numbers beyond all counters, lone surrogates. */
import fc from "fast-check";

/** A JSON document or a part of it, with its strings and numbers as they stand in the text. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

/** Names that JavaScript's objects have of their own, and those that turn a value into text. */
const OWN_NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "toJSON",
  "hasOwnProperty",
  "length",
  "then",
];

const NUMBERS = [
  "-1",
  "0",
  "-0",
  "0.5",
  "1e999",
  "-1e999",
  "1e300",
  "9007199254740993",
  "1e21",
  "4.9e-324",
  "3",
  "1e6",
];

/** One level of a text that is nested as deep as no parser recurses. */
const LEVELS = 10_000;
const DEEP = [
  `${"[".repeat(LEVELS)}${"]".repeat(LEVELS)}`,
  `${'{"content":['.repeat(LEVELS)}${"]}".repeat(LEVELS)}`,
  `${'{"parts":[{"functionResponse":'.repeat(LEVELS)}1${"}]}".repeat(LEVELS)}`,
  `${'{"type":"computer_call_output","output":'.repeat(LEVELS)}1${"}".repeat(LEVELS)}`,
];

const strings = fc.oneof(
  fc.constantFrom("", "text", "image/png", "data:image/png;base64,AAAA", "\ud800", "\u0000", "\r\nx: y", ...OWN_NAMES),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** JSON text of any value; `names` are the fields that its objects have, beside JavaScript's own. */
export const hostileValue = (names: readonly string[]): fc.Arbitrary<string> => {
  const { value } = fc.letrec<{ value: string; leaf: string }>((tie) => ({
    leaf: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom("null", "true", "false", "[]", "{}", '""') },
      { weight: 20, arbitrary: fc.constantFrom(...NUMBERS) },
      { weight: 10, arbitrary: strings.map((text) => JSON.stringify(text)) },
      { weight: 1, arbitrary: fc.constantFrom(...DEEP) },
    ),
    value: fc.oneof(
      { maxDepth: 4 },
      tie("leaf"),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc
        .array(fc.tuple(fc.constantFrom(...names, ...OWN_NAMES), tie("value")), { maxLength: 4 })
        .map((fields) => `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(",")}}`),
    ),
  }));
  return value;
};

/** The places of a document: paths to each of its values, the document itself left out. */
export function placesOf(json: Json, at: readonly string[] = []): (readonly string[])[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, item]) => {
    const path = [...at, name];
    return [path, ...placesOf(item, path)];
  });
}

/** The names of all its fields, at any depth. */
export const namesOf = (json: Json): string[] => [...new Set(placesOf(json).map((path) => path.at(-1) ?? ""))];

/** `json` as text, with the value at `path` written as `text`. */
export function withValueAt(json: Json, path: readonly string[], text: string): string {
  const [name, ...rest] = path;
  if (name === undefined) return text;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  const parts = Object.entries(json).map(([field, item]): [string, string] => [
    field,
    field === name ? withValueAt(item, rest, text) : JSON.stringify(item),
  ]);
  return Array.isArray(json)
    ? `[${parts.map(([, item]) => item).join(",")}]`
    : `{${parts.map(([field, item]) => `${JSON.stringify(field)}:${item}`).join(",")}}`;
}

/** `json` with some of its values replaced, and fields of any name beside. */
export function hostile(json: Json, moreNames: readonly string[] = []): fc.Arbitrary<string> {
  const places = placesOf(json);
  const values = hostileValue([...namesOf(json), ...moreNames]);
  const replaced = fc
    .tuple(fc.nat(Math.max(0, places.length - 1)), values)
    .map(([at, value]) => withValueAt(json, places[at] ?? [], value));
  const added = fc
    .tuple(fc.constantFrom(...moreNames, ...OWN_NAMES), values)
    .map(([name, value]) => `${JSON.stringify(json).slice(0, -1)},${JSON.stringify(name)}:${value}}`);
  return fc.oneof(
    { weight: 6, arbitrary: replaced },
    { weight: 3, arbitrary: added },
    { weight: 1, arbitrary: values },
  );
}

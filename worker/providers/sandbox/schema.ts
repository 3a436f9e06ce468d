/** A small value that fits a JSON schema: what the sandbox fills tools' arguments and structured answers with. */
import { asCount, asFields, asList, asText, asTexts, type Fields } from "./json.ts";

/** Deeper than this, a recursive schema is cut off with its emptiest value. */
const MAX_DEPTH = 6;
/** A schema may ask for a value that is too large to be of use: this much of it is made. */
const MAX_NODES = 2_000;
const MAX_ITEMS = 64;
const MAX_STRING_CHARS = 1_000;
/** Strings in these formats have to be of a certain form. */
const FORMATS: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    "date-time": "2026-01-01T00:00:00Z",
    date: "2026-01-01",
    time: "00:00:00Z",
    email: "sandbox@example.com",
    uri: "https://example.com/",
    url: "https://example.com/",
    uuid: "00000000-0000-4000-a000-000000000000",
  }),
);

/**
 * A value for `schema` (JSON Schema, or Gemini's with upper-case types). `word` is what free strings say.
 * Local references (`#/$defs/…`) are followed.
 */
export function exampleOf(schema: unknown, word: string): unknown {
  return build(asFields(schema), { root: asFields(schema), word, nodesLeft: MAX_NODES }, 0);
}

interface Scope {
  root: Fields;
  word: string;
  /** Counts down: schemas that refer to themselves often would grow without end. */
  nodesLeft: number;
}

function build(schema: Fields, scope: Scope, depth: number): unknown {
  if (scope.nodesLeft-- <= 0) return null;
  if (typeof schema.$ref === "string") {
    return depth > MAX_DEPTH ? null : build(resolve(schema.$ref, scope.root), scope, depth + 1);
  }
  if ("const" in schema) return schema.const;
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  const choices = asList(schema.enum);
  if (choices.length > 0) return choices[0];
  const parts = asList(schema.allOf);
  if (parts.length > 0) return build(Object.assign({}, schema, ...parts, { allOf: undefined }), scope, depth + 1);
  const options = [...asList(schema.anyOf), ...asList(schema.oneOf)].map(asFields);
  const option = options.find((one) => one.type !== "null") ?? options[0];
  if (option) return build(option, scope, depth + 1);
  switch (typeOf(schema)) {
    case "object":
      return buildObject(schema, scope, depth);
    case "array": {
      const most = Math.min(asCount(schema.maxItems) ?? MAX_ITEMS, MAX_ITEMS);
      const length = Math.min(Math.max(asCount(schema.minItems) ?? 1, 1), most);
      if (depth > MAX_DEPTH) return [];
      return Array.from({ length }, () => build(asFields(schema.items), scope, depth + 1));
    }
    case "integer":
    case "number":
      return buildNumber(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return buildString(schema, scope.word);
  }
}

function typeOf(schema: Fields): string {
  const named = asTexts(schema.type).find((type) => type.toLowerCase() !== "null") ?? asTexts(schema.type)[0];
  if (named !== undefined) return named.toLowerCase();
  if (schema.properties !== undefined) return "object";
  return schema.items === undefined ? "string" : "array";
}

function buildObject(schema: Fields, scope: Scope, depth: number): Fields {
  const properties = asFields(schema.properties);
  const required = asTexts(schema.required);
  const names = depth > MAX_DEPTH ? required : Object.keys(properties);
  const out: Fields = {};
  // Optional parts are left out below the first levels, so that wide schemas stay short.
  for (const name of names) {
    if (depth < 2 || required.includes(name)) out[name] = build(asFields(properties[name]), scope, depth + 1);
  }
  return out;
}

function buildNumber(schema: Fields): number {
  const least = typeof schema.minimum === "number" ? schema.minimum : null;
  const above = typeof schema.exclusiveMinimum === "number" ? schema.exclusiveMinimum + 1 : null;
  const most = typeof schema.maximum === "number" ? schema.maximum : Number.POSITIVE_INFINITY;
  return Math.min(least ?? above ?? 1, most);
}

function buildString(schema: Fields, word: string): string {
  const format = FORMATS.get(asText(schema.format));
  if (format !== undefined) return format;
  const padded = word.padEnd(Math.min(asCount(schema.minLength) ?? 0, MAX_STRING_CHARS), ".");
  return padded.slice(0, asCount(schema.maxLength) ?? padded.length);
}

function resolve(reference: string, root: Fields): Fields {
  let at: unknown = root;
  for (const step of reference.replace(/^#\/?/, "").split("/")) {
    if (step !== "") at = asFields(at)[step.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return asFields(at);
}

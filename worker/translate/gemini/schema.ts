/** Gemini's schemas as JSON Schema: it writes types in capitals, and says `nullable` where that is a type. */
import { isObject, type JsonObject } from "../../core/json.ts";

export function jsonSchemaOf(schema: unknown): JsonObject {
  if (!isObject(schema)) return { type: "object", properties: {} };
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === "nullable") continue;
    made[camel(name)] = fieldOf(camel(name), value);
  }
  if (schema.nullable === true && typeof made.type === "string") made.type = [made.type, "null"];
  return made;
}

function fieldOf(name: string, value: unknown): unknown {
  switch (name) {
    case "type":
      return typeof value === "string" ? value.toLowerCase() : value;
    case "items":
      return jsonSchemaOf(value);
    case "anyOf":
      return Array.isArray(value) ? value.map(jsonSchemaOf) : value;
    case "properties":
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, jsonSchemaOf(one)]))
        : {};
    case "minItems":
    case "maxItems":
    case "minLength":
    case "maxLength":
    case "minProperties":
    case "maxProperties":
      // Protobuf writes its 64-bit integers as texts.
      return Number(value);
    default:
      return value;
  }
}

/** Google's API takes both spellings of a field. */
export const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What stands for a list: Google's API takes one of it without brackets. */
export const listed = (value: unknown): unknown => (isObject(value) ? [value] : value);

/** `of` with its own fields in camel case; their values stay. */
export const camelFields = (of: unknown): JsonObject =>
  isObject(of) ? Object.fromEntries(Object.entries(of).map(([name, value]) => [camel(name), value])) : {};

/** OpenAI's strict schemas: it refuses those in which a property may be left out, or one more be added, at whatever depth. */
import { isObject } from "../core/json.ts";

/** Where schemas stand in schemas: one, a list of them, or several by name. */
const ONE = ["items"];
const LISTS = ["anyOf"];
const BY_NAME = ["properties", "$defs", "definitions"];

/** Whether every object in `schema` has all of its properties, and no others. */
export function keepsStrictRules(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  if (isObject(schema.properties) || schema.type === "object") {
    const { required } = schema;
    const names = Object.keys(isObject(schema.properties) ? schema.properties : {});
    if (schema.additionalProperties !== false) return false;
    if (names.length > 0 && !(Array.isArray(required) && names.every((name) => required.includes(name)))) return false;
  }
  return (
    ONE.every((name) => keepsStrictRules(schema[name])) &&
    LISTS.every((name) => allKeep(Array.isArray(schema[name]) ? schema[name] : [])) &&
    BY_NAME.every((name) => allKeep(isObject(schema[name]) ? Object.values(schema[name]) : []))
  );
}

const allKeep = (schemas: readonly unknown[]): boolean => schemas.every(keepsStrictRules);

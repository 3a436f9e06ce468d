/** Lenient readers for JSON that others send: what is not of the asked type is absent, never an exception. */

export type JsonObject = { readonly [field: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object in `field`, or an empty one. */
export function objectIn(of: JsonObject, field: string): JsonObject {
  const value = of[field];
  return isObject(value) ? value : {};
}

/** The array in `field`, or an empty one. */
export function arrayIn(of: JsonObject, field: string): readonly unknown[] {
  const value = of[field];
  return Array.isArray(value) ? value : [];
}

export function stringIn(of: JsonObject, field: string): string | null {
  const value = of[field];
  return typeof value === "string" ? value : null;
}

/** A count: a finite number of at least 0, fractions rounded up (some providers report 12.5 seconds). */
export function countIn(of: JsonObject, field: string): number | null {
  const value = of[field];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;
}

/** A finite number, as it is. */
export function numberIn(of: JsonObject, field: string): number | null {
  const value = of[field];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Deeper than any API's documents. What is deeper is refused here, so that whoever walks a document may recurse. */
const MAX_LEVELS = 500;

/** `text` as JSON, or undefined where it is none, or nested beyond all sense. */
export function parseJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    // Each level takes two characters at least: most documents need no look.
    return text.length > 2 * MAX_LEVELS && isDeeper(json, MAX_LEVELS) ? undefined : json;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  // Most long arrays are embeddings: their numbers are worth no call.
  if (Array.isArray(value)) return value.some((item) => typeof item === "object" && isDeeper(item, levels - 1));
  for (const field in value) if (isDeeper((value as JsonObject)[field], levels - 1)) return true;
  return false;
}

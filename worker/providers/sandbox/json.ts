/** Lenient reading of JSON that a client sent: a wrong type reads as absent, never as a crash. */

export type Fields = { [name: string]: unknown };

/** `value` as an object; an empty one where it is none. */
export const asFields = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** A non-negative integer, or null. */
export const asCount = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.floor(value) : null;

/** One string or a list of them, as a list. */
export const asTexts = (value: unknown): string[] =>
  typeof value === "string" ? [value] : asList(value).filter((item): item is string => typeof item === "string");

/** The JSON object in `bytes`, or null where there is none. */
export function parseFields(bytes: Uint8Array): Fields | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

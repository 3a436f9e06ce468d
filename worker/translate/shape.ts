/** Which fields of a request are read, as data: what is set besides them is told by its path, and nothing is lost silently. */
import { isObject, type JsonObject } from "../core/json.ts";

/**
 * A field: `read`, with all that is in it; `hint`, which changes nothing in the answer and is left out; one that asks for nothing
 * with some values; or the shape of what is in it, or of each that is in it.
 */
export type Known = "read" | "hint" | AsksNothing | Nested;
type AsksNothing = (value: unknown) => boolean;
type List = readonly [Shape | Variants | OrText];
type Nested = Shape | List | Variants | OrText;
export interface Shape {
  readonly [field: string]: Known;
}

/** Objects that differ by one of their fields. What no variant is for, the reader refuses. */
export interface Variants {
  readonly by: (value: JsonObject) => string;
  readonly of: Readonly<Record<string, Shape>>;
}

/** What may be a text in place of it. */
interface OrText {
  readonly orText: Shape | List;
}

export interface Unread {
  hints: string[];
  unsupported: string[];
}

/**
 * The paths of what `shape` does not have in `value`, or has as something else. `spelled`: the object with its fields as the
 * shape spells them; `listed`: what stands for a list of it.
 */
export function unread(
  value: JsonObject,
  shape: Shape,
  { spelled, listed }: { spelled(object: JsonObject): JsonObject; listed(value: unknown): unknown },
): Unread {
  const unsupported: string[] = [];
  // One name for all places of a list: every block may have its hint.
  const hints = new Set<string>();
  look(value, shape, "");
  return { hints: [...hints], unsupported };

  function look(object: JsonObject, at: Shape, path: string): void {
    for (const [name, inside] of Object.entries(spelled(object))) {
      if (isNothing(inside)) continue;
      const where = path === "" ? name : `${path}.${name}`;
      const known = Object.hasOwn(at, name) ? at[name] : undefined;
      if (known === undefined) unsupported.push(where);
      else if (known === "hint") hints.add(where.replace(/\[\d+\]/g, "[]"));
      else if (typeof known === "function") {
        if (!known(inside)) unsupported.push(where);
      } else if (known !== "read") into(inside, known, where);
    }
  }

  function into(inside: unknown, known: Nested, where: string): void {
    if (isOrText(known)) {
      if (typeof inside !== "string") into(inside, known.orText, where);
    } else if (isList(known)) {
      const list = listed(inside);
      if (Array.isArray(list)) for (const [i, one] of list.entries()) into(one, known[0], `${where}[${i}]`);
      else unsupported.push(where);
    } else if (isObject(inside)) {
      const shape = isVariants(known) ? known.of[known.by(spelled(inside))] : known;
      if (shape) look(inside, shape, where);
    } else unsupported.push(where);
  }
}

const isOrText = (known: Nested): known is OrText => "orText" in known;
const isList = (known: Shape | List | Variants): known is List => Array.isArray(known);
const isVariants = (known: Shape | Variants): known is Variants => typeof known.by === "function";

/** What asks for nothing. */
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);

/** Asks for nothing with one of these values. */
export const unless =
  (...values: readonly unknown[]): AsksNothing =>
  (value) =>
    values.includes(value);

/** Fields and lists as they stand. */
export const AS_IT_STANDS = { spelled: (object: JsonObject) => object, listed: (value: unknown) => value };

/** What may be a text in place of `of`. */
export const orText = (of: OrText["orText"]): OrText => ({ orText: of });

/** Variants by a field; those without it are `otherwise`. */
export const variants = (field: string, otherwise: string, of: Readonly<Record<string, Shape>>): Variants => ({
  by: (value) => (typeof value[field] === "string" ? value[field] : otherwise),
  of,
});

/** Whether a request is what a target asks for. */
import { budgetOfField, type NumberRange, type Wanted, type When } from "../core/route.ts";

/** What a route may ask of a request. */
export interface RequestTraits {
  tags: Readonly<Record<string, string>>;
  user: string | null;
  team: string | null;
  /** The key's id. */
  key: string | null;
  /** As the client names it: the route's own name, or what it asks for beside `x-meterr-route`. */
  model: string;
  session: string | null;
  /** As records name it: `chat/completions`. */
  endpoint: string;
  stream: boolean;
  /** A guess: a quarter of the body's bytes. */
  inputTokens: number;
  maxOutputTokens: number | null;
  /** How much of a budget is spent, in percent, by its id or name; not there where nobody knows. */
  budgetsUsed: ReadonlyMap<string, number>;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/** Fields besides `tags.…` and `budget.….used`, and what they are compared as. */
export const WHEN_FIELDS: Readonly<Record<string, "text" | "number" | "boolean">> = {
  user: "text",
  team: "text",
  key: "text",
  model: "text",
  session: "text",
  endpoint: "text",
  weekday: "text",
  stream: "boolean",
  input_tokens: "number",
  max_output_tokens: "number",
  hour: "number",
};

/** The first field of `when` that the request does not meet; null where it meets all. `now` in milliseconds; hours are UTC. */
export function unmet(when: When | null, traits: RequestTraits, now: number): string | null {
  if (when === null) return null;
  for (const [field, wanted] of Object.entries(when)) if (!meets(traitOf(field, traits, now), wanted)) return field;
  return null;
}

function traitOf(field: string, traits: RequestTraits, now: number): string | number | boolean | null {
  if (field.startsWith("tags.")) {
    const name = field.slice("tags.".length);
    return Object.hasOwn(traits.tags, name) ? (traits.tags[name] ?? null) : null;
  }
  const budget = budgetOfField(field);
  if (budget !== null) return traits.budgetsUsed.get(budget) ?? null;
  switch (field) {
    case "user":
    case "team":
    case "key":
    case "model":
    case "session":
    case "endpoint":
    case "stream":
      return traits[field];
    case "input_tokens":
      return traits.inputTokens;
    case "max_output_tokens":
      return traits.maxOutputTokens;
    case "hour":
      return new Date(now).getUTCHours();
    case "weekday":
      return WEEKDAYS[new Date(now).getUTCDay()] ?? null;
    default:
      return null;
  }
}

function meets(value: string | number | boolean | null, wanted: Wanted): boolean {
  if (typeof wanted === "boolean") return value === wanted;
  if (isTexts(wanted)) return typeof value === "string" && wanted.some((text) => matches(text, value));
  if (typeof value !== "number") return false;
  return value >= (wanted.atLeast ?? Number.NEGATIVE_INFINITY) && value < (wanted.below ?? Number.POSITIVE_INFINITY);
}

const isTexts = (wanted: readonly string[] | NumberRange): wanted is readonly string[] => Array.isArray(wanted);

const matches = (text: string, value: string): boolean =>
  text.endsWith("*") ? value.startsWith(text.slice(0, -1)) : value === text;

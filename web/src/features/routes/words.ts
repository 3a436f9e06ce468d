/** Routes in words: conditions, targets, and samples for a new one. Pure. */
import type { RouteNodeShown } from "../../api/types.ts";

type Wanted = NonNullable<RouteNodeShown["when"]>[string];

/** `tags.env is prod`, `input_tokens at least 1,000`, `Team A used 80 % or more`. */
export function conditionWords(field: string, wanted: Wanted): string {
  const budget = /^budget\.(.+)\.used$/.exec(field)?.[1];
  const unit = budget === undefined ? "" : " %";
  const name = budget === undefined ? field : `${budget} used`;
  if (typeof wanted === "string") return `${name} is ${wanted}`;
  if (typeof wanted === "boolean") return wanted ? `${name}` : `not ${name}`;
  if (Array.isArray(wanted)) return `${name} is ${wanted.join(" or ")}`;
  const { at_least: from, below: to } = wanted;
  const figure = (value: number) => `${value.toLocaleString("en-US")}${unit}`;
  if (from !== undefined && to !== undefined) return `${name} from ${figure(from)} to below ${figure(to)}`;
  if (from !== undefined) return `${name} at least ${figure(from)}`;
  return to === undefined ? name : `${name} below ${figure(to)}`;
}

/** The models of all targets, in the order that they are written. */
export const modelsIn = (nodes: readonly RouteNodeShown[]): string[] =>
  nodes.flatMap((node) => (node.targets ? modelsIn(node.targets) : node.model ? [node.model] : []));

/** What a new route may begin as. */
export const SAMPLES = [
  {
    value: "fallback",
    text: "Fallback",
    body: {
      strategy: "fallback",
      targets: [{ model: "openai/gpt-5-mini" }, { model: "anthropic/claude-haiku-4-5" }],
      retries: { attempts: 2 },
    },
  },
  {
    value: "weighted",
    text: "Split",
    body: {
      strategy: "weighted",
      targets: [
        { model: "openai/gpt-5-mini", weight: 90 },
        { model: "google/gemini-2.5-flash", weight: 10 },
      ],
    },
  },
  {
    value: "cheapest",
    text: "Cheapest",
    body: {
      strategy: "cheapest",
      targets: [{ model: "groq/llama-3.3-70b-versatile" }, { model: "cerebras/llama-3.3-70b" }],
    },
  },
  {
    value: "conditional",
    text: "By condition",
    body: {
      strategy: "conditional",
      targets: [
        { model: "openai/gpt-5", when: { "tags.env": "prod", input_tokens: { below: 50_000 } } },
        { model: "google/gemini-2.5-pro", when: { input_tokens: { at_least: 50_000 } } },
        { model: "openai/gpt-5-mini" },
      ],
    },
  },
] as const;

/** A route's own fields, as a PUT takes them. */
export function bodyOf(route: object): Record<string, unknown> {
  const {
    name: _,
    version: __,
    changed_at: ___,
    created_at: ____,
    changed_by: _____,
    ...body
  } = route as Record<string, unknown>;
  return body;
}

export const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** The tree that a text of JSON describes, as far as it is one; null where it is not. */
export function treeIn(text: string): { strategy: string; targets: RouteNodeShown[] } | null {
  try {
    const value = JSON.parse(text) as { strategy?: unknown; targets?: unknown };
    if (!Array.isArray(value?.targets)) return null;
    const targets = value.targets.filter(isNode);
    const strategy = typeof value.strategy === "string" ? value.strategy : "fallback";
    return targets.length === 0 ? null : { strategy, targets };
  } catch {
    return null;
  }
}

/** Lenient: what is shown while it is typed need not be right yet. */
function isNode(value: unknown): value is RouteNodeShown {
  if (typeof value !== "object" || value === null) return false;
  const { model, targets, when } = value as RouteNodeShown;
  if (when !== undefined && (typeof when !== "object" || when === null || Object.values(when).includes(null as never)))
    return false;
  return typeof model === "string" || (Array.isArray(targets) && targets.every(isNode));
}

/** What the readers of requests share. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import type { ClientTools, LimitedTool } from "../pricing/index.ts";
import type { MediaCounts, RequestFacts } from "./types.ts";

export const NO_FACTS: Readonly<RequestFacts> = Object.freeze({
  model: null,
  stream: false,
  maxOutputTokens: null,
  choices: 1,
  media: Object.freeze({ images: 0, audio: 0, video: 0, documents: 0 }),
  references: false,
  tools: "none",
  inputs: 1,
  attempts: 1,
  unboundedBy: null,
  limitedTools: null,
  alternatives: Object.freeze([]),
  continues: false,
  background: false,
});

/**
 * The largest of the caps that are set: where a body sets two, no one knows which one counts. Null also where one is no count: text
 * that a lenient provider reads as a number, or -1, which some take for no cap.
 */
export function capOf(body: JsonObject, ...fields: string[]): number | null {
  let cap: number | null = null;
  for (const field of fields) {
    if (!isSet(body[field])) continue;
    const value = countIn(body, field);
    if (value === null) return null;
    cap = Math.max(cap ?? 0, value);
  }
  return cap;
}

/** How often the largest of `fields` asks for something, at least once; lenient providers read a number in text, too. */
export function timesOf(body: JsonObject, ...fields: string[]): number {
  let times = 1;
  for (const field of fields) {
    const value = body[field];
    const count = typeof value === "number" || typeof value === "string" ? Math.ceil(Number(value)) : 1;
    if (Number.isFinite(count)) times = Math.max(times, count);
  }
  return times;
}

export const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** Fields by which a provider that sells many models searches, or takes settings that it keeps itself (`preset`). */
const ROUTER_FIELDS = ["search_parameters", "plugins", "preset"] as const;

/** Alibaba's switches of the same kind. */
const SWITCHES = ["enable_search", "enable_code_interpreter"] as const;

/** What of them a body has, in words: nothing bounds what they add. Also a model whose name asks to search (`…:online`). */
export function routerCause(body: JsonObject): string | null {
  const field =
    ROUTER_FIELDS.find((name) => isSet(body[name])) ??
    SWITCHES.find((name) => isSet(body[name]) && body[name] !== false);
  if (field) return `the field ${field}`;
  return [body.model, ...alternativesOf(body)].some((name) => typeof name === "string" && /:online\b/i.test(name))
    ? "a model that searches by its name"
    : null;
}

/** Models that the body lets the provider fall back to or choose from. */
export function alternativesOf(body: JsonObject): string[] {
  const names: string[] = [];
  for (const field of ["models", "fallbacks", "fallback_models"]) {
    for (const entry of arrayIn(body, field)) {
      if (typeof entry === "string") names.push(entry);
      else if (isObject(entry) && typeof entry.model === "string") names.push(entry.model);
    }
  }
  return names;
}

/** Where the content parts of a request are counted into. */
export interface PartCounts {
  media: MediaCounts;
  references: boolean;
}

export const newPartCounts = (): PartCounts => ({
  media: { images: 0, audio: 0, video: 0, documents: 0 },
  references: false,
});

/** A medium by MIME type, e.g. `image/png`; what is not known counts as a document, the dearest. */
export function countMime(counts: PartCounts, mime: string): void {
  if (mime.startsWith("image/")) counts.media.images++;
  else if (mime.startsWith("audio/")) counts.media.audio++;
  else if (mime.startsWith("video/")) counts.media.video++;
  else counts.media.documents++;
}

/**
 * The first of `tools` that the provider itself runs, since it adds input and fees that nobody can cap from
 * the request. `clientSide` are the types that only the client runs; what is not known counts as the provider's.
 */
export function serverTool(tools: readonly unknown[], clientSide: (type: string) => boolean): string | null {
  for (const tool of tools) {
    const type = isObject(tool) && typeof tool.type === "string" ? tool.type : null;
    if (type !== null && !clientSide(type)) return `the server-side tool ${type.slice(0, 64)}`;
  }
  return null;
}

/**
 * Those of `tools` that the provider runs, if each has a limit by `maxCallsOf`; null where one has none, or there are none.
 */
export function limitedTools(
  tools: readonly unknown[],
  clientSide: (type: string) => boolean,
  maxCallsOf: (tool: JsonObject) => number | null,
): LimitedTool[] | null {
  const limited: LimitedTool[] = [];
  for (const tool of tools) {
    const type = isObject(tool) ? stringIn(tool, "type") : null;
    if (!isObject(tool) || type === null || clientSide(type)) continue;
    const maxCalls = maxCallsOf(tool);
    if (maxCalls === null) return null;
    // A container that is named by its id has a size that only the provider knows.
    const memory =
      typeof tool.container === "string" ? tool.container : stringIn(objectIn(tool, "container"), "memory_limit");
    limited.push({ type, maxCalls, memory });
  }
  return limited.length > 0 ? limited : null;
}

/** What kind of tools a request brings; `predefined` tells the types that the provider itself describes to the model. */
export function clientTools(tools: readonly unknown[], predefined: (type: string) => boolean): ClientTools {
  if (tools.length === 0) return "none";
  const some = tools.some((tool) => isObject(tool) && typeof tool.type === "string" && predefined(tool.type));
  return some ? "predefined" : "functions";
}

/** What meterr does to a request so that it costs less, where its client, its key and its route let it. */
import type { HeaderReader } from "../core/header-map.ts";
import type { JsonObject } from "../core/json.ts";
import { setField } from "../core/json-edit.ts";
import type { KeyRecord } from "../core/policy.ts";
import { withBreakpoints } from "../dialects/breakpoints.ts";
import { hasFlexTier, leastCacheableTokens } from "../pricing/index.ts";
import type { Instead } from "../routing/targets.ts";
import type { RequestBody } from "./body.ts";
import type { Call } from "./call.ts";

/** What a route wants of a target. */
export interface Wishes {
  /** The slower tier, where it has one. */
  flex: boolean;
  /** What would have been asked otherwise, from the innermost choice to the outermost. */
  instead: readonly Instead[];
  /** The model that each record is compared with. */
  shadow: { route: string; model: string } | null;
}

export const NO_WISHES: Wishes = { flex: false, instead: [], shadow: null };

export interface Levers extends Wishes {
  /** Whether prompts may be changed so that providers keep them. */
  keepsPrompts: boolean;
  /** meterr marked up to where the prompt is kept. */
  marked: boolean;
  /** The body without any of it, by which repeats are known; null where it is the same. */
  plain: RequestBody | null;
}

export const NO_LEVERS: Levers = { ...NO_WISHES, keepsPrompts: false, marked: false, plain: null };

/**
 * Whether the request's prompt may be changed so that its provider keeps it: as the request's header says, else its key. Where
 * neither says it, only at unified entries: on a provider's own path the bytes are the client's.
 */
export function keepsPrompts(headers: HeaderReader, key: Pick<KeyRecord, "promptCache">, isUnified: boolean): boolean {
  const header = headers.get("x-meterr-prompt-cache")?.trim().toLowerCase();
  const asked = header === "auto" || header === "off" ? header : (key.promptCache ?? null);
  return asked === "auto" || (asked !== "off" && isUnified);
}

type Json = Extract<RequestBody, { kind: "json" }>;
/** A request whose bytes are still text. */
type Draft = Pick<Json, "text" | "json">;

/** `call` with what of `wishes` its target can do. The bound is of the body that it then has. */
export function pull(call: Omit<Call, "levers">, wishes: Wishes, keeps: boolean): Call {
  const levers: Levers = { ...NO_LEVERS, ...wishes, keepsPrompts: keeps, flex: false };
  const { body } = call;
  if (body.kind !== "json" || call.place.endpoint.billing !== "metered") return { ...call, levers };
  const marked = keeps ? marksPrompt(call, body) : null;
  let draft: Draft = marked ?? body;
  const cacheKey = keeps ? promptCacheKey(call) : null;
  if (cacheKey !== null) draft = withField(draft, "prompt_cache_key", cacheKey);
  const flex = wishes.flex && canFlex(call, body.json);
  if (flex) draft = withField(draft, "service_tier", "flex");
  if (draft === body) return { ...call, levers };
  const changed: Json = { kind: "json", ...draft, bytes: new TextEncoder().encode(draft.text) };
  return { ...call, body: changed, levers: { ...levers, marked: marked !== null, flex, plain: body } };
}

const withField = ({ text, json }: Draft, name: string, value: string): Draft => ({
  text: setField(text, [name], JSON.stringify(value)),
  json: { ...json, [name]: value },
});

function marksPrompt({ place, scope }: Omit<Call, "levers">, body: Draft): Draft | null {
  if (place.endpoint.dialect !== "messages") return null;
  const least = leastCacheableTokens(scope.model);
  return least === null ? null : withBreakpoints(body, least);
}

/** Characters of a request that has a thousand tokens: shorter prompts are kept nowhere. */
const LEAST_KEPT_CHARS = 4_096;

/** What sends a session's requests to where its prompt is kept; null where the client says that itself, or there is no session. */
function promptCacheKey({ place, scope, grant, body }: Omit<Call, "levers">): string | null {
  const { dialect } = place.endpoint;
  if (!place.provider.takesPromptCacheKey || (dialect !== "chat" && dialect !== "responses")) return null;
  if (scope.session === null || body.kind !== "json" || body.text.length < LEAST_KEPT_CHARS) return null;
  if (body.json.prompt_cache_key !== undefined) return null;
  return `mtr-${hashOf(`${grant.tenant}\n${scope.session}`)}`;
}

/** FNV-1a, twice with different beginnings: nothing depends on it but where a prompt is looked for. */
function hashOf(text: string): string {
  const halves = [0x811c9dc5, 0x9dc5811c].map((beginning) => {
    let hash = beginning;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  });
  return halves.join("");
}

function canFlex({ place, facts, scope }: Omit<Call, "levers">, json: JsonObject): boolean {
  const { dialect } = place.endpoint;
  const isAsked = json.service_tier !== undefined && json.service_tier !== null;
  return (
    (dialect === "chat" || dialect === "responses") &&
    !isAsked &&
    !facts.background &&
    hasFlexTier(place.provider.slug, scope.model)
  );
}

/** The same request at the tier that is always there. */
export function withoutFlex(body: RequestBody): RequestBody {
  if (body.kind !== "json") return body;
  // What is left out is `auto` too; a project's own default may be anything.
  const { text, json } = withField(body, "service_tier", "auto");
  return { kind: "json", text, json, bytes: new TextEncoder().encode(text) };
}

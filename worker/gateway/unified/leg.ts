/** One target, prepared for sending: where the request goes, and what it says there. */
import { renameField, setField } from "../../core/json-edit.ts";
import type { Outcome } from "../../core/outcome.ts";
import type { Credential } from "../../core/policy.ts";
import { isSet } from "../../dialects/facts.ts";
import { customProvider } from "../../providers/custom.ts";
import { providerOf } from "../../providers/registry.ts";
import type { Provider } from "../../providers/types.ts";
import type { Policy, Target } from "../../routing/targets.ts";
import { type Reader, withoutMarks } from "../../translate/marks.ts";
import type { Translation } from "../../translate/types.ts";
import type { RequestBody } from "../body.ts";
import type { Wishes } from "../levers.ts";
import { endpointAt, type Place } from "../locate.ts";
import type { Entry } from "./entry.ts";

/** What a client asked for at a unified entry. */
export interface Asked {
  entry: Entry;
  body: RequestBody;
  /** The query without our key. */
  search: string;
}

export interface Leg {
  place: Place;
  body: RequestBody;
  /** Where the provider speaks another dialect than the client: what makes its answers the client's. */
  translation: Translation | null;
  /** Fields of the client's that the provider does not get. */
  dropped: readonly string[];
}

/** `asked` as it goes to `model` of a provider that speaks the client's dialect; null where it does not. */
export function sameDialect(asked: Asked, provider: Provider, model: string): Leg | null {
  const { kind, conversation, endpoint } = asked.entry;
  const { method } = endpoint;
  const dialect = kind === "count" ? conversation : endpoint.dialect;
  const base = dialect === null ? undefined : provider.speaks[dialect];
  if (dialect === null || base === undefined) return null;
  const path = dialect === "gemini" ? geminiPath(asked, provider, model, method) : `${base}${tailOf(asked)}`;
  const named = dialect === "gemini" ? asked.body : withModel(asked.body, model);
  const capped = dialect === "chat" && provider.knowsMaxTokensOnly ? withOldCap(named) : named;
  const { refusesThoughts } = provider;
  const isMaker = provider === asked.entry.family;
  const { body, dropped } = unmarked(capped, { dialect, refusesThoughts, isMaker });
  return {
    place: { provider, endpoint: endpointAt(provider, "POST", path), path, search: asked.search },
    body,
    translation: null,
    dropped,
  };
}

/** The provider of that slug, one that the tenant added included. */
export function providerFor(slug: string, credentials: readonly Credential[]): Provider | null {
  const known = providerOf(slug);
  if (known) return known;
  const own = credentials.find((one) => one.provider === slug && one.custom !== null);
  return own ? customProvider(own) : null;
}

/** The name that the request gives its model; null where there is none. */
export function nameIn({ entry, body }: Pick<Asked, "entry" | "body">): string | null {
  const name = entry.endpoint.model ?? (body.kind === "json" ? body.json.model : null);
  return typeof name === "string" && name !== "" ? name : null;
}

/** `/v1/chat/completions` → `/chat/completions`. */
const tailOf = ({ entry }: Asked): string => entry.path.replace(/^\/[^/]+/, "");

/** The version is the client's: its fields may differ. */
function geminiPath({ entry }: Asked, provider: Provider, model: string, method: string | null): string {
  const version = provider === entry.family ? `/${entry.path.split("/")[1]}` : provider.speaks.gemini;
  return `${version}/models/${encodeURIComponent(model)}:${method}`;
}

/** The same bytes, unless others have left what is theirs in it. */
function unmarked(body: RequestBody, to: Reader): { body: RequestBody; dropped: readonly string[] } {
  const made = body.kind === "json" ? withoutMarks(body.text, body.json, to) : null;
  if (!made) return { body, dropped: [] };
  const text = JSON.stringify(made.json);
  const bytes = new TextEncoder().encode(text);
  return { body: { kind: "json", text, bytes, json: made.json }, dropped: made.dropped };
}

/** The same bytes, but for the model's name, if that is another. */
function withModel(body: RequestBody, model: string): RequestBody {
  if (body.kind !== "json" || body.json.model === model) return body;
  const text = setField(body.text, ["model"], JSON.stringify(model));
  return { kind: "json", text, bytes: new TextEncoder().encode(text), json: { ...body.json, model } };
}

/** The same bytes, but for the cap's name where the provider knows the old one alone: it would not hold, or be refused. */
function withOldCap(body: RequestBody): RequestBody {
  if (body.kind !== "json" || !isSet(body.json.max_completion_tokens) || "max_tokens" in body.json) return body;
  const text = renameField(body.text, "max_completion_tokens", "max_tokens");
  const { max_completion_tokens: max_tokens, ...rest } = body.json;
  return { kind: "json", text, bytes: new TextEncoder().encode(text), json: { ...rest, max_tokens } };
}

/** What a unified entry has read, and where it goes. */
export interface Opened {
  leg: Leg;
  /** The body as the client wrote it. */
  asked: RequestBody;
  /** The entry's own name. */
  endpoint: string;
  /** Whose API the client speaks to: a credential that it brings along is for this provider alone. */
  family: string;
  /** The route that it takes; null where it named a model. */
  routed: OpenedRoute | null;
}

/** A route's targets for a request, in order. */
export interface OpenedRoute {
  policy: Policy;
  targets: readonly { target: Target; wishes: Wishes; leg(): Promise<Outcome<Leg>> }[];
}

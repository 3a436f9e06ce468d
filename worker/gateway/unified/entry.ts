/**
 * The unified entries: one API of each family of SDKs, below `/v1`, `/v1beta` and `/upload`, that reaches the models of any
 * provider.
 */
import type { HeaderReader } from "../../core/header-map.ts";
import type { DialectName } from "../../dialects/index.ts";
import { anthropic } from "../../providers/anthropic.ts";
import { google } from "../../providers/google.ts";
import { openai } from "../../providers/openai.ts";
import { providerOf } from "../../providers/registry.ts";
import type { Endpoint, Provider } from "../../providers/types.ts";
import { endpointAt, type Place } from "../locate.ts";

export interface Entry {
  /** Whose API it is: what no model is named in goes there as it is. */
  family: Provider;
  /** What the family has at this path. */
  endpoint: Endpoint;
  /** The family's format for conversations. */
  conversation: "chat" | "messages" | "gemini";
  /** As the client wrote it. */
  path: string;
  /**
   * `model`: the request names a model, whose provider answers. `models`: the list of models, or one of them. `count`: the
   * tokens of a prompt. `family`: all else.
   */
  kind: "model" | "models" | "count" | "family";
}

/** Formats whose requests name the model that is to answer, in a body of JSON. */
const NAME_A_MODEL: ReadonlySet<DialectName> = new Set([
  "chat",
  "completions",
  "responses",
  "messages",
  "gemini",
  "embeddings",
  "images",
  "speech",
]);

const GEMINI_MODEL = /^(\/v1(?:beta|alpha)?\/models\/)(.+)(:\w+)$/;

/** The entry at `path`; null where it is none of them. */
export function entryOf(method: string, path: string, headers: HeaderReader): Entry | null {
  if (!/^\/(?:v1|v1beta|v1alpha|upload)\//.test(path)) return null;
  const family = familyOf(path, headers);
  const endpoint = endpointAt(family, method, escaped(path));
  const conversation = family === google ? "gemini" : family === anthropic ? "messages" : "chat";
  return { family, endpoint, conversation, path, kind: kindOf(method, path, endpoint) };
}

function familyOf(path: string, headers: HeaderReader): Provider {
  // Google's SDK asks below `/v1` too, and puts its key in a header of its own.
  if (!path.startsWith("/v1/") || GEMINI_MODEL.test(path) || headers.get("x-goog-api-key") !== null) return google;
  const isAnthropics = headers.get("anthropic-version") !== null || /^\/v1\/messages(?:\/|$)/.test(path);
  return isAnthropics ? anthropic : openai;
}

/** Vercel's SDK takes a model's name with a slash in it for a path. */
const BARE_MODEL = /^(\/v1(?:beta|alpha)?\/)(([^/]+)\/.+:\w+)$/;

/** A slash in a model's name would end the path's segment. */
function escaped(asked: string): string {
  const bare = BARE_MODEL.exec(asked);
  const path = bare && providerOf(bare[3] ?? "") ? `${bare[1]}models/${bare[2]}` : asked;
  const parts = GEMINI_MODEL.exec(path);
  return parts ? `${parts[1]}${(parts[2] ?? "").replaceAll("/", "%2F")}${parts[3]}` : path;
}

function kindOf(method: string, path: string, { dialect, name }: Endpoint): Entry["kind"] {
  if (method === "GET" && /^\/v1(?:beta|alpha)?\/models(?:\/[^:]+)?$/.test(path)) return "models";
  if (method !== "POST") return "family";
  if (name === "messages/count_tokens" || name === "models/countTokens") return "count";
  return dialect !== null && NAME_A_MODEL.has(dialect) ? "model" : "family";
}

/** The entry's own place at its family: errors have its shape. */
export const placeOf = ({ family, endpoint, path }: Entry): Place => ({ provider: family, endpoint, path, search: "" });

/** A provider's own path as an entry, so that a route can send what is asked there elsewhere; null where it names no model. */
export function entryAt({ provider, endpoint, path }: Place): Entry | null {
  const { dialect } = endpoint;
  const base = dialect === null ? undefined : provider.speaks[dialect];
  if (dialect === null || base === undefined || !NAME_A_MODEL.has(dialect) || !path.startsWith(base)) return null;
  const conversation = dialect === "gemini" || dialect === "messages" ? dialect : "chat";
  const below = dialect === "gemini" ? path : `/v1${path.slice(base.length)}`;
  return { family: provider, endpoint, conversation, path: below, kind: "model" };
}

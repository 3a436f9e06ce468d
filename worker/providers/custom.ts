/** A provider that a tenant added itself: a base URL and the API that it copies. */
import type { Credential } from "../core/policy.ts";
import { anthropic } from "./anthropic.ts";
import { cohere } from "./cohere.ts";
import { compatible, likeOpenAi } from "./compatible.ts";
import { google } from "./google.ts";
import type { Provider } from "./types.ts";

/** Whose ways a custom provider of each dialect has. */
const FAMILIES: Readonly<Record<string, Provider>> = { messages: anthropic, gemini: google, cohere };

/** The provider that `credential` adds, or null where it adds none. */
export function customProvider(credential: Credential): Provider | null {
  if (!credential.custom) return null;
  const { baseUrl, dialect } = credential.custom;
  const family = FAMILIES[dialect] ?? compatible(credential.provider, "");
  return {
    ...family,
    slug: credential.provider,
    origin: () => baseUrl,
    // An SDK for chats is given a base URL with the version, the others are given one without.
    speaks: FAMILIES[dialect] ? family.speaks : likeOpenAi(""),
    asksForUsage: () => dialect === "chat",
  };
}

/**
 * A path below a base URL. The base is given as an SDK would be given it (`…/v1`), and a client may repeat its last
 * segment or not: `/v1/chat/completions` and `/chat/completions` are one.
 */
export function pathBelow(baseUrl: string, path: string): string {
  const last = new URL(baseUrl).pathname.replace(/\/+$/, "").split("/").at(-1);
  return last && path.startsWith(`/${last}/`) ? path.slice(last.length + 1) : path;
}

/** What of a base URL stands before `path`, which may begin with its last segment. */
export function baseFor(baseUrl: string, path: string): string {
  const repeated = path.length - pathBelow(baseUrl, path).length;
  return baseUrl.slice(0, baseUrl.length - repeated);
}

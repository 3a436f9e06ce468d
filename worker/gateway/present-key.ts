/** The meterr key that a request presents, wherever its SDK puts it, and the request without it. */
import type { HeaderMap, HeaderReader } from "../core/header-map.ts";

/** Headers in which SDKs put a provider's key. `x-meterr-key` comes first: then the others are the client's own business. */
export const KEY_PLACES = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;
const OWN_KEY = "x-meterr-key";

export interface PresentedKey {
  /** What stands in the key's place; empty where nothing does. */
  text: string;
  /** The client brought the provider's credential itself, which goes on. */
  bringsCredential: boolean;
  /** The query without a `key=` that was ours. */
  search: string;
}

/** Finds the key; what only looks like one is told apart by its MAC, later. */
export function presentedKey(headers: HeaderReader, search: string): PresentedKey {
  const own = headers.get(OWN_KEY);
  if (own !== null) {
    const inQuery = withoutKey(search);
    const others = [...KEY_PLACES.map((place) => bare(headers.get(place))), inQuery.key ?? ""].filter(
      (one) => one !== "",
    );
    // Nothing there at all: it stands where no SDK of these puts it, or the provider wants none.
    const bringsCredential = others.length === 0 || others.some((one) => !isOurKey(one));
    return { text: own.trim(), bringsCredential, search: isOurKey(inQuery.key ?? "") ? inQuery.search : search };
  }
  let found = "";
  for (const place of KEY_PLACES) {
    const value = bare(headers.get(place));
    if (isOurKey(value)) return { text: value, bringsCredential: false, search: withoutKey(search).search };
    found = found || value;
  }
  const query = withoutKey(search);
  return { text: query.key ?? found, bringsCredential: false, search: query.search };
}

const bare = (value: string | null): string => value?.replace(/^Bearer +/i, "").trim() ?? "";

const isOurKey = (text: string): boolean => text.startsWith("mtr_");

/** Takes `key=` out of the query and leaves every other byte of it as it is. A key has nothing that a URL would escape. */
function withoutKey(search: string): { key: string | null; search: string } {
  if (!search.includes("key=")) return { key: null, search };
  const kept: string[] = [];
  let key: string | null = null;
  for (const pair of search.slice(1).split("&")) {
    if (pair.startsWith("key=")) key = key ?? pair.slice(4);
    else kept.push(pair);
  }
  return { key, search: kept.length > 0 ? `?${kept.join("&")}` : "" };
}

/** Drops every header in which a key of ours may stand. */
export function dropKeys(headers: HeaderMap): void {
  for (const place of KEY_PLACES) headers.delete(place);
}

/** Drops keys of ours alone: a provider must not see them, also where the client brings a credential of its own. */
export function dropOurKeys(headers: HeaderMap): void {
  for (const place of KEY_PLACES) if (isOurKey(bare(headers.get(place)))) headers.delete(place);
}

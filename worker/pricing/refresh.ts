/**
 * Fresher prices than the bundled ones. Cron fetches the catalogue's published file and keeps it in KV; isolates look there now
 * and then, never while a request waits. A file that cannot be had, or is not sound, changes nothing.
 *
 * | KV key | value |
 * |---|---|
 * | `prices:current` | the published file as it came |
 * | `prices:version` | `StoredVersion` of it, as JSON: small, so that looking is cheap |
 * | `prices:checked` | there, until the next attempt is due |
 */
import { isObject } from "../core/json.ts";
import { type Adoption, adoptPrices, CATALOGUE_PACKAGE_VERSION, priceVersion } from "./catalogue.ts";

/** Where the package's makers publish its data; the package's own constant has the same address. */
export const PRICES_URL = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json";

const CURRENT = "prices:current";
const VERSION = "prices:version";
const CHECKED = "prices:checked";

const DAY_SECONDS = 86_400;
/** After a failure it is tried again sooner. */
const RETRY_SECONDS = 3_600;
const FETCH_TIMEOUT_MS = 20_000;
/** The file has about 2 MB; KV takes 25 MiB. */
const MAX_CHARACTERS = 16_000_000;
/** How old an isolate's prices may be, compared to KV. */
const LOOK_EVERY_MS = 10 * 60_000;
/** Enough to tell one file from another. */
const DIGEST_DIGITS = 12;

/** What is used of the KV namespace. */
interface Kv {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl: number }): Promise<void>;
}

interface StoredVersion {
  /** `2026-11-24.` and the beginning of the file's SHA-256. */
  label: string;
  /** The bundled data that it is fresher than: a release brings its own, and starts from that. */
  over: string;
}

export interface Refresh {
  /** The prices that are in force in this isolate now. */
  version: string;
  outcome: "adopted" | "unchanged" | "not_due" | "unreachable" | "refused";
  /** Where it was refused, or not reached. */
  reason?: string;
}

/** Fetches the published prices and takes them into use, if the last attempt is long enough ago or `now` is asked for. */
export async function refreshPrices(of: {
  kv: Kv;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the epoch. */
  time: number;
  when: "due" | "now";
}): Promise<Refresh> {
  const { kv, when } = of;
  if (when === "due" && (await kv.get(CHECKED)) !== null) return { version: priceVersion(), outcome: "not_due" };
  const outcome = await fetchAndStore(of);
  const failed = outcome.outcome === "unreachable" || outcome.outcome === "refused";
  await kv.put(CHECKED, outcome.outcome, { expirationTtl: failed ? RETRY_SECONDS : DAY_SECONDS });
  return { version: priceVersion(), ...outcome };
}

async function fetchAndStore({
  kv,
  fetch,
  time,
}: Parameters<typeof refreshPrices>[0]): Promise<Omit<Refresh, "version">> {
  const text = await published(fetch);
  if (text === null) return { outcome: "unreachable", reason: "the published prices could not be fetched" };
  const digest = await digestOf(text);
  if (digestIn(await storedVersion(kv)) === digest) {
    await followPrices(kv, time, "now");
    return { outcome: "unchanged" };
  }
  const label = `${new Date(time).toISOString().slice(0, 10)}.${digest}`;
  const adoption = adopt(text, label);
  if (adoption.outcome === "refused") return adoption;
  await kv.put(CURRENT, text);
  // Last: whoever sees the version finds the file.
  await kv.put(VERSION, JSON.stringify({ label, over: CATALOGUE_PACKAGE_VERSION } satisfies StoredVersion));
  return adoption;
}

async function published(fetch: Parameters<typeof refreshPrices>[0]["fetch"]): Promise<string | null> {
  try {
    const response = await fetch(PRICES_URL, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) {
      await response.body?.cancel();
      return null;
    }
    const text = await response.text();
    return text.length <= MAX_CHARACTERS ? text : null;
  } catch {
    return null;
  }
}

let lookedAt = Number.NEGATIVE_INFINITY;
let label: string | null = null;

/**
 * Takes the prices of KV into use, where they are others; null where it is too early to look. For `waitUntil`: it never rejects,
 * and until it is done the prices stay as they are.
 */
export function followPrices(kv: Kv, time: number, when: "due" | "now" = "due"): Promise<void> | null {
  if (when === "due" && time - lookedAt < LOOK_EVERY_MS) return null;
  lookedAt = time;
  return follow(kv);
}

async function follow(kv: Kv): Promise<void> {
  try {
    const stored = await storedVersion(kv);
    if (!stored || stored.label === label) return;
    const text = await kv.get(CURRENT);
    // KV's keys arrive one by one: a file of another version is looked at again next time.
    if (text === null || (await digestOf(text)) !== digestIn(stored)) return;
    adopt(text, stored.label);
  } catch {
    // KV is out of reach: the prices at hand go on.
  }
}

function adopt(text: string, as: string): Adoption {
  const adoption = adoptPrices(parsed(text), as);
  if (adoption.outcome === "adopted") label = as;
  return adoption;
}

async function storedVersion(kv: Kv): Promise<StoredVersion | null> {
  const text = await kv.get(VERSION);
  const stored = text === null ? null : parsed(text);
  if (!isObject(stored) || typeof stored.label !== "string") return null;
  return stored.over === CATALOGUE_PACKAGE_VERSION ? { label: stored.label, over: stored.over } : null;
}

/** Null where it is no JSON, which is as useless as a file without a list. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const digestIn = (stored: StoredVersion | null): string | undefined => stored?.label.split(".").at(-1);

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.slice(0, DIGEST_DIGITS);
}

/** Whether and how long an answer may be cached: opt-in by key or header, opt-out by `cache-control`. */
import type { HeaderReader } from "../core/header-map.ts";
import type { KeyRecord } from "../core/policy.ts";

export interface CachePlan {
  read: boolean;
  /** Which complete answers are stored: each, or those alone that their client did not stay for. */
  write: "each" | "abandoned";
  ttlSeconds: number;
}

/** KV keeps nothing for less than a minute; shorter lives are ended by the stored expiry. */
export const MIN_KV_TTL_SECONDS = 60;
const MAX_TTL_SECONDS = 30 * 24 * 3600;

/** How long a drained answer waits for its client's retry, where nothing else says how long answers live. */
const RETRY_TTL_SECONDS = 600;

/**
 * The plan for a request; null where caching is off for it. `x-meterr-cache-ttl: 0` switches a key's cache off. A key whose
 * answers are drained finds them again, though it caches nothing else.
 */
export function cachePlan(headers: HeaderReader, key: Pick<KeyRecord, "cache" | "onDisconnect">): CachePlan | null {
  const header = headers.get("x-meterr-cache-ttl");
  const asked = header !== null && /^\d+$/.test(header) ? Number(header) : (key.cache?.ttlSeconds ?? null);
  const control = (headers.get("cache-control") ?? "").toLowerCase();
  if (control.includes("no-store")) return null;
  const read = !control.includes("no-cache");
  if (asked === null) {
    return key.onDisconnect === "drain" ? { read, write: "abandoned", ttlSeconds: RETRY_TTL_SECONDS } : null;
  }
  return asked > 0 ? { read, write: "each", ttlSeconds: Math.min(asked, MAX_TTL_SECONDS) } : null;
}

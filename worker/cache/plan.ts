/** Whether and how long an answer may be cached: opt-in by key or header, opt-out by `cache-control`. */
import type { KeyRecord } from "../core/policy.ts";

export interface CachePlan {
  read: boolean;
  write: boolean;
  ttlSeconds: number;
}

/** KV keeps nothing for less than a minute; shorter lives are ended by the stored expiry. */
export const MIN_KV_TTL_SECONDS = 60;
const MAX_TTL_SECONDS = 30 * 24 * 3600;

/** The plan for a request; null where caching is off for it. `x-meterr-cache-ttl: 0` switches a key's cache off. */
export function cachePlan(headers: Headers, key: Pick<KeyRecord, "cache">): CachePlan | null {
  const asked = headers.get("x-meterr-cache-ttl");
  const seconds = asked !== null && /^\d{1,9}$/.test(asked) ? Number(asked) : (key.cache?.ttlSeconds ?? 0);
  const control = (headers.get("cache-control") ?? "").toLowerCase();
  if (seconds <= 0 || control.includes("no-store")) return null;
  return { read: !control.includes("no-cache"), write: true, ttlSeconds: Math.min(seconds, MAX_TTL_SECONDS) };
}

/** The headers that meterr adds to an answer. */

import type { RateLeft } from "../core/errors.ts";
import type { HeaderMap } from "../core/header-map.ts";
import type { Tightest } from "../core/lease.ts";
import { type Nanos, usdFromNanos } from "../core/money.ts";
import type { CacheOutcome } from "../core/usage.ts";
import { rateHeaders } from "../dialects/rate-headers.ts";
import type { ErrorShape } from "../dialects/types.ts";
import type { Call } from "./call.ts";

/** Sets the `x-meterr-*` headers of `call`'s answer on `headers`. */
export function ownHeaders(
  headers: HeaderMap,
  call: Call,
  more: { cache: CacheOutcome; attempts: number; remainingNanos: Nanos | null },
): void {
  headers.set("x-meterr-request-id", call.id);
  headers.set("x-meterr-provider", call.scope.provider);
  if (call.scope.model !== "") headers.set("x-meterr-model", encodeURI(call.scope.model));
  headers.set("x-meterr-cache", more.cache);
  headers.set("x-meterr-attempts", String(more.attempts));
  if (more.remainingNanos !== null) {
    headers.set("x-meterr-budget-remaining-usd", usdFromNanos(Math.max(0, more.remainingNanos)));
  }
  const dropped = call.unified?.dropped ?? [];
  if (dropped.length > 0) headers.set("x-meterr-dropped", listOf(dropped));
  if (call.mode === "test") headers.set("x-meterr-sandbox", "true");
}

/** Clients take 16 KB of headers in all, and each message of a long conversation may have lost a field. */
const MAX_LIST_CHARS = 2_048;

/** Names that a client made up, as a header may hold them; those that are too many are counted. */
function listOf(names: readonly string[]): string {
  const told: string[] = [];
  let length = 0;
  for (const name of names) {
    const text = encodeURI(name.slice(0, MAX_LIST_CHARS).toWellFormed()).replaceAll("%5B", "[").replaceAll("%5D", "]");
    length += text.length + 2;
    if (length > MAX_LIST_CHARS) break;
    told.push(text);
  }
  const left = names.length - told.length;
  return left === 0 ? told.join(", ") : [...told, `and ${left} more`].join(", ");
}

/** How long what counts in a rate limit does. */
const WINDOW_MS: Readonly<Record<string, number>> = { minute: 60_000, day: 86_400_000 };

/** Says what is left of the key's rate limits, where the provider does not say it of its own. */
export function rateLimitHeaders(headers: HeaderMap, rates: readonly Tightest[], shape: ErrorShape): void {
  const now = Date.now();
  const left = rates.flatMap(({ limit, free, resetsAt }): RateLeft[] => {
    const { unit, isRate } = limit;
    if (!isRate || (unit !== "requests" && unit !== "tokens")) return [];
    // Where nothing counted before it, this request is what falls out next.
    const resetMs = resetsAt === null ? WINDOW_MS[limit.period] : Math.max(0, resetsAt - now);
    return [{ unit, limit: limit.limit, remaining: Math.max(0, free), resetMs: resetMs ?? 0 }];
  });
  for (const [name, value] of rateHeaders(left, shape, now)) if (headers.get(name) === null) headers.set(name, value);
}

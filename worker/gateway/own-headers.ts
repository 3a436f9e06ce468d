/** The headers that meterr adds to an answer. */
import type { HeaderMap } from "../core/header-map.ts";
import { type Nanos, usdFromNanos } from "../core/money.ts";
import type { CacheOutcome } from "../core/usage.ts";
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
  if (call.mode === "test") headers.set("x-meterr-sandbox", "true");
}

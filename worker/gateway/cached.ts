/** The look-up in the cache, and what a hit looks like. */

import { cacheKey } from "../cache/key.ts";
import { type CachePlan, cachePlan } from "../cache/plan.ts";
import { readAnswer, type StoredAnswer } from "../cache/store.ts";
import { HeaderMap, type HeaderReader } from "../core/header-map.ts";
import type { CacheOutcome, UsageEvent } from "../core/usage.ts";
import type { Env } from "../env.ts";
import type { Call } from "./call.ts";
import { NO_CHARGE } from "./charge.ts";
import type { ProviderAccess } from "./credential.ts";
import { eventOf } from "./event.ts";
import { ownHeaders } from "./own-headers.ts";
import { KEY_PLACES } from "./present-key.ts";

/** Where a call's answer is kept. */
export interface CachePlace {
  kv: KVNamespace;
  key: string;
  /** Where the provider is whose answer it is. */
  base: string;
  plan: CachePlan;
  /** What goes on beside the request. */
  waitUntil: (work: Promise<unknown>) => void;
}

export interface Replay {
  response: Response;
  event: UsageEvent;
}

export interface Cached {
  outcome: CacheOutcome;
  hit: Replay | null;
  /** Where to put the answer, once it is complete. */
  store: CachePlace | null;
}

export const CACHE_OFF: Cached = { outcome: "off", hit: null, store: null };

/** Where the call's answer is kept; null where neither its key nor its headers ask for that. */
export async function cachePlace(
  { env, call, headers, waitUntil }: Pick<CachePlace, "waitUntil"> & { env: Env; call: Call; headers: HeaderReader },
  access: ProviderAccess,
): Promise<CachePlace | null> {
  const plan = cachePlan(headers, call.grant.key);
  const { endpoint, provider, path } = call.place;
  // How meterr sends it to pay less is no other question.
  const body = call.levers.plain ?? call.body;
  const translation = call.unified?.translation;
  if (!plan || body.kind !== "json" || endpoint.billing !== "metered") return null;
  if (call.facts.background || call.facts.continues) return null;
  const { base } = access;
  const key = await cacheKey({
    tenant: call.grant.tenant,
    mode: call.mode,
    provider: provider.slug,
    base,
    method: "POST",
    path,
    search: call.search,
    // Of a translated request the provider sees none of the client's.
    headers: translation ? new HeaderMap(translation.headers) : headers,
    text: body.text,
    json: body.json,
    ownCredential: call.bringsCredential ? JSON.stringify(KEY_PLACES.map((place) => headers.get(place))) : null,
    // Who did not ask for a cache finds no other key's answers.
    key: plan.write === "each" ? null : call.scope.key,
  });
  return { kv: env.CACHE, key, base, plan, waitUntil };
}

/** Looks the call up. */
export async function cached(call: Call, store: CachePlace): Promise<Cached> {
  const { kv, key, plan } = store;
  const answer = plan.read ? await readAnswer(kv, key, { now: call.arrivedAt, maxAgeSeconds: plan.ttlSeconds }) : null;
  if (!answer) return { outcome: plan.write === "each" ? "miss" : "off", hit: null, store };
  return { outcome: "hit", hit: await replay(call, answer, "cache"), store: null };
}

/** The same bytes under the same headers, once more; a stream is a stream again, for its type says so. */
export async function replay(call: Call, answer: StoredAnswer, reason: "cache" | "coalesced"): Promise<Replay> {
  const response = new Response(answer.body, { status: answer.status, headers: replayedHeaders(call, answer.headers) });
  const now = Date.now();
  const event = eventOf(
    call,
    { ...replayedEnding(answer, reason), status: "cached", httpStatus: answer.status, firstByteAt: now },
    now,
  );
  return { response: await towardsAsker(call, response), event };
}

/** An answer's own headers, and ours as they are where no provider was asked. */
export function replayedHeaders(call: Call, own: StoredAnswer["headers"]): Record<string, string> {
  const headers = new HeaderMap(own);
  ownHeaders(headers, call, { cache: "hit", attempts: 0, remainingNanos: null });
  if (!call.facts.stream) headers.set("x-meterr-cost-usd", "0.000000000");
  return headers.toInit();
}

/** What is recorded of a replay. The tokens that it did not cost stay out of the sums; what it would have cost is saved. */
export const replayedEnding = (
  answer: Pick<StoredAnswer, "modelServed" | "costNanos">,
  reason: "cache" | "coalesced",
) => ({
  charge: NO_CHARGE,
  modelServed: answer.modelServed,
  cache: "hit" as const,
  savings: { [reason]: answer.costNanos ?? 0 },
});

/** What is kept and shared is the provider's answer; each gets it in the dialect that it asked in. */
export async function towardsAsker(call: Call, response: Response): Promise<Response> {
  const translation = call.unified?.translation;
  if (!translation) return response;
  return call.facts.stream ? translation.stream(response) : translation.whole(response);
}

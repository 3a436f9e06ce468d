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

export interface Cached {
  outcome: CacheOutcome;
  hit: { response: Response; event: UsageEvent } | null;
  /** Where to put the answer, once it is complete. */
  store: { kv: KVNamespace; key: string; plan: CachePlan } | null;
}

export const CACHE_OFF: Cached = { outcome: "off", hit: null, store: null };

/** Looks the call up, where its key or its headers ask for that. */
export async function cached(env: Env, call: Call, headers: HeaderReader, access: ProviderAccess): Promise<Cached> {
  const plan = cachePlan(headers, call.grant.key);
  const { endpoint, provider, path } = call.place;
  if (!plan || call.body.kind !== "json" || endpoint.billing !== "metered" || call.facts.background) return CACHE_OFF;
  const key = await cacheKey({
    tenant: call.grant.tenant,
    mode: call.mode,
    provider: provider.slug,
    base: access.base,
    method: "POST",
    path,
    search: call.search,
    headers,
    text: call.body.text,
    json: call.body.json,
    ownCredential: call.bringsCredential ? JSON.stringify(KEY_PLACES.map((place) => headers.get(place))) : null,
    // Who did not ask for a cache finds no other key's answers.
    key: plan.write === "each" ? null : call.scope.key,
  });
  const store = { kv: env.CACHE, key, plan };
  const answer = plan.read ? await readAnswer(env.CACHE, key, call.arrivedAt) : null;
  if (!answer) return { outcome: plan.write === "each" ? "miss" : "off", hit: null, store };
  const hit = replay(call, answer);
  // What is stored is the provider's answer, whoever asked.
  const translation = call.unified?.translation;
  if (!translation) return { outcome: "hit", hit, store: null };
  const response = call.facts.stream ? translation.stream(hit.response) : await translation.whole(hit.response);
  return { outcome: "hit", hit: { ...hit, response }, store: null };
}

/** The stored bytes under the stored headers; a stream is a stream again, for its type says so. */
function replay(call: Call, answer: StoredAnswer): { response: Response; event: UsageEvent } {
  const headers = new HeaderMap(answer.headers);
  ownHeaders(headers, call, { cache: "hit", attempts: 0, remainingNanos: null });
  if (!call.facts.stream) headers.set("x-meterr-cost-usd", "0.000000000");
  const now = Date.now();
  const event = eventOf(
    call,
    {
      status: "cached",
      httpStatus: answer.status,
      // The tokens that it did not cost stay out of the sums; what it would have cost is what is saved.
      charge: NO_CHARGE,
      modelServed: answer.modelServed,
      cache: "hit",
      savings: { cache: answer.costNanos ?? 0 },
      firstByteAt: now,
    },
    now,
  );
  return { response: new Response(answer.body, { status: answer.status, headers: headers.toInit() }), event };
}

/** Whether there is an answer to a call already, or one on its way: in the cache, or in an identical request's flight. */
import type { Flights } from "../cache/flights.ts";
import type { HeaderReader } from "../core/header-map.ts";
import type { UsageEvent } from "../core/usage.ts";
import type { Env } from "../env.ts";
import type { Wallet } from "../wallet/types.ts";
import { CACHE_OFF, type Cached, cached, cachePlace } from "./cached.ts";
import type { Call } from "./call.ts";
import type { ProviderAccess } from "./credential.ts";
import type { Delivery } from "./delivery.ts";
import { board, isShared } from "./follow.ts";
import { handOver, isDrained } from "./hand-over.ts";
import { type Lead, leadOf } from "./lead.ts";

export interface Asking {
  request: Request;
  env: Env;
  headers: HeaderReader;
  call: Call;
  wallet: Wallet;
  /** Null where only a route's later target has a credential. */
  access: ProviderAccess | null;
  flights: Flights;
  owner: "request" | "object";
  waitUntil: (work: Promise<unknown>) => void;
  respond: (response: Response) => void;
}

export type LookedUp =
  /** The client has its answer; the event is what is to be settled. */
  | { outcome: "answered"; event: UsageEvent }
  /** An object tells the rest of the story. */
  | { outcome: "handed_over" }
  /** The object that should have told it has too much to do. */
  | { outcome: "too_busy" }
  /** The provider has to be asked. */
  | ({ outcome: "ask" } & Pick<Delivery, "cache" | "lead" | "client" | "onDisconnect">);

/** Answers the call from what is there or under way, hands it over to who owns it, or says how to ask the provider. */
export async function lookUp(of: Asking): Promise<LookedUp> {
  const { call, headers, access, flights, wallet, respond } = of;
  const place = access && (await cachePlace(of, access));
  const shared = place && isShared(place, headers) ? place.key : null;
  const isOwned = of.owner === "object";
  if (!isOwned && isDrained(call)) return (await isHandedOver(of, shared)) ? HANDED_OVER : { outcome: "too_busy" };
  // What is under way here cannot be in the cache yet.
  const isUnderWay = shared !== null && flights.at(shared, Date.now()) !== null;
  const cache: Cached = place && !isUnderWay ? await cached(call, place) : place ? missed(place) : CACHE_OFF;
  if (cache.hit) {
    respond(cache.hit.response);
    return { outcome: "answered", event: cache.hit.event };
  }
  // An object that has too much to do stands in nobody's way: then the stream is this request's alone.
  if (!isOwned && shared !== null && call.facts.stream && (await isHandedOver(of, shared))) return HANDED_OVER;
  const client = isDrained(call) ? new AbortController().signal : of.request.signal;
  let lead: Lead | null = null;
  if (shared !== null && (isOwned || !call.facts.stream)) {
    const boarded = await board({ call, wallet, client, respond }, flights, shared);
    if (boarded.role === "follower") return { outcome: "answered", event: boarded.event };
    lead = boarded.role === "leader" ? leadOf(boarded, flights) : null;
  }
  if (isDrained(call)) return { outcome: "ask", cache, lead, client, onDisconnect: "drain" };
  // Who leads hears the answer out for as long as anyone waits for it.
  return { outcome: "ask", cache, lead, client: lead?.flight.empty ?? client, onDisconnect: "abort" };
}

const HANDED_OVER: LookedUp = { outcome: "handed_over" };

const missed = (store: NonNullable<Cached["store"]>): Cached => ({ outcome: "miss", hit: null, store });

async function isHandedOver({ env, request, call, wallet, respond }: Asking, shared: string | null): Promise<boolean> {
  wallet.forgo();
  const response = await handOver(env, request, call, shared);
  if (response) respond(response);
  return response !== null;
}

/**
 * Identical requests at the same time: one leads and asks the provider, the others follow its flight. What a follower gets
 * is what the cache would have given it a moment later, checked as a hit is and recorded as one, saved by `coalesced`.
 */
import type { Flight, Flights, Live } from "../cache/flights.ts";
import type { Tape } from "../cache/tape.ts";
import type { HeaderReader } from "../core/header-map.ts";
import type { UsageEvent } from "../core/usage.ts";
import type { Wallet } from "../wallet/types.ts";
import { type CachePlace, replay, replayedEnding, replayedHeaders, towardsAsker } from "./cached.ts";
import type { Call } from "./call.ts";
import { NO_CHARGE } from "./charge.ts";
import { eventOf } from "./event.ts";
import { isDrained } from "./hand-over.ts";

export interface Following {
  call: Call;
  wallet: Pick<Wallet, "forgo">;
  /** Fires when the client leaves, where that ends its waiting. */
  client: AbortSignal;
  respond: (response: Response) => void;
}

export type Boarded =
  /** It asks the provider, for itself and whoever follows. */
  | { role: "leader"; flight: Flight; leave: () => void }
  /** It was answered. */
  | { role: "follower"; event: UsageEvent }
  /** It asks the provider for itself. */
  | { role: "alone" };

/** So many leaders may fail before a request goes on its own: followers must not queue up behind a failing provider. */
const MOST_FLIGHTS = 2;
/** Pauses between two looks: a sixteenth of the time that passed, within these. */
const LOOK_MS = 4;
const LOOK_CAP_MS = 50;

/** Whether `call` may share its answer: as the cache would. What sets a time limit of its own waits for nobody else. */
export const isShared = ({ plan }: CachePlace, headers: HeaderReader): boolean =>
  plan.read && plan.write === "each" && headers.get("x-meterr-timeout-ms") === null;

/** Follows the flight of `key`, if there is one that arrives, else leads one. */
export async function board(of: Following, flights: Flights, key: string): Promise<Boarded> {
  for (let followed = 0; followed < MOST_FLIGHTS; followed++) {
    // From here to `lead` nothing may be awaited: two would lead.
    const flight = flights.at(key, Date.now());
    if (!flight) {
      const own = flights.lead(key, { stream: of.call.facts.stream, now: Date.now() });
      return { role: "leader", flight: own, leave: boardUntil(own, of.client) };
    }
    // What it does not spend, it need not hold.
    of.wallet.forgo();
    const event = await follow(of, flight);
    if (event) return { role: "follower", event };
  }
  return { role: "alone" };
}

/** Boards, and leaves with the client. */
function boardUntil(flight: Flight, client: AbortSignal): () => void {
  const leave = flight.board();
  if (client.aborted) leave();
  else client.addEventListener("abort", leave, { once: true });
  return leave;
}

/** Answers as the flight's leader is answered; null where it has nothing to share. */
async function follow(of: Following, flight: Flight): Promise<UsageEvent | null> {
  const leave = boardUntil(flight, of.client);
  try {
    await waitFor(of, () => flight.live !== null || !flight.isUnderWay(Date.now()));
    if (of.client.aborted) return left(of);
    const { landing, live, tape } = flight;
    if (landing?.body) {
      const { response, event } = await replay(of.call, { ...landing, body: landing.body }, "coalesced");
      of.respond(response);
      return event;
    }
    return live && tape?.isWhole && !flight.isLost ? await ride(of, flight, { live, tape }) : null;
  } finally {
    leave();
  }
}

/** The bytes as they come. */
async function ride(of: Following, flight: Flight, { live, tape }: { live: Live; tape: Tape }): Promise<UsageEvent> {
  const { call, client } = of;
  const gone = Promise.withResolvers<void>();
  client.addEventListener("abort", () => gone.resolve(), { once: true });
  const body = tape.readable(() => gone.resolve());
  of.respond(
    await towardsAsker(call, new Response(body, { status: live.status, headers: replayedHeaders(call, live.headers) })),
  );
  const firstByteAt = Date.now();
  const isLeft = await Promise.race([tape.ended().then(() => false), gone.promise.then(() => true)]);
  // What it would have cost is known a little after the last byte. Whose answer is drained hears it out.
  await waitFor(of, () => (isLeft && !isDrained(call)) || !flight.isUnderWay(Date.now()));
  const { landing } = flight;
  const ending = landing
    ? { ...replayedEnding(landing, "coalesced"), status: "cached" as const }
    : { charge: NO_CHARGE, cache: "hit" as const, status: isLeft ? ("aborted" as const) : ("truncated" as const) };
  return eventOf(call, { ...ending, httpStatus: live.status, firstByteAt }, Date.now());
}

/** Nobody hears this answer; the runtime wants one. */
function left({ call, respond }: Following): UsageEvent {
  respond(new Response(null, { status: 499 }));
  return eventOf(call, { status: "aborted", httpStatus: null, charge: NO_CHARGE, cache: "hit" }, Date.now());
}

/** Looks until `isDone`, or until the client has left: a promise of another request's must not be waited for. */
async function waitFor({ client }: Following, isDone: () => boolean): Promise<void> {
  const since = Date.now();
  while (!client.aborted && !isDone()) {
    const passed = Date.now() - since;
    await scheduler.wait(Math.min(Math.max(passed / 16, LOOK_MS), LOOK_CAP_MS));
  }
}

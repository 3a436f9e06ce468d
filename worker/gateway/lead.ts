/** What the leader of a flight does for those who follow it. */
import type { Flight, Flights } from "../cache/flights.ts";
import type { LastingWay } from "./outlast.ts";

export interface Lead {
  flight: Flight;
  /** The leader's own client waits no more. */
  leave: () => void;
  /** No answer to share will come of it, unless one has come already. Again is once. */
  end: () => void;
}

export const leadOf = (of: Pick<Lead, "flight" | "leave">, flights: Flights): Lead => ({
  ...of,
  end: () => flights.end(of.flight),
});

/** A way to the client that is one of many: the stream goes on the tape, from which all take it. `gone` fires when it leaves. */
interface TapedWay extends LastingWay {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** Null where the flight has no tape. */
export function tapedWay(lead: Lead, gone: AbortSignal): TapedWay | null {
  const { tape } = lead.flight;
  if (!tape) return null;
  let isLeft = false;
  const readable = tape.readable(() => {
    isLeft = true;
    lead.leave();
  });
  const writable = tape.writable();
  return { readable, writable, to: writable, left: () => isLeft || gone.aborted };
}

/** What goes on without its followers: what it gets is no answer to what they asked. */
export function withoutFollowers<T extends { lead: Lead | null; cache: { store: unknown } }>(of: T): T {
  of.lead?.end();
  return { ...of, lead: null, cache: { ...of.cache, store: null } };
}

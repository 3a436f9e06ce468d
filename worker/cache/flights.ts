/**
 * Identical requests that are under way at the same time: the first one leads and asks the provider, the others follow and
 * get its answer. What is in here is plain data that all requests of an isolate may look at, but for the tape of a stream
 * (`tape.ts`), which only a Durable Object has.
 */
import { MAX_STORED_BYTES, type StoredHead } from "./store.ts";
import { Tape } from "./tape.ts";

/** A complete success. `body` is null where it is too long to be kept. */
export interface Landing extends StoredHead {
  body: Uint8Array | null;
}

/** The head of an answer whose bytes are on the flight's tape. */
export interface Live {
  status: number;
  headers: [string, string][];
}

/** A leader that was not seen for so long has vanished: requests can be cancelled without a word. */
const SILENT_MS = 15_000;
/** One that was not sent by then waits for money, which others may have. */
const SENT_WITHIN_MS = 2_000;

export class Flight {
  readonly key: string;
  /** Where its bytes can be followed as they come; null where followers wait for the whole. */
  readonly tape: Tape | null;
  /** Set once the answer has begun, and as a success. */
  live: Live | null = null;
  /** Set once it is complete. */
  landing: Landing | null = null;
  /** There is no answer to share, and there will be none. */
  isLost = false;
  readonly #empty: AbortController | null;
  #aboard = 0;
  #waitedForUntil: number;

  constructor(key: string, tape: Tape | null, now: number) {
    this.key = key;
    this.tape = tape;
    this.#empty = tape && new AbortController();
    this.#waitedForUntil = now + SENT_WITHIN_MS;
  }

  /** Fires when nobody is left who waits for the answer; null without a tape, since a signal does not cross requests. */
  get empty(): AbortSignal | null {
    return this.#empty?.signal ?? null;
  }

  /** Whether there is still something to wait for. */
  isUnderWay(now: number): boolean {
    return this.landing === null && !this.isLost && now < this.#waitedForUntil;
  }

  /** Someone waits for the answer, until what this gives is called; again is once. */
  board(): () => void {
    this.#aboard++;
    let isAboard = true;
    return () => {
      if (!isAboard) return;
      isAboard = false;
      this.#aboard--;
      if (this.#aboard === 0) this.#empty?.abort();
    };
  }

  /** The leader's sign of life: when it is sent, and every few seconds from then on. */
  alive(now: number): void {
    this.#waitedForUntil = now + SILENT_MS;
  }

  land(landing: Landing): void {
    if (!this.isLost) this.landing ??= landing;
  }

  lose(): void {
    if (this.landing === null) this.isLost = true;
    this.tape?.end("broken");
  }
}

export class Flights {
  readonly #isLive: boolean;
  readonly #flights = new Map<string, Flight>();

  /** `live`: streams are followed as they come, which takes a Durable Object; else whole answers alone are shared. */
  constructor(kind: "live" | "whole") {
    this.#isLive = kind === "live";
  }

  /** The flight that a request for `key` can follow now. */
  at(key: string, now: number): Flight | null {
    const flight = this.#flights.get(key);
    if (!flight) return null;
    const { landing } = flight;
    const isOpen = landing ? landing.body !== null && landing.expiresAt > now : flight.isUnderWay(now);
    return isOpen && (landing !== null || flight.tape === null || flight.tape.isWhole) ? flight : null;
  }

  /** A flight of one's own, for others to follow. */
  lead(key: string, of: { stream: boolean; now: number }): Flight {
    const flight = new Flight(key, this.#isLive && of.stream ? new Tape(MAX_STORED_BYTES) : null, of.now);
    this.#flights.set(key, flight);
    return flight;
  }

  /** The leader's story is over, or its part that others wait for: without an answer to share, unless it has landed. */
  end(flight: Flight): void {
    flight.lose();
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
  }
}

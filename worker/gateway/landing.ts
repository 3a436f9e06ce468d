/** Complete answers, for the cache and for identical requests that wait. */
import type { Landing } from "../cache/flights.ts";
import { MAX_STORED_BYTES, writeAnswer } from "../cache/store.ts";
import type { Reading } from "../dialects/types.ts";
import type { Answered } from "./answer.ts";
import type { Charge } from "./charge.ts";
import type { Delivery } from "./delivery.ts";
import { towardsClient } from "./headers.ts";
import type { StreamMeter } from "./stream-meter.ts";

/** Whoever follows may have the stream as it comes, from what is no error on; but none that a budget may still cut. */
export function goLive({ of, response }: Answered, meter: StreamMeter): void {
  const flight = of.lead?.flight;
  if (!flight || flight.live || of.admission.slices || meter.hasFailed) return;
  flight.live = { status: response.status, headers: [...towardsClient(response.headers, true)] };
}

/** The complete answer, for the cache and for who waits for it; null where nobody wants it. `chunks`: null where it is too long. */
export async function land(
  { of, response }: Answered,
  { reading, charge, chunks }: { reading: Reading; charge: Charge; chunks: readonly Uint8Array[] | null },
): Promise<Landing | null> {
  const { store } = of.cache;
  if (!store) return null;
  const storedAt = Date.now();
  const landing: Landing = {
    status: response.status,
    headers: [...towardsClient(response.headers, true)],
    modelServed: reading.modelServed,
    tokens: charge.tokens,
    costNanos: charge.costNanos,
    storedAt,
    expiresAt: storedAt + store.plan.ttlSeconds * 1000,
    body: chunks && new Uint8Array(await new Blob([...chunks]).arrayBuffer()),
  };
  of.lead?.flight.land(landing);
  return landing;
}

/** Writes it to the cache, where it belongs there; the settlement does not wait for that. */
export function store({ cache }: Pick<Delivery, "cache">, { body, ...head }: Landing, isLeft: boolean): void {
  const place = cache.store;
  if (!place || !body || (place.plan.write === "abandoned" && !isLeft)) return;
  place.waitUntil(writeAnswer(place.kv, place.key, { ...head, body }, place.plan.ttlSeconds));
}

/** The chunks that the client got, as long as they may be stored. */
export class Kept {
  chunks: Uint8Array[] | null = [];
  #bytes = 0;

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > MAX_STORED_BYTES) this.chunks = null;
    this.chunks?.push(chunk);
  }
}

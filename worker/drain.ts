/**
 * The Durable Object that owns the upstream of requests whose key says `on_disconnect: drain`, and of streams that identical
 * requests share: it tells the gateway's story to its end, whether or not the client stays. It stores nothing but its alarm.
 * Should it vanish, the ledger books what its wallet held as lost, as it does for any isolate.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";
import { gatewayOfObject, liveFlights } from "./gateway/index.ts";

/** An object without events is evicted after 70 to 140 s, whatever it is waiting for. */
const AWAKE_EVERY_MS = 30_000;

export class Drain extends DurableObject<Env> {
  /** An object's requests share what is theirs, which those of an isolate must not. */
  readonly #flights = liveFlights();
  #running = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  override async fetch(request: Request): Promise<Response> {
    return gatewayOfObject(request, this.env, { waitUntil: (work) => this.#watch(work), flights: this.#flights });
  }

  /** An event is all that it has to be. */
  override async alarm(): Promise<void> {
    this.#stayAwake();
  }

  #watch(work: Promise<unknown>): void {
    this.#running++;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#stayAwake();
    }, AWAKE_EVERY_MS);
    this.ctx.waitUntil(
      work.finally(() => {
        this.#running--;
        if (this.#running > 0 || this.#timer === null) return;
        clearTimeout(this.#timer);
        this.#timer = null;
      }),
    );
  }

  #stayAwake(): void {
    if (this.#running === 0) return;
    // Answers need not wait until it is stored.
    void this.ctx.storage.setAlarm(Date.now() + AWAKE_EVERY_MS, { allowUnconfirmed: true });
  }
}

/**
 * One clock for all that a running request has to do by the clock: show signs of life, and give an upstream up. Timers
 * are among the dearer things of a short request, so there is one, and a short request never sees it fire.
 */

/** A running request shows a sign of life this often, so that nobody books it as lost. */
const ALIVE_EVERY_MS = 4_000;

export class Pulse {
  readonly #alive: () => void;
  #limit: { at: number; reached: () => void } | null = null;
  /** The beat that counts: a wait cannot be called off cheaply, so an older one finds that it was replaced, and ends. */
  #beat = 0;

  constructor(alive: () => void) {
    this.#alive = alive;
  }

  /** Calls `reached` once, `ms` from now, unless `noLimit` or `stop` comes first. */
  limit(ms: number, reached: () => void): void {
    this.#limit = { at: Date.now() + ms, reached };
    void this.#run(++this.#beat);
  }

  noLimit(): void {
    this.#limit = null;
  }

  stop(): void {
    this.#limit = null;
    this.#beat++;
  }

  async #run(beat: number): Promise<void> {
    for (;;) {
      const untilLimit = this.#limit ? this.#limit.at - Date.now() : ALIVE_EVERY_MS;
      await scheduler.wait(Math.max(0, Math.min(ALIVE_EVERY_MS, untilLimit)));
      if (beat !== this.#beat) return;
      this.#alive();
      const limit = this.#limit;
      if (limit && Date.now() >= limit.at) {
        this.#limit = null;
        limit.reached();
      }
    }
  }
}

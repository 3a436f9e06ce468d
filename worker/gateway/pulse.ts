/**
 * One timer for all that a running request has to do by the clock: show signs of life, and give an upstream up. Timers
 * are among the dearer things of a short request, so there is one, and a short request never sees it fire.
 */

/** A running request shows a sign of life this often, so that nobody books it as lost. */
const ALIVE_EVERY_MS = 4_000;

export class Pulse {
  readonly #alive: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #limit: { at: number; reached: () => void } | null = null;
  #stopped = false;

  constructor(alive: () => void) {
    this.#alive = alive;
  }

  /** Calls `reached` once, `ms` from now, unless `noLimit` or `stop` comes first. */
  limit(ms: number, reached: () => void): void {
    this.#limit = { at: Date.now() + ms, reached };
    this.#arm();
  }

  noLimit(): void {
    this.#limit = null;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const untilLimit = this.#limit ? this.#limit.at - Date.now() : ALIVE_EVERY_MS;
    this.#timer = setTimeout(() => this.#beat(), Math.max(0, Math.min(ALIVE_EVERY_MS, untilLimit)));
  }

  #beat(): void {
    if (this.#stopped) return;
    this.#alive();
    const limit = this.#limit;
    if (limit && Date.now() >= limit.at) {
      this.#limit = null;
      limit.reached();
    }
    this.#arm();
  }
}

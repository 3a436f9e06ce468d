/**
 * The bytes of an answer as they come, for any number of takers, each from the first byte on and at its own pace. Takers
 * wait on promises that another request keeps: all of them have to belong to one Durable Object.
 */

type TapeState = "going" | "complete" | "broken";

/** What one of the takers has of it. */
interface Place {
  /** The next chunk to take, counted from the first of all. */
  at: number;
  isLost: boolean;
}

export class Tape {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** How many chunks are gone from the beginning. */
  #dropped = 0;
  #state: TapeState = "going";
  #changed = Promise.withResolvers<void>();
  readonly #places = new Set<Place>();

  /** At most about `maxBytes` are held: who falls behind the fastest by more is broken off. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a new taker would get everything. */
  get isWhole(): boolean {
    return this.#dropped === 0;
  }

  /** Adds a chunk. Resolves when there is room for another one. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    this.#tell();
    while (this.#bytes > this.#maxBytes && this.#state === "going") {
      // As long as nobody has taken the oldest, the provider waits: as it would for a single client.
      const isTaken = this.#places.size === 0 || [...this.#places].some(({ at }) => at > this.#dropped);
      if (isTaken) this.#dropOldest();
      else await this.#changed.promise;
    }
  }

  /** The answer is complete, or broken off; only the first call counts. */
  end(state: Exclude<TapeState, "going">): void {
    if (this.#state !== "going") return;
    this.#state = state;
    this.#tell();
  }

  /** How the answer ended, once it has. */
  async ended(): Promise<Exclude<TapeState, "going">> {
    while (this.#state === "going") await this.#changed.promise;
    return this.#state;
  }

  /** For `end`: bytes go on it in order, and an abort is what breaks it off. */
  writable(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      write: (chunk) => this.append(chunk),
      close: () => this.end("complete"),
      abort: () => this.end("broken"),
    });
  }

  /** All of it, from the first byte; `left` is called when its reader wants no more. */
  readable(left: () => void): ReadableStream<Uint8Array> {
    const place: Place = { at: 0, isLost: this.#dropped > 0 };
    this.#places.add(place);
    const forget = () => {
      this.#places.delete(place);
      this.#tell();
    };
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          while (this.#state === "going" && !place.isLost && place.at >= this.#dropped + this.#chunks.length) {
            await this.#changed.promise;
          }
          const chunk = place.isLost ? undefined : this.#chunks[place.at - this.#dropped];
          if (chunk) {
            place.at++;
            this.#tell();
            controller.enqueue(chunk);
            return;
          }
          forget();
          if (this.#state === "complete" && !place.isLost) controller.close();
          else controller.error(new Error("the answer was broken off"));
        },
        cancel: () => {
          forget();
          left();
        },
      },
      { highWaterMark: 0 },
    );
  }

  #dropOldest(): void {
    const [oldest] = this.#chunks;
    if (!oldest) return;
    this.#chunks.shift();
    this.#bytes -= oldest.byteLength;
    this.#dropped++;
    for (const place of this.#places) if (place.at < this.#dropped) place.isLost = true;
  }

  /** Wakes all who wait. */
  #tell(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }
}

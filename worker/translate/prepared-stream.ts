/**
 * A provider's stream before there is one: what its package does to begin reading need not wait for the answer, and there is time
 * for it while the provider thinks.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { readStream } from "./provider.ts";
import type { Chunks, ProviderSide } from "./types.ts";

export type PartReader = ReadableStreamDefaultReader<LanguageModelV4StreamPart>;

export interface Prepared {
  /** Reads what `supply` gives. */
  reading: Promise<PartReader>;
  supply: Supply;
}

/** Begins to read a stream whose bytes will come by its supply. */
export function prepareStream({
  side,
  options,
}: {
  side: ProviderSide;
  options: LanguageModelV4CallOptions;
}): Prepared {
  const supply = new Supply();
  const reading = readStream(side, options, supply).then(({ stream }) => stream.getReader());
  // Told to whoever waits for it; an answer that is no stream has nobody who does.
  reading.catch(() => {});
  return { reading, supply };
}

/** The provider's bytes, once they come. */
export class Supply implements Chunks {
  readonly #connected = Promise.withResolvers<void>();
  #from: Chunks | null = null;
  #asked = () => {};

  /** `asked` is called whenever more is asked for: all that was read so far has then been made use of. */
  connect(from: Chunks, asked: () => void): void {
    this.#from = from;
    this.#asked = asked;
    this.#connected.resolve();
  }

  read(): ReturnType<Chunks["read"]> {
    if (!this.#from) return this.#connected.promise.then(() => this.read());
    this.#asked();
    return this.#from.read();
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#from?.cancel(reason);
  }
}

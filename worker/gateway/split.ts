/**
 * A stream that needs no change goes to the client by the runtime itself; the meter reads a branch of its own, a little
 * later and many chunks at a time. Entering JavaScript for each chunk is most of what a relay costs: this way a stream
 * takes about twice the CPU of a bare one, all else included, and pumped nearly four times (`npm run bench`).
 */
import type { RelayEnd } from "./relay.ts";

/**
 * The meter looks this often. No one waits for it: usage counts at the end, which wakes it at once. A model sends ten to a
 * hundred chunks a second, and of a thousand streams at once each look that finds one chunk costs as much as passing it on.
 */
const LOOK_EVERY_MS = 500;
/** The runtime hands over no more in one read: there is more at hand, and the reader should not fall behind. */
const FULL_READ_BYTES = 4_096;

export interface Split {
  body: ReadableStream<Uint8Array>;
  to: WritableStream<Uint8Array>;
  /** Sees all of the provider's bytes, in order. */
  see: (chunk: Uint8Array) => void;
  /** Fires when the client leaves. */
  client: AbortSignal;
  /** Cancels the upstream. */
  cancel: () => void;
}

/** Relays until either side ends. Never throws. */
export async function split({ body, to, see, client, cancel }: Split): Promise<RelayEnd> {
  const [toClient, toMeter] = body.tee();
  const pause = new Pause();
  let isTaken = true;
  const piped = toClient.pipeTo(to).catch(() => {
    // Either the provider broke off, which the other branch tells too, or nobody takes it any more.
    isTaken = false;
    cancel();
  });
  const isWhole = readAll(toMeter, see, pause);
  await piped;
  pause.end();
  if (await isWhole) return isTaken ? "complete" : "left";
  return client.aborted ? "left" : "broken";
}

/** Reads to the end; false where that is a failure. */
async function readAll(from: ReadableStream<Uint8Array>, see: Split["see"], pause: Pause): Promise<boolean> {
  const reader = from.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      see(value);
      if (value.byteLength < FULL_READ_BYTES) await pause.next();
    }
  } catch {
    return false;
  }
}

/** Waits between looks, until there is nothing more to wait for. */
class Pause {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #resume: (() => void) | null = null;
  #ended = false;

  async next(): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#timer = setTimeout(resolve, LOOK_EVERY_MS);
    });
  }

  end(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#resume?.();
  }
}

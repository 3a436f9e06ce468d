/**
 * The provider's stream where a translation reads it: pulled by the client, seen by the meter. No stream of the runtime's stands
 * between, and nothing is pumped.
 */
import type { Chunks } from "../translate/types.ts";
import type { RelayEnd } from "./relay.ts";

export interface Observing {
  /** What was read of the answer already. */
  first: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Sees every chunk, after it was translated. */
  see: (chunk: Uint8Array) => void;
  /** What of a chunk the translation gets; all of it where there is none. */
  edit: { pass(chunk: Uint8Array): Uint8Array; end(): Uint8Array } | null;
  /** Where a stream that broke off ends in an event that says so; else its reading fails. */
  mend: { isWhole(): boolean; terminal(): Uint8Array | null } | null;
  /** Fires when the client leaves. */
  client: AbortSignal;
  /** Cancels the upstream. */
  cancel: () => void;
}

/** The stream for its translation, and how it ended once it has. */
export function observed(of: Observing): { chunks: Chunks; end: Promise<Exclude<RelayEnd, "cut">> } {
  const { promise: end, resolve } = Promise.withResolvers<Exclude<RelayEnd, "cut">>();
  let next = 0;
  let seen: Uint8Array | null = null;
  let isOver = false;
  const over = (how: Exclude<RelayEnd, "cut">) => {
    isOver = true;
    of.client.removeEventListener("abort", leave);
    resolve(how);
  };
  const leave = () => {
    if (isOver) return;
    // What the client may have of it is billed.
    if (seen) of.see(seen);
    seen = null;
    over("left");
    of.cancel();
    of.reader.cancel().catch(() => {});
  };
  of.client.addEventListener("abort", leave, { once: true });

  /** The last of it: an event that says that it broke off, where the route wants one, or what was held back. */
  const ended = (cause: unknown): Uint8Array | null => {
    const isBroken = cause !== null || (of.mend !== null && !of.mend.isWhole());
    over(isBroken ? "broken" : "complete");
    const terminal = isBroken ? (of.mend?.terminal() ?? null) : null;
    if (terminal) return terminal;
    if (cause !== null) throw cause;
    return of.edit?.end() ?? null;
  };

  /** The next of it; null where there is no more. */
  const following = async (): Promise<Uint8Array | null> => {
    for (;;) {
      // Relay first, meter second: whoever asks for more has passed on what there was.
      if (seen) of.see(seen);
      seen = null;
      if (isOver) return null;
      seen = of.first[next++] ?? null;
      if (!seen) {
        const read = await of.reader.read().catch((cause: unknown) => ({ cause }));
        if (isOver) return null;
        if ("cause" in read) return ended(read.cause ?? new Error("the provider broke the answer off"));
        if (read.done) return ended(null);
        seen = read.value;
      }
      const passed = of.edit ? of.edit.pass(seen) : seen;
      if (passed.byteLength > 0) return passed;
    }
  };

  const chunks: Chunks = {
    read: async () => {
      const value = await following();
      return value === null ? { done: true } : { done: false, value };
    },
    cancel: async () => leave(),
  };
  return { chunks, end };
}

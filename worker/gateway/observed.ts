/**
 * The provider's stream where a translation reads it: pulled by the client, seen by the meter. No stream of the runtime's stands
 * between, and nothing is pumped.
 */
import { joinBytes } from "../core/bytes.ts";
import type { Chunks } from "../translate/types.ts";
import type { RelayEnd } from "./relay.ts";

/** Chunks that the meter reads as one. No one waits for it but at the end, when it has seen all. */
const SEEN_TOGETHER = 16;

export interface Observing {
  /** What was read of the answer already. */
  first: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Sees all of the provider's bytes, after they were translated, and many chunks at a time. */
  see: (bytes: Uint8Array) => void;
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
  let unseen: Uint8Array[] = [];
  let seeAt = 1;
  let isOver = false;
  const see = () => {
    if (unseen.length > 0) of.see(joinBytes(unseen));
    unseen = [];
  };
  const over = (how: Exclude<RelayEnd, "cut">) => {
    isOver = true;
    of.client.removeEventListener("abort", leave);
    resolve(how);
  };
  const leave = () => {
    if (isOver) return;
    // What the client may have of it is billed.
    see();
    over("left");
    of.cancel();
    of.reader.cancel().catch(() => {});
  };
  of.client.addEventListener("abort", leave, { once: true });

  /** The last of it: an event that says that it broke off, where the route wants one, or what was held back. */
  const ended = (cause: unknown): Read => {
    see();
    const isBroken = cause !== null || (of.mend !== null && !of.mend.isWhole());
    over(isBroken ? "broken" : "complete");
    const terminal = isBroken ? (of.mend?.terminal() ?? null) : null;
    if (terminal) return given(terminal);
    if (cause !== null) throw cause;
    const rest = of.edit?.end();
    return rest ? given(rest) : NO_MORE;
  };

  const read = async (): Promise<Read> => {
    for (;;) {
      // Relay first, meter second: whoever asks for more has passed on what there was. The first is seen at once.
      if (unseen.length >= seeAt) {
        see();
        seeAt = SEEN_TOGETHER;
      }
      if (isOver) return NO_MORE;
      let chunk = of.first[next++];
      if (!chunk) {
        let told: Read;
        try {
          told = await of.reader.read();
        } catch (cause) {
          return isOver ? NO_MORE : ended(cause ?? new Error("the provider broke the answer off"));
        }
        if (isOver) return NO_MORE;
        if (told.done) return ended(null);
        chunk = told.value;
      }
      unseen.push(chunk);
      const passed = of.edit ? of.edit.pass(chunk) : chunk;
      if (passed.byteLength > 0) return given(passed);
    }
  };

  return { chunks: { read, cancel: async () => leave() }, end };
}

type Read = Awaited<ReturnType<Chunks["read"]>>;

const NO_MORE: Read = { done: true };
const given = (value: Uint8Array): Read => ({ done: false, value });

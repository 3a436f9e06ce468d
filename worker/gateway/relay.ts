/**
 * The answer's bytes to the client as they come. Of the ways that a Worker has, this one lets a client's leaving be
 * noticed (a write rejects), cancels the upstream, and goes on to the settlement: an identity stream, pumped inside
 * `waitUntil`.
 */

/** How a relay ended: the whole answer passed, the provider broke it off, the client left, or a budget cut it. */
export type RelayEnd = "complete" | "broken" | "left" | "cut";

export interface Relay {
  /** What was read of the answer already. */
  first: readonly Uint8Array[];
  reader: ReadableStreamDefaultReader<Uint8Array>;
  to: WritableStream<Uint8Array>;
  /** Sees every chunk of the provider's, and what of it went to the client, after it went. */
  see: (chunk: Uint8Array, passed: Uint8Array) => void;
  /** What of a chunk the client gets; all of it where there is none. */
  edit: { pass(chunk: Uint8Array): Uint8Array; end(): Uint8Array } | null;
  /** Asked after every chunk: false ends the stream with `terminal`. */
  guard: { covers(): Promise<boolean>; terminal(): Uint8Array } | null;
  /** Fires when the client leaves. */
  client: AbortSignal;
  /** Cancels the upstream. */
  cancel: () => void;
}

/** Pumps until either side ends. Never throws. */
export async function relay(of: Relay): Promise<RelayEnd> {
  const writer = of.to.getWriter();
  // Rejections of a write are seen where it is awaited; this promise would report them once more.
  writer.closed.catch(() => {});
  for (const chunk of of.first) if (!(await pass(of, writer, chunk))) return leave(of);
  for (;;) {
    const next = await of.reader.read().catch(() => null);
    if (next === null) {
      if (of.client.aborted) return leave(of);
      // An error passes a cut off as what it is; a clean end would pass it off as the whole answer.
      writer.abort(new Error("the provider broke the answer off")).catch(() => {});
      return "broken";
    }
    if (next.done) break;
    if (!(await pass(of, writer, next.value))) return leave(of);
    if (of.guard && !(await of.guard.covers())) {
      stop(of);
      await succeeds(writer.write(of.guard.terminal()));
      await succeeds(writer.close());
      return "cut";
    }
  }
  const rest = of.edit?.end();
  if (rest && rest.byteLength > 0 && !(await succeeds(writer.write(rest)))) return leave(of);
  return (await succeeds(writer.close())) ? "complete" : leave(of);
}

/** Relay first, meter second. False: the client is gone. */
async function pass(of: Relay, writer: WritableStreamDefaultWriter<Uint8Array>, chunk: Uint8Array): Promise<boolean> {
  const passed = of.edit ? of.edit.pass(chunk) : chunk;
  const written = passed.byteLength > 0 ? writer.write(passed) : undefined;
  // It is awaited only below: a rejection until then must not count as unhandled.
  written?.catch(() => {});
  of.see(chunk, passed);
  return written === undefined || succeeds(written);
}

const succeeds = (promise: Promise<void>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );

function leave(of: Relay): RelayEnd {
  stop(of);
  return "left";
}

function stop(of: Relay): void {
  of.cancel();
  of.reader.cancel().catch(() => {});
}

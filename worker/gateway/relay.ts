/**
 * The answer's bytes to the client as they come, where each has to be looked at before it goes; what needs no change takes the
 * cheaper way of `split.ts`. This one, an identity stream pumped inside `waitUntil`, notices a client's leaving (a write
 * rejects), cancels the upstream, and goes on to the settlement.
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
  /** Where a stream that broke off ends in an event that says so; else the client sees a broken connection. */
  mend: { isWhole(): boolean; terminal(): Uint8Array | null } | null;
  /** Fires when the client leaves. */
  client: AbortSignal;
  /** Cancels the upstream. */
  cancel: () => void;
}

/**
 * Pumps until either side ends. Never throws. Per chunk it makes the two promises that the streams need and no more:
 * they are most of what a relayed chunk costs.
 */
export async function relay(of: Relay): Promise<RelayEnd> {
  const { reader, edit, guard, mend, see } = of;
  const writer = of.to.getWriter();
  // Rejections of a write are seen where it is awaited; this promise would report them once more.
  writer.closed.catch(() => {});
  let writes = false;
  try {
    for (let next = 0; ; next++) {
      writes = false;
      let chunk = of.first[next];
      if (!chunk) {
        const read = await reader.read();
        if (read.done) break;
        chunk = read.value;
      }
      writes = true;
      const passed = edit ? edit.pass(chunk) : chunk;
      // Relay first, meter second.
      const written = passed.byteLength > 0 ? writer.write(passed) : null;
      see(chunk, passed);
      if (written) await written;
      if (guard && !(await guard.covers())) return await cut(of, guard.terminal(), writer);
    }
    if (mend && !mend.isWhole()) return await broken(of, writer);
    writes = true;
    const rest = edit?.end();
    if (rest && rest.byteLength > 0) await writer.write(rest);
    await writer.close();
    return "complete";
  } catch {
    if (writes || of.client.aborted) {
      stop(of);
      return "left";
    }
    return await broken(of, writer);
  }
}

/** An error passes a cut off as what it is; a clean end would pass it off as the whole answer. */
async function broken(of: Relay, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<RelayEnd> {
  const terminal = of.mend?.terminal() ?? null;
  try {
    if (terminal === null) {
      writer.abort(new Error("the provider broke the answer off")).catch(() => {});
      return "broken";
    }
    await writer.write(terminal);
    await writer.close();
    return "broken";
  } catch {
    return "left";
  }
}

async function cut(
  of: Relay,
  terminal: Uint8Array,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<RelayEnd> {
  stop(of);
  await writer.write(terminal);
  await writer.close();
  return "cut";
}

function stop(of: Relay): void {
  of.cancel();
  of.reader.cancel().catch(() => {});
}

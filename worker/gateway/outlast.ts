/** A way to the client that does not end with the client: what nobody takes any more is dropped, and the pump goes on. */

export interface LastingWay {
  /** Never fails, and never waits for who is gone. */
  to: WritableStream<Uint8Array>;
  left(): boolean;
}

/** How long a connection that was closed in silence takes to say so once it was written to. */
const PROBE_MS = 5;
/** Clients seldom give up sooner, and what is as quick need not wait for the probe. */
const PATIENT_MS = 1_000;

/**
 * Sends a whole answer, and tells whether its client was there to take it. Of a connection that was closed in silence only a
 * second write tells, so the last byte follows the others a moment later.
 */
export async function sendWhole(
  bytes: Uint8Array,
  way: LastingWay,
  { askedAt }: { askedAt: number },
): Promise<{ isLeft: boolean }> {
  const writer = way.to.getWriter();
  await writer.write(bytes.subarray(0, -1));
  if (Date.now() - askedAt > PATIENT_MS) await scheduler.wait(PROBE_MS);
  await writer.write(bytes.subarray(-1));
  await writer.close();
  return { isLeft: way.left() };
}

/** `client` is where the answer's bytes go while someone takes them; `gone` fires when the client leaves. */
export function outlast(client: WritableStream<Uint8Array>, gone: AbortSignal): LastingWay {
  const writer = client.getWriter();
  writer.closed.catch(() => {});
  let left = false;
  // Of a client that stalls before it leaves, the signal alone tells.
  const leaving = new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }));
  const whileThere = async (step: () => Promise<void>) => {
    if (left || gone.aborted) return;
    const taken = step().catch(() => {
      left = true;
    });
    await Promise.race([taken, leaving]);
  };
  return {
    to: new WritableStream<Uint8Array>({
      write: (chunk) => whileThere(() => writer.write(chunk)),
      close: () => whileThere(() => writer.close()),
      abort: (reason) => whileThere(() => writer.abort(reason)),
    }),
    left: () => left || gone.aborted,
  };
}

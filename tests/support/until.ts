/** Waiting for what comes true a little later. */

/** What `look` gives as soon as that is not null (or false); rejects, naming `what`, after `withinMs`. */
export async function until<T>(what: string, withinMs: number, look: () => Promise<T | null | false>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await sleep(50);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

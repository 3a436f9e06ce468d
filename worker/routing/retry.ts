/** How long to wait before the same target is tried again. Pure. */

/** The first pause, doubled with each further try. */
const FIRST_MS = 250;

/**
 * Milliseconds before try number `next` (the second is 2); null where the provider asks for more patience than
 * `maxDelayMs`: then another target is the better idea. Back-off is drawn from its upper half, so that those who failed
 * together do not come back together.
 */
export function delayMs(of: {
  next: number;
  askedMs: number | null;
  maxDelayMs: number;
  random: number;
}): number | null {
  if (of.askedMs !== null) return of.askedMs <= of.maxDelayMs ? of.askedMs : null;
  const most = Math.min(of.maxDelayMs, FIRST_MS * 2 ** Math.max(0, of.next - 2));
  return Math.round(most * (0.5 + of.random / 2));
}

/**
 * How long requests take, as a histogram that roll-ups can add up: a counter for each span of time. The bounds are five
 * to a tenfold, so that a percentile read from it is off by a tenth or so, whatever was added to what.
 */

/** Upper bounds, inclusive, in milliseconds; what took longer is in one more span. */
export const LATENCY_BOUNDS_MS = [
  50, 80, 125, 200, 320, 500, 800, 1_250, 2_000, 3_200, 5_000, 8_000, 12_500, 20_000, 32_000, 50_000, 80_000, 125_000,
  200_000,
] as const;

/** The counters' columns, the shortest span first. */
export const LATENCY_COLUMNS: readonly string[] = [...LATENCY_BOUNDS_MS.keys(), LATENCY_BOUNDS_MS.length].map(
  (span) => `latency_${span}`,
);

/** The span that `ms` lies in. */
export function spanOf(ms: number): number {
  const span = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
  return span < 0 ? LATENCY_BOUNDS_MS.length : span;
}

/** SQL that is true where `ms` (SQL too) lies in the span of that column. */
export function inSpan(ms: string, span: number): string {
  const over = LATENCY_BOUNDS_MS[span - 1];
  const upTo = LATENCY_BOUNDS_MS[span];
  return [over === undefined ? "" : `${ms} > ${over}`, upTo === undefined ? "" : `${ms} <= ${upTo}`]
    .filter((part) => part !== "")
    .join(" AND ");
}

/** Which column counts a request that took `ms`. */
export function latencySpan(ms: number): number {
  const span = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
  return span === -1 ? LATENCY_BOUNDS_MS.length : span;
}

/**
 * The time within which `share` of all requests ended, in milliseconds; null where none was counted. Within its span it is
 * taken to be spread evenly on a logarithmic scale.
 */
export function percentileMs(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all <= 0) return null;
  let before = 0;
  for (const [span, count] of counts.entries()) {
    if (count > 0 && before + count >= share * all) {
      const to = LATENCY_BOUNDS_MS[span] ?? (LATENCY_BOUNDS_MS.at(-1) ?? 0) * 1.6;
      const from = LATENCY_BOUNDS_MS[span - 1] ?? to / 1.6;
      return Math.round(from * (to / from) ** ((share * all - before) / count));
    }
    before += count;
  }
  return null;
}

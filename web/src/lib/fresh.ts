/** How long something that just happened is marked as new. */
const FRESH_MS = 5_000;

/** Whether a request ended only just now; its row is marked as it appears. */
export const isFresh = (record: { time: string; latency_ms: number }): boolean =>
  Date.now() - Date.parse(record.time) - record.latency_ms < FRESH_MS;

/** What the exact cache would save: the same request again, where no cache was asked for. */
import type { SampledRequest } from "../../db/report-sample.ts";
import { groupBy, type Opportunity, partOf, type Sample, scaled } from "./types.ts";

/** What the switch sets: an hour serves bots and retries, and is short enough for answers that age. */
const TTL_SECONDS = 3_600;

/** An opportunity for each key whose requests came again within an hour, as a cache would have seen them. */
export function repeats(sample: Sample<SampledRequest>): Opportunity[] {
  const uncached = sample.requests.filter(({ cache, fingerprint }) => cache === "off" && fingerprint !== null);
  return [...groupBy(uncached, ({ key }) => key)].flatMap(([key, requests]) => {
    const repeated = repeatedIn(requests);
    const costNanos = repeated.reduce((sum, each) => sum + (each.costNanos ?? 0), 0);
    if (costNanos === 0) return [];
    return [
      {
        lever: "cache",
        subject: { key },
        requests: scaled(repeated.length, sample.factor),
        costNanos: scaled(costNanos, sample.factor),
        savingNanos: scaled(costNanos, sample.factor),
        certainty: "estimated",
        basis: `${partOf(repeated.length, requests, sample.factor)} with this key had the same body as one of the hour before, and were paid again. With the cache they get that one's answer, word for word.`,
        change: { method: "PATCH", path: `/keys/${key}`, body: { cache: { ttl_seconds: TTL_SECONDS } } },
        needs: null,
      },
    ];
  });
}

/** Those that a cache would have answered: what is stored lives from when it was asked for, not from when it was last read. */
function repeatedIn(requests: readonly SampledRequest[]): SampledRequest[] {
  const storedAt = new Map<string, number>();
  return requests.filter(({ time, provider, model, stream, fingerprint }) => {
    const name = JSON.stringify([provider, model, stream, fingerprint]);
    const stored = storedAt.get(name);
    if (stored !== undefined && time - stored <= TTL_SECONDS * 1_000) return true;
    storedAt.set(name, time);
    return false;
  });
}

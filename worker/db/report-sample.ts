/** The figures of a tenant's newest requests, by which the cost report judges what would save. */
import type { CacheOutcome } from "../core/usage.ts";

export interface SampledRequest {
  /** Milliseconds since the epoch. */
  time: number;
  key: string | null;
  provider: string;
  model: string;
  session: string | null;
  /** Null where it is not known. */
  costNanos: number | null;
  /** Null where its body was not read. */
  fingerprint: string | null;
  input: number;
  inputCached: number;
  inputCacheWrite: number;
  stream: boolean;
  cache: CacheOutcome;
  serviceTier: string | null;
}

/** At most `limit` requests that a provider answered in full, the newest of the span, in the order of time. */
export async function sampleRequests(
  db: D1Database,
  query: { tenant: string; from: number; to: number; mode?: string | undefined; limit: number },
): Promise<SampledRequest[]> {
  const { tenant, from, to, mode, limit } = query;
  const { results } = await db
    .prepare(
      `SELECT time, key, provider, model, session, cost_nanos AS costNanos, event ->> '$.fingerprint' AS fingerprint,
       coalesce(event ->> '$.tokens.input', 0) AS input, coalesce(event ->> '$.tokens.inputCached', 0) AS inputCached,
       coalesce(event ->> '$.tokens.inputCacheWrite', 0) AS inputCacheWrite, event ->> '$.stream' AS stream,
       event ->> '$.cache' AS cache, event ->> '$.conditions.serviceTier' AS serviceTier
       FROM usage WHERE tenant = ? AND time >= ? AND time < ? AND status = 'ok'${mode === undefined ? "" : " AND mode = ?"}
       ORDER BY time DESC, id DESC LIMIT ?`,
    )
    .bind(tenant, from, to, ...(mode === undefined ? [] : [mode]), limit)
    .all<Omit<SampledRequest, "stream"> & { stream: number }>();
  return results.map((row) => ({ ...row, stream: row.stream === 1 })).reverse();
}

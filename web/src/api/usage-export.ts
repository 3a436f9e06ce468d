/** All records that filters let through, as a CSV; it tells how far it is. */
import { ApiError, apiGet } from "./client.ts";
import type { SummaryRow } from "./types.ts";
import type { UsageFilters } from "./usage.ts";

export interface ExportProgress {
  rows: number;
  /** Null where nobody knows: text is not counted before it is read. */
  total: number | null;
}

const NEWLINE = 10;

function queryOf(filters: UsageFilters): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) params.set(name, value);
  return params;
}

/** The CSV's bytes, in pieces. Rejects where the API refuses, breaks off, or `signal` says so. */
export async function exportCsv(
  tenant: string,
  filters: UsageFilters,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: ExportProgress) => void },
): Promise<Uint8Array<ArrayBuffer>[]> {
  const path = `/api/v1/tenants/${tenant}/usage`;
  const { q, ...countable } = filters;
  const total =
    q === undefined
      ? await apiGet<{ data: SummaryRow[] }>(`${path}/summary`, { ...countable }, signal).then(
          ({ data }) => data[0]?.requests ?? 0,
        )
      : null;
  onProgress({ rows: 0, total });
  const response = await fetch(`${path}/export?${queryOf(filters)}`, { signal, credentials: "same-origin" });
  if (!response.ok || !response.body) {
    throw new ApiError(response.status, "error", `The gateway answered with status ${response.status}.`);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
    for (const byte of value) if (byte === NEWLINE) lines++;
    onProgress({ rows: Math.max(0, lines - 1), total });
  }
}

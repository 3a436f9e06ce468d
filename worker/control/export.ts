/** Usage as a file: streamed page by page, so that its size is nobody's memory. */
import { recordOf, type UsageRecord } from "../core/record.ts";
import { listUsage, type UsageFilter, type UsagePosition } from "../db/usage.ts";

const PAGE_ROWS = 500;

/** The columns of a CSV, and where each is in a record. */
const COLUMNS: readonly [string, (record: UsageRecord) => unknown][] = [
  ["id", (r) => r.id],
  ["time", (r) => r.time],
  ["key", (r) => r.key],
  ["team", (r) => r.team],
  ["user", (r) => r.user],
  ["session", (r) => r.session],
  ["tags", (r) => JSON.stringify(r.tags)],
  ["mode", (r) => r.mode],
  ["provider", (r) => r.provider],
  ["model", (r) => r.model],
  ["model_served", (r) => r.model_served],
  ["endpoint", (r) => r.endpoint],
  ["dialect", (r) => r.dialect],
  ["stream", (r) => r.stream],
  ["status", (r) => r.status],
  ["http_status", (r) => r.http_status],
  ["input_tokens", (r) => r.tokens.input],
  ["input_cached_tokens", (r) => r.tokens.input_cached],
  ["input_cache_write_tokens", (r) => r.tokens.input_cache_write],
  ["input_audio_tokens", (r) => r.tokens.input_audio],
  ["output_tokens", (r) => r.tokens.output],
  ["output_reasoning_tokens", (r) => r.tokens.output_reasoning],
  ["output_audio_tokens", (r) => r.tokens.output_audio],
  ["units", (r) => JSON.stringify(r.units)],
  ["cost_usd", (r) => r.cost_usd],
  ["saved_usd", (r) => r.saved_usd],
  ["savings", (r) => JSON.stringify(r.savings)],
  ["usage_source", (r) => r.usage_source],
  ["price_source", (r) => r.price_source],
  ["cache", (r) => r.cache],
  ["latency_ms", (r) => r.latency_ms],
  ["ttft_ms", (r) => r.ttft_ms],
  ["error_code", (r) => r.error_code],
];

const FORMATS = {
  csv: {
    type: "text/csv; charset=utf-8",
    head: `${COLUMNS.map(([name]) => name).join(",")}\r\n`,
    line: (record: UsageRecord) => `${COLUMNS.map(([, read]) => csvCell(read(record))).join(",")}\r\n`,
  },
  ndjson: {
    type: "application/x-ndjson; charset=utf-8",
    head: "",
    line: (record: UsageRecord) => `${JSON.stringify(record)}\n`,
  },
} as const;

/** All records that `filter` lets through, newest first, as a download. */
export function exportUsage(
  db: D1Database,
  { tenant, filter, format }: { tenant: string; filter: UsageFilter; format: keyof typeof FORMATS },
): Response {
  const { type, head, line } = FORMATS[format];
  const encoder = new TextEncoder();
  let after: UsagePosition | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (head !== "") controller.enqueue(encoder.encode(head));
    },
    // Called when the client has taken what was there: a slow one holds up only itself.
    pull: async (controller) => {
      const events = await listUsage(db, { tenant, filter, after, limit: PAGE_ROWS });
      if (events.length > 0) controller.enqueue(encoder.encode(events.map((event) => line(recordOf(event))).join("")));
      after = events.at(-1) ?? null;
      if (events.length < PAGE_ROWS) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="usage.${format}"`,
      "cache-control": "no-store",
    },
  });
}

/**
 * `value` as a CSV cell. Text that a spreadsheet would run as a formula gets an apostrophe before it: models, users and
 * tags are whatever a client sent.
 */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

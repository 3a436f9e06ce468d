/** When what happened in a request: its attempts one after another, and what each was waiting for. Pure. */
import type { UsageRecord } from "../../api/types.ts";

export interface Phase {
  name: string;
  kind: "meterr" | "failed" | "waiting" | "receiving" | "pause";
  /** Milliseconds since the request's arrival. */
  fromMs: number;
  toMs: number;
}

export interface Step {
  /** `provider/model`, or what meterr did. */
  title: string;
  /** How it ended: `200`, `504`, `upstream_timeout`. */
  result: string;
  failed: boolean;
  /** Why, in a sentence; null where there is nothing to say. */
  why: string | null;
  costUsd: string | null;
  phases: Phase[];
}

export interface Timeline {
  totalMs: number;
  steps: Step[];
  marks: { name: string; atMs: number }[];
}

type Facts = Pick<UsageRecord, "attempts" | "latency_ms" | "ttft_ms" | "overhead_ms" | "stream">;

/** A pause between two attempts that is shorter cannot be seen. */
const LEAST_PAUSE_MS = 5;

export function timelineOf(record: Facts): Timeline {
  const { attempts } = record;
  const starts = startsOf(record);
  const ends = attempts.map(({ ms }, i) => (starts[i] ?? 0) + ms);
  const totalMs = Math.max(1, record.latency_ms, ...ends);
  const steps = attempts.map((attempt, i): Step => {
    const failed = attempt.error !== undefined || attempt.http_status === null || attempt.http_status >= 400;
    const isLast = i === attempts.length - 1;
    const fromMs = starts[i] ?? 0;
    const toMs = ends[i] ?? 0;
    const firstByteMs = isLast && record.ttft_ms !== null ? Math.min(Math.max(record.ttft_ms, fromMs), toMs) : null;
    const before = i === 0 ? 0 : (ends[i - 1] ?? 0);
    const pause: Phase[] =
      fromMs - before < LEAST_PAUSE_MS
        ? []
        : [
            {
              name: i === 0 ? "meterr" : "pause before the retry",
              kind: i === 0 ? "meterr" : "pause",
              fromMs: before,
              toMs: fromMs,
            },
          ];
    return {
      title: `${attempt.provider}/${attempt.model}`,
      result: attempt.error ?? String(attempt.http_status ?? "no answer"),
      failed,
      why: failed ? whyOf(attempt) : null,
      costUsd: attempt.cost_usd,
      phases: [
        ...pause,
        ...(firstByteMs === null
          ? [
              {
                name: failed ? "failed" : "waiting for the answer",
                kind: failed ? "failed" : "waiting",
                fromMs,
                toMs,
              } as const,
            ]
          : ([
              { name: "waiting for the first byte", kind: "waiting", fromMs, toMs: firstByteMs },
              { name: "receiving", kind: failed ? "failed" : "receiving", fromMs: firstByteMs, toMs },
            ] as const)),
      ],
    };
  });
  const marks = [
    { name: "Sent", atMs: record.overhead_ms },
    { name: record.stream ? "First token" : "First byte", atMs: record.ttft_ms },
    { name: "End", atMs: record.latency_ms },
  ].filter((mark): mark is { name: string; atMs: number } => mark.atMs !== null);
  return { totalMs, steps, marks };
}

/** When each attempt began: the first when meterr had sent it, the last so that it ends with the request. */
function startsOf({ attempts, latency_ms, overhead_ms }: Facts): number[] {
  const starts: number[] = [];
  let reached = Math.min(overhead_ms ?? 0, latency_ms);
  for (const [i, { ms }] of attempts.entries()) {
    const isLast = i === attempts.length - 1;
    const start = isLast && i > 0 ? Math.max(reached, latency_ms - ms) : reached;
    starts.push(start);
    reached = start + ms;
  }
  return starts;
}

const WHY: Record<string, string> = {
  upstream_timeout: "It took longer than the route or the gateway waits.",
  upstream_unreachable: "The provider could not be reached, or broke the connection off.",
  upstream_error: "The provider said that it failed, in the middle of its answer.",
  upstream_truncated: "The answer ended before it was complete.",
  budget_exceeded: "A budget could not pay for more.",
};

function whyOf({ error, http_status }: { error?: string; http_status: number | null }): string | null {
  if (error !== undefined && WHY[error] !== undefined) return WHY[error];
  if (http_status === 429) return "The provider's rate limit was reached.";
  if (http_status === 401 || http_status === 403) return "The provider refused the credential.";
  if (http_status === 529 || http_status === 503) return "The provider was overloaded.";
  if (http_status !== null && http_status >= 500) return "The provider failed.";
  if (http_status !== null && http_status >= 400) return "The provider refused the request as it was.";
  return null;
}

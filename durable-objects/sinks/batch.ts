/** What a sink gets at a time, and what comes of it. */
import type { Archive } from "../../worker/core/archive.ts";
import type { Sink, SinkSecret } from "../../worker/core/sink.ts";
import type { UsageEvent } from "../../worker/core/usage.ts";

export interface Batch {
  tenant: string;
  /** The outbox's rows that it holds, by number. A repeat has the same ones. */
  first: number;
  last: number;
  /** When it was cut, and the one before it: in milliseconds since the epoch. A repeat has the same ones. */
  cutAt: number;
  cutBefore: number;
  events: UsageEvent[];
}

export type Sent =
  | { ok: true }
  /** For a person, without secrets. The pause is what the receiver asked for, 0 for nothing. */
  | { ok: false; reason: string; askedPauseMs: number };

export interface Delivery {
  batch: Batch;
  sink: Sink;
  secret: SinkSecret;
  archive: Archive | null;
  signal: AbortSignal;
  now: number;
}

/** Longer ones come from servers that answer with a page. */
const MAX_REASON_LENGTH = 200;

/** Posts to a sink. A redirect is a failure: it could lead where the address itself may not. */
export async function post(
  url: string,
  { headers, body, signal }: { headers: Record<string, string>; body: string; signal: AbortSignal },
): Promise<Sent> {
  const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
  if (response.ok) {
    await response.body?.cancel();
    return { ok: true };
  }
  await response.body?.cancel();
  const asked = Number(response.headers.get("retry-after") ?? 0);
  return { ok: false, reason: `answered ${response.status}`, askedPauseMs: asked > 0 ? asked * 1_000 : 0 };
}

/** What went wrong, as the sink's status shows it. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "no answer in time";
  const text = error instanceof Error ? error.message : String(error);
  // Of a name that nothing has, or a port that nobody listens on, the runtime tells a reference of its own.
  if (text.startsWith("internal error")) return "cannot be reached";
  return text.slice(0, MAX_REASON_LENGTH);
}

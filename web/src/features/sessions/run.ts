/** A session's requests in order, with what the run had cost by each. Pure. */
import type { AgentSession, UsageRecord } from "../../api/types.ts";
import { nanosOf } from "../../lib/money.ts";

export interface RunRow {
  record: UsageRecord;
  /** Milliseconds since the session's start. */
  fromMs: number;
  toMs: number;
  /** Of all requests up to and with this one, in nanodollars. */
  runningNanos: number;
  /** How many requests of the run were still going on when it began: those that it ran beside. */
  beside: number;
}

export interface Run {
  rows: RunRow[];
  /** From the first arrival to the last end, in milliseconds. */
  lengthMs: number;
}

/** `records` are the session's latest, in order; what came before them is in the session's sums. */
export function runOf(
  session: Pick<AgentSession, "started_at" | "ended_at" | "cost_usd">,
  records: readonly UsageRecord[],
): Run {
  const start = Date.parse(session.started_at);
  const shown = records.reduce((sum, { cost_usd }) => sum + (nanosOf(cost_usd) ?? 0), 0);
  // A session that goes on has requests that its sums do not know yet.
  let runningNanos = Math.max(0, nanosOf(session.cost_usd) - shown);
  let going: number[] = [];
  const rows = records.map((record): RunRow => {
    const fromMs = Date.parse(record.time) - start;
    const toMs = fromMs + record.latency_ms;
    runningNanos += nanosOf(record.cost_usd) ?? 0;
    going = going.filter((end) => end > fromMs);
    const beside = going.length;
    going.push(toMs);
    return { record, fromMs, toMs, runningNanos, beside };
  });
  const lengthMs = Math.max(1, Date.parse(session.ended_at) - start, ...rows.map(({ toMs }) => toMs));
  return { rows, lengthMs };
}

/**
 * Work that a provider does in the background: the answer that starts it tells an id and no usage, later answers tell the
 * usage as often as they are asked. The one record is that of the start: charged at its bound, and amended once.
 */
import type { UsageEvent } from "./usage.ts";

/** What an answer says of work in the background. */
export interface Background {
  /** The provider's id of the work. */
  id: string;
  /** What the work used, in an answer that tells so; null in the one that started it. */
  used: BackgroundUse | null;
}

export type BackgroundUse = Pick<
  UsageEvent,
  | "modelServed"
  | "tokens"
  | "units"
  | "costNanos"
  | "usageSource"
  | "priceSource"
  | "priceVersion"
  | "shares"
  | "conditions"
> & { flags: string[] };

/** What a ledger knows of a work: the event that started it, or that there is nothing more to tell. */
export type BackgroundStart = { outcome: "open"; event: UsageEvent } | { outcome: "settled" | "unknown" };

/**
 * `started` with what its work turned out to use: the same event, told anew. Null where it stays as it is: its bound is
 * known and the cost of the work is not.
 */
export function amended(started: UsageEvent, used: BackgroundUse): UsageEvent | null {
  if (used.costNanos === null && started.costNanos !== null) return null;
  const { flags, ...use } = used;
  const { boundNanos, costNanos, background: _, ...event } = started;
  const isAbove = boundNanos !== null && use.costNanos !== null && use.costNanos > boundNanos;
  return {
    ...event,
    ...use,
    boundNanos,
    flags: [...started.flags.filter((flag) => flag !== "unpriced"), ...flags, ...(isAbove ? ["bound_exceeded"] : [])],
    attempts: started.attempts.map((attempt) => ({ ...attempt, costNanos: use.costNanos })),
    amends: { costNanos },
  };
}

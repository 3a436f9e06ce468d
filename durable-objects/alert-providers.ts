/** Whether a provider is failing: the attempts of the last minutes, in memory alone; a restart begins anew. */
import type { UsageEvent } from "../worker/core/usage.ts";

export const WINDOW_MS = 300_000;
/** Fewer attempts say nothing. */
const LEAST_ATTEMPTS = 20;
/** One in four failed: failing. Fewer than one in ten: well again. Between them it stays what it was. */
const FAILING_SHARE = 4;
const WELL_SHARE = 10;
const SLOT_MS = 30_000;

/** Attempts and failures, by the time slot. */
export type Tally = Map<number, { attempts: number; failed: number }>;

export interface Verdict {
  is: "failing" | "well" | "unclear";
  attempts: number;
  failed: number;
}

/** Which providers an event's attempts went to, and whether they failed. Test keys reach no provider. */
export function attemptsOf(event: UsageEvent): { provider: string; failed: boolean }[] {
  if (event.mode === "test") return [];
  return event.attempts.map(({ provider, httpStatus, error }, i) => {
    const unanswered = httpStatus === null && (error === "upstream_unreachable" || error === "upstream_timeout");
    // An error inside a 200, or an answer that broke off, is told by the event; it was the last attempt's.
    const broken =
      i === event.attempts.length - 1 &&
      (event.status === "truncated" || (event.status === "error" && httpStatus !== null && httpStatus < 400));
    return { provider, failed: unanswered || broken || (httpStatus !== null && httpStatus >= 500) };
  });
}

export function noteAttempt(tally: Tally, failed: boolean, now: number): void {
  const slot = Math.floor(now / SLOT_MS);
  const counts = tally.get(slot) ?? { attempts: 0, failed: 0 };
  tally.set(slot, { attempts: counts.attempts + 1, failed: counts.failed + (failed ? 1 : 0) });
}

/** What the last minutes say. Forgets what is older. */
export function verdictOf(tally: Tally, now: number): Verdict {
  const first = Math.floor((now - WINDOW_MS) / SLOT_MS) + 1;
  let [attempts, failed] = [0, 0];
  for (const [slot, counts] of tally) {
    if (slot < first) {
      tally.delete(slot);
      continue;
    }
    attempts += counts.attempts;
    failed += counts.failed;
  }
  if (attempts < LEAST_ATTEMPTS) return { is: "unclear", attempts, failed };
  if (failed * FAILING_SHARE >= attempts) return { is: "failing", attempts, failed };
  return { is: failed * WELL_SHARE < attempts ? "well" : "unclear", attempts, failed };
}

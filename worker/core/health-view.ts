/** What is known of a provider's model by one credential, for people. */
import type { Health, HealthSubject } from "./health.ts";

export interface HealthView extends HealthSubject {
  state: Health;
  /** Since when its circuit is closed, or is not; null while it never opened. Milliseconds since the epoch, as all times here. */
  since: number | null;
  /** Until when it is left alone; null where it is not. */
  openUntil: number | null;
  /** Attempts of the last five minutes, and how many of them failed. */
  attempts: number;
  failures: number;
  lastError: { error: string | null; at: number } | null;
  /** The median time to the head of an answer in the last five minutes; null where there was none. */
  firstByteMs: number | null;
  /** Smoothed time to the first token; null where none was measured. */
  firstTokenMs: number | null;
  heardAt: number;
}

/** As the API and the live socket show it. */
export const showHealth = (one: HealthView) => ({
  provider: one.provider,
  model: one.model,
  credential: one.credential,
  state: one.state,
  since: isoOrNull(one.since),
  open_until: isoOrNull(one.openUntil),
  attempts: one.attempts,
  failures: one.failures,
  error_rate: one.attempts === 0 ? null : Math.round((one.failures / one.attempts) * 10_000) / 10_000,
  last_error: one.lastError && { error: one.lastError.error, time: new Date(one.lastError.at).toISOString() },
  first_byte_ms: one.firstByteMs,
  first_token_ms: one.firstTokenMs === null ? null : Math.round(one.firstTokenMs),
  last_seen_at: new Date(one.heardAt).toISOString(),
});

export type ShownHealth = ReturnType<typeof showHealth>;

const isoOrNull = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

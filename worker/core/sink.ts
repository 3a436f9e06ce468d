/** Sinks: where a tenant's settled usage goes beside the database. Plain data, shared by ledger and admin API. */

export const SINK_TYPES = ["otlp", "webhook", "r2"] as const;
export type SinkType = (typeof SINK_TYPES)[number];
export const SIGNALS = ["traces", "metrics"] as const;
export type Signal = (typeof SIGNALS)[number];

/** The record kind `sink`. */
export interface Sink {
  /** `sink_…` */
  id: string;
  name: string;
  type: SinkType;
  /** Of OTLP the base, below which `/v1/traces` and `/v1/metrics` are. Null for the bucket. */
  url: string | null;
  /** A sealed `SinkSecret`. */
  sealed: string;
  /** Names of the headers that are sent along; their values are secret. */
  headerNames: string[];
  /** What an OTLP sink gets. */
  signals: Signal[];
  /** A disabled sink misses what is settled meanwhile. */
  enabled: boolean;
  createdAt: number;
}

/** What of a sink is secret. */
export interface SinkSecret {
  headers: Record<string, string>;
  /** `whsec_…`, which signs what a webhook gets; null for the others. */
  signing: string | null;
}

/** How far a sink is. Times are milliseconds since the epoch. */
export interface SinkState {
  /** Events that it has yet to get. */
  pending: number;
  /** Events that it got since it was made or enabled. */
  delivered: number;
  /** Events that it will never get, because it was out of reach for too long. */
  dropped: number;
  /** Failed attempts since the last success. */
  failures: number;
  /** Null where nothing failed since the last success. */
  retryAt: number | null;
  lastSuccessAt: number | null;
  lastErrorAt: number | null;
  lastError: string | null;
}

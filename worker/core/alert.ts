/** Alerts: where they go, what they say, and what came of delivering them. Plain data, shared by ledger and admin API. */
import type { Page } from "./ledger-api.ts";
import type { Scope } from "./policy.ts";

/** What a channel can be told of. */
export const ALERT_TYPES = ["budget.threshold", "budget.forecast", "budget.exceeded", "provider.failing"] as const;
export type AlertType = (typeof ALERT_TYPES)[number];
export const CHANNEL_TYPES = ["webhook", "slack", "discord", "email"] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** Where alerts go: the record kind `alert`. */
export interface AlertChannel {
  /** `chan_…` */
  id: string;
  name: string;
  type: ChannelType;
  /** A sealed `ChannelSecret`; null for email, which has none. */
  sealed: string | null;
  /** The address, recognizable and not usable: `https://hooks.slack.com/…c3d4`. */
  urlHint: string | null;
  /** Addresses of an email channel. */
  to: string[];
  /** What it is told of; empty means all. */
  events: AlertType[];
  enabled: boolean;
  /** Why meterr disabled it itself; null where it did not. */
  disabledReason: string | null;
  createdAt: number;
}

/** What of a channel is secret: addresses carry their token in the path. */
export interface ChannelSecret {
  url: string;
  /** `whsec_…`, which signs a webhook's messages. */
  signing: string | null;
}

/** The counters of a budget, in its unit: `limit_usd`, `spent_usd`, … with money as decimal strings, counts as numbers. */
export type Amounts = Record<`${"limit" | "spent" | "remaining" | "expected"}_${string}`, string | number>;

interface BudgetFacts {
  budget: {
    id: string;
    name: string;
    scope: Scope;
    /** `usd`, `tokens` or `requests`: the end of the amounts' names. */
    unit: string;
    period: string;
    rolling: boolean;
    enforcement: "hard" | "soft";
  };
  /** Of a budget that counts for each user, session or the like apart: whose counters these are. */
  subject?: string;
  /** ISO 8601; null for a period that never ends, and for a rolling one. */
  period_starts_at: string | null;
  /** ISO 8601: when the period ends, or when the oldest of what counts falls out of a rolling one. Null for never. */
  resets_at: string | null;
}

/** What each kind of alert says, as the outside sees it. */
export type AlertFacts =
  | ({ type: "budget.threshold"; threshold_percent: number } & BudgetFacts & Amounts)
  | ({ type: "budget.forecast" } & BudgetFacts & Amounts)
  | ({ type: "budget.exceeded"; request: string } & BudgetFacts & Amounts)
  | { type: "provider.failing"; provider: string; failed: number; attempts: number; window_seconds: number }
  | { type: "alert.test"; channel: { id: string; name: string } };

/** Something that happened, once. The very text of `data` is what webhooks, the live socket and the log show. */
export interface Alert {
  /** `alert_…`; a webhook's `webhook-id`, the same however often it is delivered. */
  id: string;
  time: number;
  facts: AlertFacts;
}

/** An alert as webhooks and the live socket carry it. */
export const messageOf = ({ id, time, facts }: Alert, tenant: string) => {
  const { type, ...data } = facts;
  return { type, timestamp: new Date(time).toISOString(), data: { id, tenant, ...data } };
};

/** How one attempt ended. `interrupted`: the process ended meanwhile, and nobody knows; it is tried again. */
export type AttemptOutcome = "sending" | "delivered" | "failed" | "gave_up" | "interrupted";

/** One attempt to deliver one alert to one channel. */
export interface Attempt {
  /** `att_…`, sorts by time. */
  id: string;
  channel: string;
  alert: string;
  type: AlertFacts["type"];
  /** Counts from 1. */
  number: number;
  time: number;
  outcome: AttemptOutcome;
  httpStatus: number | null;
  /** For a person; null where it was delivered. */
  error: string | null;
  ms: number | null;
  /** When it is tried again; null for never. */
  nextAt: number | null;
}

/** The alerts' side of a ledger. */
export interface LedgerAlerts {
  /** Delivers a test alert to a channel now; null where there is no such channel. */
  testAlert(channel: string): Promise<Attempt | null>;
  /** The attempts to deliver to a channel, newest first. */
  alertAttempts(channel: string, page: { limit: number; cursor: string | null }): Promise<Page<Attempt>>;
  /** The alerts that fired, newest first, to whomever they went. */
  firedAlerts(page: { limit: number; cursor: string | null }): Promise<Page<Alert>>;
}

/**
 * What a tenant has set: keys, budgets, credentials, prices. The tenant's ledger owns these records (one store, one
 * transaction, no copy to fall out of step); the Worker reads them through the wallet and changes them
 * through the admin API.
 */
import type { Redaction } from "./redact.ts";
import type { KeyMode } from "./usage.ts";

export const SCOPE_TYPES = ["tenant", "team", "user", "key", "model", "tag", "session"] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];
export const PERIODS = ["hour", "day", "week", "month", "total"] as const;
export type Period = (typeof PERIODS)[number];

export interface Scope {
  type: ScopeType;
  /**
   * Whose: a team, user, key, model or session id; `name=value` of a tag, or its name for whatever value. Null for the
   * tenant, and for each team, user, key, model or session apart; `name=*` is each value of a tag apart.
   */
  id: string | null;
}

/**
 * What a limit counts: cost in nanodollars, tokens, requests, or the requests that run at once (which are held, and
 * never spent).
 */
export const UNITS = ["nanos", "tokens", "requests", "concurrent"] as const;
export type Unit = (typeof UNITS)[number];

/** What the ledger holds requests to: a budget, or one figure of a rate limit. */
export interface Limit {
  id: string;
  name: string;
  scope: Scope;
  unit: Unit;
  /** In its unit. */
  limit: number;
  /** Concurrent requests have no period: `total`. */
  period: Period | "minute";
  /** The period ends now, at every moment, instead of by the calendar. Never with `total`. */
  rolling: boolean;
  /** IANA name; calendar periods begin at its midnight. */
  timezone: string;
  /** A hard limit refuses; a soft one only counts and warns. */
  enforcement: "hard" | "soft";
  /** A request whose cost or tokens cannot be bounded. */
  onUnbounded: "block" | "allow";
  /** A model whose price is not known: refuse, charge the dearest known price, or let pass at unknown cost. */
  onUnpriced: "block" | "dearest" | "allow";
  /** A rate limit's: what it refuses may come again in a moment. Left out for a budget's. */
  isRate?: true;
}

export interface Budget extends Limit {
  period: Period;
  /** Percentages of the limit at which to alert. */
  alertAt: number[];
  /** Ids of alert channels; empty means all. */
  alertTo: string[];
  createdAt: number;
}

/**
 * A budget's counters in its present period, in its unit. Of a budget that counts for each user, session or the like
 * apart: those of the one that has used most.
 */
export interface BudgetState {
  spent: number;
  /** All that is leased out. */
  held: number;
  /** Null for a period that never ends. Milliseconds since the epoch. */
  resetsAt: number | null;
  /** Of a budget that counts apart: whose counters these are. Null for all others. */
  subject: string | null;
}

/** Null or left out: no limit. */
export interface RateLimits {
  requestsPerMinute?: number | null;
  requestsPerDay?: number | null;
  tokensPerMinute?: number | null;
  tokensPerDay?: number | null;
  /** Requests that run at once. */
  concurrent?: number | null;
}

/** Rate limits of a scope of any kind; keys, users and teams have their own besides. */
export interface RateLimitRecord extends RateLimits {
  /** `rate_…` */
  id: string;
  /** For people. */
  name: string;
  scope: Scope;
  createdAt: number;
}

export interface KeyRecord {
  /** `key_…` */
  id: string;
  name: string;
  /** SHA-256 of the whole key, lower-case hex. The key itself is stored nowhere. */
  hash: string;
  /** The first and last characters, to recognize it by: `mtr_live_…a1b2`. */
  hint: string;
  mode: KeyMode;
  team: string | null;
  user: string | null;
  /** Tags that the key fixes; no header overrides them. */
  tags: Record<string, string>;
  /** Names of tags, or `user`, that every request has to carry. */
  require: string[];
  allow: { providers: string[] | null; models: string[] | null; endpoints: string[] | null };
  rateLimits: RateLimits;
  /** How often the same request may come in a row, in one session; null or left out: as often as it likes. */
  maxIdenticalRequests?: number | null;
  cache: { ttlSeconds: number } | null;
  /** Whether meterr changes prompts so that providers keep them; null or left out: at unified entries alone. */
  promptCache?: "auto" | "off" | null;
  /** What was asked and answered is kept that long, redacted; null or left out: not at all. */
  bodies?: { keepDays: number; redact: Redaction } | null;
  onDisconnect: "abort" | "drain";
  expiresAt: number | null;
  createdAt: number;
  revokedAt: number | null;
}

export interface Credential {
  /** `cred_…` */
  id: string;
  provider: string;
  name: string;
  /** AES-GCM ciphertext of the provider's key, by `sealed.ts`. */
  sealed: string;
  last4: string;
  /** Replaces the provider's origin; may have a path of its own. */
  origin: string | null;
  weight: number;
  /** Only for a provider that the tenant added itself. */
  custom: { baseUrl: string; dialect: string } | null;
  createdAt: number;
}

/** Kinds of tokens that a tenant can price, with the names of a usage record. */
export const TOKEN_KINDS = [
  "input",
  "input_cached",
  "input_cache_write",
  "input_cache_write_1h",
  "input_audio",
  "input_image",
  "output",
  "output_reasoning",
  "output_audio",
  "output_image",
] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Decimal dollars, as strings: floats never touch money. */
export interface TenantPrice {
  /** Dollars for a million tokens, by kind. */
  perMillionTokens: Partial<Record<TokenKind, string>>;
  /** Dollars for one, by the names of `UsageEvent.units`. */
  perUnit?: Readonly<Record<string, string>>;
  /** Dollars for each request. */
  perRequest?: string;
  /** Prices of whole requests above a number of input tokens. */
  tiers?: readonly { aboveInputTokens: number; perMillionTokens: Partial<Record<TokenKind, string>> }[];
  contextWindow?: number | null;
  maxOutput?: number | null;
}

/** A tenant's own price of a model. Of several for one model the newest counts; the older ones explain older records. */
export interface PriceRecord extends TenantPrice {
  /** `price_…`; the `priceVersion` of what was charged at it. */
  id: string;
  /** For people. */
  name: string;
  /** The provider's slug. */
  provider: string;
  /** Exactly as requests name it, or as answers name the served one. */
  model: string;
  /** When its figures last changed: what was charged before was charged at others. */
  changedAt: number;
  createdAt: number;
}

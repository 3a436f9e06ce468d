/**
 * What a tenant has set: keys, budgets, credentials, prices. The tenant's ledger owns these records (one store, one
 * transaction, no copy to fall out of step); the Worker reads them through the wallet and changes them
 * through the admin API.
 */
import type { Nanos } from "./money.ts";
import type { KeyMode } from "./usage.ts";

export const SCOPE_TYPES = ["tenant", "team", "user", "key", "model", "tag", "session"] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];
export const PERIODS = ["hour", "day", "week", "month", "total"] as const;
export type Period = (typeof PERIODS)[number];

export interface Scope {
  type: ScopeType;
  /** Whose: a team, user, key, model or session id, or `name=value` of a tag. Null for the tenant. */
  id: string | null;
}

export interface Budget {
  /** `bud_…` */
  id: string;
  name: string;
  scope: Scope;
  period: Period;
  /** IANA name; calendar periods begin at its midnight. */
  timezone: string;
  limitNanos: Nanos;
  /** A hard budget refuses; a soft one only counts and warns. */
  enforcement: "hard" | "soft";
  /** A request whose cost cannot be bounded. */
  onUnbounded: "block" | "allow";
  /** A model whose price is not known: refuse, charge the dearest known price, or let pass at unknown cost. */
  onUnpriced: "block" | "dearest" | "allow";
  /** Percentages of the limit at which to alert. */
  alertAt: number[];
  /** Ids of alert channels; empty means all. */
  alertTo: string[];
  createdAt: number;
}

/** A budget's counters in its present period. */
export interface BudgetState {
  spentNanos: Nanos;
  /** All that is leased out. */
  heldNanos: Nanos;
  /** Null for a period that never ends. Milliseconds since the epoch. */
  resetsAt: number | null;
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
  rateLimits: { requestsPerMinute: number | null; tokensPerMinute: number | null; concurrent: number | null };
  cache: { ttlSeconds: number } | null;
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

/** What one request used and cost: the event that is settled, stored and shown. */
import type { Background } from "./background.ts";
import type { Nanos } from "./money.ts";

/**
 * Tokens by kind. `input` and `output` are totals that include their parts, whatever the provider's
 * own convention; a part that the provider did not report is 0.
 */
export interface Tokens {
  input: number;
  inputCached: number;
  /** All cache writes, whatever their lifetime. */
  inputCacheWrite: number;
  /** The cache writes that live for an hour; a part of `inputCacheWrite`. */
  inputCacheWrite1h: number;
  inputAudio: number;
  inputImage: number;
  output: number;
  outputReasoning: number;
  outputAudio: number;
  outputImage: number;
}

export const NO_TOKENS: Readonly<Tokens> = Object.freeze({
  input: 0,
  inputCached: 0,
  inputCacheWrite: 0,
  inputCacheWrite1h: 0,
  inputAudio: 0,
  inputImage: 0,
  output: 0,
  outputReasoning: 0,
  outputAudio: 0,
  outputImage: 0,
});

/**
 * How a request ended. `cut`: stopped by a budget; `aborted`: the client left; `truncated`: the provider
 * broke off; `lost`: the process that ran it vanished, charged at its bound.
 */
export type Status = "ok" | "error" | "cut" | "aborted" | "truncated" | "cached" | "denied" | "lost";
/** Who counted: the provider, our tokenizer, nobody (charged at the bound), or there was nothing to count. */
export type UsageSource = "provider" | "counted" | "bound" | "none";
/** Whose price: the provider's own cost, the tenant's price, the catalogue's, or none is known. */
export type PriceSource = "provider" | "tenant" | "catalog" | "none";
/**
 * What made a request cheaper than it would have been: a stored answer; an answer shared with an identical request in flight;
 * breakpoints that meterr set in the prompt; a slower tier; a cheaper one of equal targets; a smaller model that was enough.
 */
export const SAVING_REASONS = ["cache", "coalesced", "prompt_cache", "flex", "route", "auto"] as const;
export type SavingReason = (typeof SAVING_REASONS)[number];
/** By reason; `prompt_cache` is negative where a prompt was written and not read yet. A reason that saved nothing is left out. */
export type Savings = Partial<Record<SavingReason, Nanos>>;

/** What the tokens of a request would have cost at another model, which was not asked. */
export interface Shadow {
  /** The route that wanted to know. */
  route: string;
  /** `provider/model`. */
  model: string;
  costNanos: Nanos;
}

/** What usage is summed by. */
export const GROUPS = [
  "day",
  "hour",
  "model",
  "provider",
  "key",
  "team",
  "user",
  "status",
  "mode",
  "endpoint",
  "tag",
] as const;
export type Group = (typeof GROUPS)[number];

export type CacheOutcome = "hit" | "miss" | "off";
export type KeyMode = "live" | "test";

/** One request to one target. */
export interface Attempt {
  provider: string;
  model: string;
  /** Null where no answer came. */
  httpStatus: number | null;
  ms: number;
  costNanos: Nanos | null;
  /** Our code where the attempt failed before an answer, e.g. `upstream_timeout`. */
  error?: string;
}

/** A usage event. Plain JSON: it crosses requests, the ledger's outbox and D1 as it is. */
export interface UsageEvent {
  /** `req_…`, the value of `x-meterr-request-id`. */
  id: string;
  /** When the request arrived, in milliseconds since the epoch. */
  time: number;
  tenant: string;
  /** The key's id, never its secret. Null for imported usage. */
  key: string | null;
  team: string | null;
  user: string | null;
  session: string | null;
  tags: Record<string, string>;
  mode: KeyMode;
  provider: string;
  model: string;
  modelServed: string | null;
  endpoint: string;
  dialect: string;
  stream: boolean;
  status: Status;
  httpStatus: number | null;
  tokens: Tokens;
  /** Other billed units by name: `seconds`, `search_units`, `web_search_requests`, … */
  units: Record<string, number>;
  /** Null where it is not known, which is not 0. */
  costNanos: Nanos | null;
  /** The sum of `savings`. */
  savedNanos: Nanos;
  /** Left out where nothing was saved. */
  savings?: Savings;
  shadow?: Shadow;
  /** Of its body (`fingerprint.ts`), where that was read. */
  fingerprint?: string;
  usageSource: UsageSource;
  priceSource: PriceSource;
  /** The version of the price catalogue that was used. */
  priceVersion: string | null;
  /** Where several models did the work: the tokens of each. A null is the one that answered. */
  shares?: readonly { model: string | null; tokens: Tokens }[];
  /** Service tier and the like, where they made it dearer or cheaper than the list price. */
  conditions?: {
    serviceTier?: string | null;
    speed?: string | null;
    inferenceGeo?: string | null;
    searchContext?: string | null;
  };
  /** The upper bound that was held for it; null where nothing was held. */
  boundNanos: Nanos | null;
  cache: CacheOutcome;
  latencyMs: number;
  /** Time to the first byte of the answer's body. */
  ttftMs: number | null;
  /** Time that meterr added before the provider was called. */
  overheadMs: number | null;
  /** Our error code where the request was refused or failed, e.g. `budget_exceeded`. */
  errorCode: string | null;
  /** The budget that refused it, or cut it short. */
  refusedBy?: string;
  /** What an operator should see, e.g. `bound_exceeded`. */
  flags: string[];
  attempts: Attempt[];
  /** Until when its bodies are kept, in milliseconds since the epoch; left out where they are not. */
  bodiesUntil?: number;
  /** What the answer says of work that goes on in the background. */
  background?: Background;
  /** This is told anew, with what it used; before, it was told with this cost and without tokens. */
  amends?: { costNanos: Nanos | null };
}

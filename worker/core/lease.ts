/**
 * The lease protocol's messages. One call, `sync`, carries the whole state of a wallet to its tenant's ledger.
 * What matters is cumulative per lease (`granted` grows by the ledger, `returned` by the wallet) or numbered
 * (events), so messages may be lost, doubled, delayed and reordered: they change nothing twice.
 */
import type { HealthReport, HealthWord } from "./health.ts";
import type { Nanos } from "./money.ts";
import type { Credential, KeyRecord, Limit, PriceRecord, ScopeType, Unit } from "./policy.ts";
import type { RouteRecord } from "./route.ts";
import type { ScopeFacts } from "./scope.ts";
import type { UsageEvent } from "./usage.ts";

/**
 * How far a wallet's and a ledger's sense of time may differ, in milliseconds: a second of skew, and a second for
 * a Worker's clock that stands still between I/O.
 */
export const CLOCK_DOUBT_MS = 2_000;

/** The facts of a request as its headers and body say, before its key is known. */
export interface UnkeyedFacts {
  user: string | null;
  provider: string;
  model: string;
  tags: Record<string, string>;
  session: string | null;
}

/** The facts of a request made with `key`: what the key fixes wins over what the request says. */
export const factsOf = (key: KeyRecord, said: UnkeyedFacts): ScopeFacts => ({
  key: key.id,
  team: key.team,
  user: key.user ?? said.user,
  provider: said.provider,
  model: said.model,
  tags: { ...said.tags, ...key.tags },
  session: said.session,
});

/** Whose budgets a lease draws on: known facts, or a key's hash that the ledger has to look up first. */
export type LeaseFacts = { known: ScopeFacts } | { keyHash: string; said: UnkeyedFacts };

/** What a request can take at most, and what it took: each limit counts one of them, or the request itself. */
export interface Amounts {
  nanos: Nanos;
  tokens: number;
}

/** A part of one lease. */
export interface Share {
  lease: number;
  /** In the lease's unit. */
  amount: number;
}

/** What was spent, numbered by its wallet. */
export interface NumberedEvent {
  n: number;
  /** By lease; empty where nothing was held. */
  spends: Share[];
  /** Null for a request that was sent just now: it counts as one from then on, and is no record yet. */
  event: UsageEvent | null;
  /** The wallet's clock when it happened, in milliseconds since the epoch. */
  at: number;
}

/** The state of one lease in its wallet. */
export interface LeaseAsk {
  /** The wallet's number for it. */
  lease: number;
  facts: LeaseFacts;
  /** Its limits all count this; all amounts of the lease are in it. */
  unit: Unit;
  /** All that was ever given back. */
  returned: number;
  /** What running requests hold now. */
  running: number;
  /** What the wallet would like to have at hand besides what requests wait for. */
  want: number;
  /** Nothing runs and nothing will be drawn any more: all that is left goes back. */
  done: boolean;
}

export interface SyncMessage {
  tenant: string;
  /** A random id of the wallet. */
  wallet: string;
  /** No answer reached this wallet yet: the ledger may not know it. */
  opens: boolean;
  /** Counts the wallet's messages; the ledger acts on none that is not above the last. */
  seq: number;
  /** The wallet's clock at sending, in milliseconds since the epoch. */
  sentAt: number;
  /** The version of the policy that the wallet has; 0 for none. */
  version: number;
  /** Hashes of keys that the wallet does not know. */
  identify: string[];
  /** All events that no answer confirmed, in the order of their numbers. */
  events: NumberedEvent[];
  /** The leases with news. */
  leases: LeaseAsk[];
  /** What requests wait for, each all or nothing over its leases, in their order. */
  needs: Share[][];
  /** What the isolate saw of providers, told once, and the version of what it was told of them. Nothing depends on it. */
  health?: { seen: number; reports: readonly HealthReport[] };
}

/** What a wallet has to know of its tenant's policy, whole. */
export interface Policy {
  limits: Limit[];
  /** Types of scopes that name too many to send: their limits come with the leases and keys that they cover. */
  partial: ScopeType[];
  /** Sealed. */
  credentials: Credential[];
  /** The tenant's own, one a model. */
  prices: PriceRecord[];
  routes: RouteRecord[];
  /** Ids of keys that were revoked lately, for requests that are under way. */
  revoked: string[];
}

/** The hard limit that has the least left for a lease. */
export interface Tightest {
  limit: Limit;
  /** What it has left, all leases taken off. */
  free: number;
  /** When it begins anew, or when the oldest of what counts falls out of a rolling period. Null for never. */
  resetsAt: number | null;
}

/** What the ledger says of one lease. */
export interface LeaseAnswer {
  lease: number;
  /** The facts, where the wallet did not know them. */
  facts?: ScopeFacts;
  /** No limit counts its unit for these facts: there is no such lease. */
  isVoid?: true;
  /** All that was ever granted. */
  granted: number;
  /** No hard limit covers it: nothing limits what is drawn. */
  unlimited: boolean;
  /** How much the wallet may keep idle. */
  keep: number;
  /** It belongs to past periods or to another set of limits than a request of now: draw no more. */
  stale: boolean;
  /** What the tightest hard limit has left, all leases taken off. Below 0: over its limit, nothing may be drawn. */
  free: number;
  /** What it would have left if all leases came back unused: a need above this is refused at once. */
  room: number;
  /** Null without a hard limit. */
  tightest: Tightest | null;
  /** Until when it may be drawn on, in milliseconds since the epoch; Infinity where its periods never end. */
  until: number;
}

/** All limits whose scope names this. */
export interface ScopeLimits {
  type: ScopeType;
  id: string;
  limits: Limit[];
}

export type SyncReply =
  /** The ledger does not know this wallet: it starts anew under another id. */
  | { outcome: "forget"; wallet: string }
  /** An opening message that is too old to act on. */
  | { outcome: "old"; wallet: string }
  | {
      outcome: "heard";
      wallet: string;
      /** The last message that was acted on. */
      seq: number;
      /** The last event that was booked. */
      seen: number;
      version: number;
      /** Where the wallet has another version. */
      policy: Policy | null;
      keys: { hash: string; key: KeyRecord | null }[];
      /** Of the policy's partial types: all limits of what the message's leases and keys name. */
      scopes: ScopeLimits[];
      leases: LeaseAnswer[];
      /** Of budgets that routes ask for, as they name them: how much is spent, in percent. Left out where none does. */
      budgetsUsed?: Readonly<Record<string, number>>;
      /** What other isolates saw of providers; left out for no news. */
      health?: { version: number; words: readonly HealthWord[] };
    };

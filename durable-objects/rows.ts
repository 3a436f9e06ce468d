/**
 * The ledger's state as plain rows in memory. It is loaded when the object wakes; a step changes rows and notes
 * them in `changes`, which `store.ts` writes in the same synchronous step.
 */
import type { Budget, Credential, KeyRecord, Limit, PriceRecord, ScopeType, Unit } from "../worker/core/policy.ts";
import type { RouteRecord } from "../worker/core/route.ts";
import type { Covering, LimitIndex, ScopeFacts } from "../worker/core/scope.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import type { Counters } from "./counters.ts";
import { MOST_SENT } from "./limits.ts";

/** What was settled and lost in one part of a rolling period. */
export interface Slot {
  /** Counts slots since the epoch. */
  readonly number: number;
  settled: number;
  lost: number;
}

/** The counters of one limit in one period, for one of its subjects; in the limit's unit. */
export interface Pot {
  /** `<limit>[#<subject>]@<period>/<start>` */
  readonly id: string;
  /** The limit's id: a budget's, or that of one figure of a rate limit. */
  readonly budget: string;
  readonly subject: string | null;
  readonly unit: Unit;
  readonly startsAt: number;
  /** Infinity for a period that never ends, and for a rolling one. */
  readonly endsAt: number;
  /** The length of a slot of a rolling period; 0 for a calendar period. */
  readonly slotMs: number;
  /** Of a rolling period: what makes up `settled` and `lost`, oldest first. */
  slots: Slot[];
  /** What was settled. */
  settled: number;
  /** What vanished wallets may have spent. */
  lost: number;
  /** What is leased out. */
  held: number;
  /** What counted when alerts last looked, less what fell out of a rolling period since. In memory alone. */
  before: number;
  /** Leases that want more than they hold. In memory alone. */
  hot: number;
  /** Until when nothing idle may be kept, because a need could not be met. In memory alone. */
  shortUntil: number;
}

/** A lease of one wallet, on the pots that it was granted from. */
export interface LeaseRow {
  readonly wallet: string;
  /** The wallet's number for it. */
  readonly number: number;
  readonly facts: ScopeFacts;
  readonly unit: Unit;
  readonly pots: Pot[];
  /** These three only grow; what is out is `granted - spent - returned`. */
  granted: number;
  spent: number;
  returned: number;
  /** Counts in its pots' `hot`. In memory alone. */
  hot: boolean;
  /** The limits of a request of now with these facts, as of `policy`. In memory alone. */
  covers: { policy: number; limits: Covering[] } | null;
}

export interface WalletRow {
  readonly id: string;
  /** The last message that was acted on. */
  seq: number;
  /** The last event that was booked. */
  seen: number;
  heardAt: number;
  /** When what it holds was booked as lost; null while it is heard. */
  lostAt: number | null;
  /** How often that happened: part of the lost events' ids. */
  lostCount: number;
  readonly leases: Map<number, LeaseRow>;
}

/** What an event was booked at in one pot, in its unit. */
export interface Booked {
  pot: string;
  amount: number;
  at: number;
}

/** What the present step changed and `store.ts` has yet to write. */
export interface Changes {
  pots: Set<Pot>;
  wallets: Set<WalletRow>;
  leases: Set<LeaseRow>;
  closedLeases: Set<LeaseRow>;
  closedWallets: Set<string>;
  /** Wallets without a lease that were not heard since then are forgotten, in memory or not; null for none. */
  forgetUnheardSince: number | null;
  /** Events for the outbox. */
  events: UsageEvent[];
  /** Those that say something of work in the background, and the pots that they were booked in. */
  background: { event: UsageEvent; pots: Booked[] }[];
}

export interface LedgerState {
  tenant: string;
  /** The version of the policy: limits, credentials, prices and keys as wallets see them. */
  version: number;
  budgets: Map<string, Budget>;
  /** By id: all budgets, and all rate limits but those of keys. */
  limits: Map<string, Limit>;
  /** `limits` by scope; null until it is next needed. In memory alone. */
  index: LimitIndex | null;
  /** Of each type of scope no more limits than this are sent to every wallet. */
  mostSent: number;
  /** The types that have more, as of `version`. In memory alone. */
  partial: { version: number; types: readonly ScopeType[] } | null;
  /** The own limits of the keys that were seen: by key, and by the limit's id. In memory alone. */
  ofKeys: Map<string, readonly Limit[]>;
  keyLimits: Map<string, Limit>;
  credentials: Credential[];
  /** The newest of each model. */
  prices: PriceRecord[];
  routes: RouteRecord[];
  /** The budgets that conditions of routes name, as of `version`. In memory alone. */
  named: { version: number; budgets: readonly string[] } | null;
  /** Keys revoked lately, and when. */
  revoked: Map<string, number>;
  /** Those in use; the rest is in `stored`. */
  pots: Map<string, Pot>;
  /** Each counter's pot of the present period, found so far. In memory alone. */
  present: Map<string, Pot>;
  /** Those with leases or losses, and those heard since the object woke. */
  wallets: Map<string, WalletRow>;
  /** When the wallets on disk were last looked through. In memory alone. */
  forgotAt: number;
  /** What settled events add up to, for `/metrics`. */
  counters: Counters;
  changes: Changes;
  readonly stored: Stored;
}

/** What is not in memory, and found when it is needed. */
export interface Stored {
  keyByHash(hash: string): KeyRecord | null;
  keyById(id: string): KeyRecord | null;
  potById(id: string): Pot | null;
  /** One that holds nothing: as many as isolates came and went in a day. */
  walletById(id: string): WalletRow | null;
}

export const noChanges = (): Changes => ({
  pots: new Set(),
  wallets: new Set(),
  leases: new Set(),
  closedLeases: new Set(),
  closedWallets: new Set(),
  forgetUnheardSince: null,
  events: [],
  background: [],
});

/** The state of a ledger that was never called. */
export const emptyState = (tenant: string, stored: Stored): LedgerState => ({
  tenant,
  version: 1,
  budgets: new Map(),
  limits: new Map(),
  index: null,
  mostSent: MOST_SENT,
  partial: null,
  ofKeys: new Map(),
  keyLimits: new Map(),
  credentials: [],
  prices: [],
  routes: [],
  named: null,
  revoked: new Map(),
  pots: new Map(),
  present: new Map(),
  wallets: new Map(),
  forgotAt: 0,
  counters: new Map(),
  changes: noChanges(),
  stored,
});

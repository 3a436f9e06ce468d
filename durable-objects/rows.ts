/**
 * The ledger's state as plain rows in memory. It is loaded when the object wakes; a step changes rows and notes
 * them in `changes`, which `store.ts` writes in the same synchronous step.
 */
import type { Nanos } from "../worker/core/money.ts";
import type { Budget, Credential, KeyRecord, PriceRecord } from "../worker/core/policy.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import type { Counters } from "./counters.ts";

/** The counters of one budget in one period. */
export interface Pot {
  /** `<budget>@<period>/<start>` */
  readonly id: string;
  readonly budget: string;
  readonly startsAt: number;
  /** Infinity for a period that never ends. */
  readonly endsAt: number;
  /** What settled events cost. */
  settled: Nanos;
  /** What vanished wallets may have cost. */
  lost: Nanos;
  /** What is leased out. */
  held: Nanos;
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
  readonly pots: Pot[];
  /** These three only grow; what is out is `granted - spent - returned`. */
  granted: Nanos;
  spent: Nanos;
  returned: Nanos;
  /** Counts in its pots' `hot`. In memory alone. */
  hot: boolean;
  /** The budgets of a request of now with these facts, as of `policy`. In memory alone. */
  covers: { policy: number; budgets: Budget[] } | null;
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
  background: { event: UsageEvent; pots: string[] }[];
}

export interface LedgerState {
  tenant: string;
  /** The version of the policy: budgets, credentials, prices and keys as wallets see them. */
  version: number;
  budgets: Map<string, Budget>;
  credentials: Credential[];
  /** The newest of each model. */
  prices: PriceRecord[];
  /** Keys revoked lately, and when. */
  revoked: Map<string, number>;
  pots: Map<string, Pot>;
  /** Each budget's pot of the present period, found so far. In memory alone. */
  present: Map<string, Pot>;
  /** Those with leases or losses, and those heard since the object woke. */
  wallets: Map<string, WalletRow>;
  /** Finds a wallet that holds nothing: as many as isolates came and went in a day, so they stay on disk. */
  recall: (wallet: string) => WalletRow | null;
  /** When the wallets on disk were last looked through. In memory alone. */
  forgotAt: number;
  /** What settled events add up to, for `/metrics`. */
  counters: Counters;
  changes: Changes;
}

/** Finds keys: by hash for those that a wallet does not know, by id for lost events. */
export interface KeyFinder {
  byHash(hash: string): KeyRecord | null;
  byId(id: string): KeyRecord | null;
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
export const emptyState = (tenant: string): LedgerState => ({
  tenant,
  version: 1,
  budgets: new Map(),
  credentials: [],
  prices: [],
  revoked: new Map(),
  pots: new Map(),
  present: new Map(),
  wallets: new Map(),
  recall: () => null,
  forgotAt: 0,
  counters: new Map(),
  changes: noChanges(),
});

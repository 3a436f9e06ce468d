/**
 * One tenant's wallet in this isolate: plain data that all its requests share. Nothing in here is a promise, a
 * stream or a timer, which must not cross requests. The steps over it (`claims.ts`, `message.ts`, `reply.ts`) are
 * synchronous.
 */
import { randomBase62 } from "../core/ids.ts";
import type { LeaseAnswer, NumberedEvent, Policy, UnkeyedFacts } from "../core/lease.ts";
import type { Nanos } from "../core/money.ts";
import type { Budget } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { KeyMode } from "../core/usage.ts";
import type { Identified } from "./types.ts";

/** A part of a set of budgets that this isolate may draw on. */
export interface Lease {
  readonly number: number;
  /** Null until the ledger has told whose key `unkeyed` is. */
  facts: ScopeFacts | null;
  readonly unkeyed: { keyHash: string; said: UnkeyedFacts } | null;
  /** Which set of budgets it draws on. */
  bucket: string;
  /** By the ledger, ever. */
  granted: Nanos;
  /** By settled events, ever. */
  spent: Nanos;
  /** To the ledger, ever. */
  returned: Nanos;
  /** Held by requests now. */
  running: Nanos;
  /** What the ledger last said. */
  unlimited: boolean;
  keep: Nanos;
  free: Nanos;
  room: Nanos;
  tightest: LeaseAnswer["tightest"];
  until: number;
  stale: boolean;
  /** Draws no more; closed as soon as the ledger has confirmed it. */
  done: boolean;
  /** Counts changes that the ledger should hear of; the second one is confirmed. */
  revision: number;
  confirmed: number;
  sent: { seq: number; revision: number } | null;
  /** Claims that wait for money, in their order. */
  waiting: Claim[];
  /** Demand of late, a slot each. */
  slots: Slot[];
}

export interface Slot {
  slot: number;
  peak: Nanos;
  spent: Nanos;
  draws: number;
}

/** What one request wants or holds of a lease. */
export interface Claim {
  id: string;
  facts: ScopeFacts | null;
  lease: Lease;
  state: "waiting" | "held" | "running" | "refused" | "revoked" | "gone";
  need: Nanos;
  held: Nanos;
  /** What a running request waits for besides; 0 for nothing. */
  more: Nanos;
  /** The ledger said no to `more`. */
  moreRefused: boolean;
  /** The message that asked for it; 0 for none yet. */
  askedIn: number;
  waits: number;
  retryAt: number;
  /** Since when it waits, and when it gives up. */
  since: number;
  deadline: number;
  touchedAt: number;
}

/** What is known under one wallet id; all of it is dropped when the ledger has forgotten the wallet. */
interface Correspondence {
  id: string;
  /** No answer yet. */
  opens: boolean;
  /** The last message sent, and the last one confirmed. */
  seq: number;
  ack: number;
  /** The last event made, and those not confirmed yet. */
  lastEvent: number;
  events: NumberedEvent[];
  lastLease: number;
  leases: Map<number, Lease>;
  /** The lease that new requests of a bucket draw on. */
  open: Map<string, Lease>;
  claims: Map<string, Claim>;
  sentAt: number;
  /** Since when the ledger should hear something; Infinity for nothing. */
  dirtyAt: number;
  /** Messages since the last confirmed one, and when to send the next. */
  tries: number;
  retryAt: number;
}

export interface WalletState extends Correspondence {
  readonly tenant: string;
  version: number;
  policy: Policy | null;
  revoked: Set<string>;
  /** What is known of policy and leases holds until then. */
  freshUntil: number;
  /** Keys by their hash, as of `version`. */
  keys: Map<string, Extract<Identified, { outcome: "known" }>>;
  /** Hashes that no key has, until when. */
  unknownKeys: Map<string, number>;
  /** Hashes that the next message asks for, and the message that did. */
  asking: Map<string, { askedIn: number }>;
  /** The budgets that may cover a key's requests, by its id. */
  keyBudgets: Map<string, readonly Budget[]>;
  /** The modes of keys seen, by their id. */
  keyModes: Map<string, KeyMode>;
  /** Calls under way, by the time they were sent: a cancelled one counts no more after a while. */
  calls: Set<{ sentAt: number }>;
  /** Who stays after its own request to flush and give back; likewise marked by time. */
  keeper: { since: number; seenAt: number; looksAt: number } | null;
}

const newCorrespondence = (): Correspondence => ({
  id: `wal_${randomBase62(14)}`,
  opens: true,
  seq: 0,
  ack: 0,
  lastEvent: 0,
  events: [],
  lastLease: 0,
  leases: new Map(),
  open: new Map(),
  claims: new Map(),
  sentAt: Number.NEGATIVE_INFINITY,
  dirtyAt: Number.POSITIVE_INFINITY,
  tries: 0,
  retryAt: Number.POSITIVE_INFINITY,
});

export const newWallet = (tenant: string): WalletState => ({
  ...newCorrespondence(),
  tenant,
  version: 0,
  policy: null,
  revoked: new Set(),
  freshUntil: Number.NEGATIVE_INFINITY,
  keys: new Map(),
  unknownKeys: new Map(),
  asking: new Map(),
  keyBudgets: new Map(),
  keyModes: new Map(),
  calls: new Set(),
  keeper: null,
});

/** Starts anew under another id. */
export function startAnew(wallet: WalletState): void {
  Object.assign(wallet, newCorrespondence());
}

export const isFresh = (wallet: WalletState, now: number): boolean => now < wallet.freshUntil;

export const isRevoked = (wallet: WalletState, facts: ScopeFacts | null): boolean =>
  facts !== null && wallet.revoked.has(facts.key);

/** Nothing is held, owed or under way. */
export const isIdle = (wallet: WalletState): boolean =>
  wallet.leases.size === 0 && wallet.claims.size === 0 && wallet.events.length === 0;

/**
 * One tenant's wallet in this isolate: plain data that all its requests share. Nothing in here is a promise, a
 * stream or a timer, which must not cross requests. The steps over it (`claims.ts`, `message.ts`, `reply.ts`) are
 * synchronous.
 */
import { randomBase62 } from "../core/ids.ts";
import type { Amounts, LeaseAnswer, NumberedEvent, Policy, UnkeyedFacts } from "../core/lease.ts";
import type { Limit, Unit } from "../core/policy.ts";
import type { Covering, LimitIndex, ScopeFacts } from "../core/scope.ts";
import type { KeyMode } from "../core/usage.ts";
import type { Identified } from "./types.ts";

/** A part of a set of limits that this isolate may draw on. All its amounts are in the unit that these count. */
export interface Lease {
  readonly number: number;
  readonly unit: Unit;
  /** Null until the ledger has told whose key `unkeyed` is. */
  facts: ScopeFacts | null;
  readonly unkeyed: { keyHash: string; said: UnkeyedFacts } | null;
  /** Which set of limits it draws on. */
  bucket: string;
  /** By the ledger, ever. */
  granted: number;
  /** By requests, ever. */
  spent: number;
  /** To the ledger, ever. */
  returned: number;
  /** Held by requests now. */
  running: number;
  /** What the ledger last said. */
  unlimited: boolean;
  keep: number;
  free: number;
  room: number;
  tightest: LeaseAnswer["tightest"];
  until: number;
  stale: boolean;
  /** Draws no more; closed as soon as the ledger has confirmed it. */
  done: boolean;
  /** Counts changes that the ledger should hear of; the second one is confirmed. */
  revision: number;
  confirmed: number;
  sent: { seq: number; revision: number } | null;
  /** Claims that wait for a part of it, in their order. */
  waiting: Claim[];
  /** Demand of late, a slot each. */
  slots: Slot[];
}

export interface Slot {
  slot: number;
  peak: number;
  spent: number;
  draws: number;
}

/** What a request wants or holds of one lease. */
export interface Part {
  lease: Lease;
  need: number;
  held: number;
  /** What a running request waits for besides; 0 for nothing. */
  more: number;
}

/** What one request wants or holds: of one lease in each unit that its limits count, all or nothing. */
export interface Claim {
  id: string;
  facts: ScopeFacts | null;
  /** What the request can take at most, whatever its limits count. */
  most: Amounts;
  /** The first is of costs. */
  parts: Part[];
  state: "waiting" | "held" | "running" | "refused" | "revoked" | "gone";
  /** The ledger said no to what a running request asked for besides. */
  moreRefused: boolean;
  /** The lease that stood in the way. */
  blockedBy: Lease | null;
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
  /** The lease that new requests of a bucket draw on: its bucket names its limits, and so its unit. */
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
  /** Since when it is known that the policy may be another: answers to older questions make nothing fresh. */
  outdatedAt: number;
  /** Keys by their hash, as of `version`. */
  keys: Map<string, Extract<Identified, { outcome: "known" }>>;
  /** Hashes that no key has, until when. */
  unknownKeys: Map<string, number>;
  /** Since when, and when last, a newer policy was asked for in vain; null where it was not. */
  askedInVain: { since: number; last: number } | null;
  /** Hashes that the next message asks for, and the message that did. */
  asking: Map<string, { askedIn: number }>;
  /** The policy's limits by scope. */
  index: LimitIndex;
  /** Of the policy's partial types: what is known to be in `index`, as `type:id`. */
  scopes: Set<string>;
  /** The own limits of keys seen, by their id. */
  ofKeys: Map<string, readonly Limit[]>;
  /** What covers the facts that were last asked for. */
  covering: { facts: ScopeFacts; found: readonly Covering[] } | null;
  /** Of budgets that routes ask for: how much is spent, in percent, as of the last answer. */
  budgetsUsed: Map<string, number>;
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
  outdatedAt: Number.NEGATIVE_INFINITY,
  keys: new Map(),
  unknownKeys: new Map(),
  askedInVain: null,
  asking: new Map(),
  index: new Map(),
  scopes: new Set(),
  ofKeys: new Map(),
  covering: null,
  budgetsUsed: new Map(),
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

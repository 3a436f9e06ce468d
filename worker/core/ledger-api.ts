/**
 * What a ledger answers to the rest of the system, as plain data. The lease protocol's own messages are in
 * `lease.ts`; this page is the records: keys, budgets, credentials and the rest of what a tenant has set.
 */
import type { AlertChannel } from "./alert.ts";
import type { HealthView } from "./health-view.ts";
import type { Budget, BudgetState, Credential, KeyRecord, PriceRecord, RateLimitRecord, RateLimits } from "./policy.ts";
import type { RatedKind } from "./rates.ts";
import type { RouteRecord, RouteVersion } from "./route.ts";
import type { Sink, SinkState } from "./sink.ts";
import type { UsageEvent } from "./usage.ts";

/** A management token of a tenant, for the admin API. */
export interface TokenRecord {
  /** `tok_…` */
  id: string;
  name: string;
  /** SHA-256 of the token, lower-case hex. */
  hash: string;
  role: "owner" | "admin" | "developer" | "billing" | "viewer";
  /** Who made it, as the audit log names them; left out in tokens of before. */
  madeBy?: string;
  /** Less than the role may do; null or left out: all of it. Names of `worker/auth/roles.ts`. */
  actions?: readonly string[] | null;
  /** The user whose keys it makes and sees, where its role sees its own alone; null or left out: the token itself. */
  user?: string | null;
  expiresAt: number | null;
  createdAt: number;
}

/** A team or a user: a scope for keys and budgets. */
export interface PartyRecord {
  /** As the caller names it, or `team_…`, `user_…`. */
  id: string;
  name: string;
  /** Left out where none were ever set. */
  rateLimits?: RateLimits | null;
  createdAt: number;
}

/** Every kind of record that a ledger keeps, and its shape. All have `id` and `createdAt`. */
export interface Records {
  key: KeyRecord;
  budget: Budget;
  credential: Credential;
  price: PriceRecord;
  route: RouteRecord;
  rateLimit: RateLimitRecord;
  token: TokenRecord;
  team: PartyRecord;
  user: PartyRecord;
  sink: Sink;
  alert: AlertChannel;
}
export type RecordKind = keyof Records;

/** Who changes something, for the audit log. */
export interface Actor {
  /** `operator`, `token:<id>` or `user:<id>`. */
  id: string;
  /** The client's address, where known. */
  ip: string | null;
  /** What the client says it is, where it does; left out in entries of before. */
  userAgent?: string | null;
}

/** What is kept elsewhere and changes something for the tenant: its people, and the tenant itself. */
export type NotedKind = "member" | "invitation" | "account" | "tenant" | "body" | "usage";

export interface AuditEntry {
  id: string;
  time: number;
  actor: Actor;
  /** `read` of what not everybody may see: kept bodies. */
  action: "create" | "update" | "delete" | "rotate" | "read";
  kind: RecordKind | NotedKind;
  recordId: string;
  /** The changed fields, without secrets (no hash, no sealed text). */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** A page of the audit log, and what narrows it; what is left out narrows nothing. */
export interface AuditQuery {
  limit: number;
  cursor: string | null;
  /** The actor's id. */
  actor?: string | undefined;
  action?: AuditEntry["action"] | undefined;
  kind?: AuditEntry["kind"] | undefined;
  recordId?: string | undefined;
  /** Milliseconds since the epoch: inclusive, and exclusive. */
  from?: number | undefined;
  to?: number | undefined;
}

/** Names who opens a live socket, to the ledger that holds it. */
export const VIEWER_HEADER = "x-meterr-viewer";
/** Until when they may look, in milliseconds since the epoch; left out where that has no end. */
export const VIEWER_UNTIL_HEADER = "x-meterr-viewer-until";

/** A change of what is kept elsewhere, without secrets. */
export type Note = Pick<AuditEntry, "action" | "recordId" | "before" | "after"> & { kind: NotedKind };

/** A page of a list, newest first; `cursor` is opaque and null at the end. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** What a POST with an `Idempotency-Key` brings along. */
export interface Idempotency {
  key: string;
  /** Digest of method, path and body: the same key with another request is a conflict. */
  requestDigest: string;
  /** The answer to store, sealed, for 24 hours; a repeat gets it again. */
  sealedAnswer: string;
}

export type CreateResult =
  | { outcome: "created" }
  | { outcome: "replayed"; sealedAnswer: string }
  /** The idempotency key was used for another request. */
  | { outcome: "conflict" }
  /** A record of that kind with that id (or that key hash) is there already. */
  | { outcome: "exists" };

/** What an earlier request with the same idempotency key means. */
export type Recalled = Extract<CreateResult, { outcome: "replayed" | "conflict" }>;

export type RotateResult =
  | { outcome: "rotated"; record: KeyRecord }
  | { outcome: "replayed"; sealedAnswer: string }
  | { outcome: "conflict" }
  | { outcome: "missing" };

/** A change of one record. `expected` is the record that it was decided on. */
type ChangeOf<K extends RecordKind> =
  | { action: "create"; kind: K; record: Records[K] }
  | { action: "update"; kind: K; expected: Records[K]; fields: Partial<Records[K]> }
  | { action: "delete"; kind: K; expected: Records[K] };
export type Change = { [K in RecordKind]: ChangeOf<K> }[RecordKind];

export type ApplyResult =
  | { outcome: "applied" }
  /** Nothing was changed: this record is not what was expected any more. */
  | { outcome: "stale"; kind: RecordKind; id: string };

/**
 * The record side of a ledger. Every change is one transaction with its audit entry and the policy's new
 * version, and is in force in the ledger when the call returns, at the edge at most 10 s later.
 */
export interface LedgerRecords {
  create<K extends RecordKind>(
    kind: K,
    record: Records[K],
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<CreateResult>;
  get<K extends RecordKind>(kind: K, id: string): Promise<Records[K] | null>;
  list<K extends RecordKind>(kind: K, page: { limit: number; cursor: string | null }): Promise<Page<Records[K]>>;
  /** Replaces the given top-level fields; null where there is no such record. */
  update<K extends RecordKind>(
    kind: K,
    id: string,
    fields: Partial<Records[K]>,
    actor: Actor,
  ): Promise<Records[K] | null>;
  /**
   * Gives a key another secret, in one transaction with the audit entry (`rotate`) and the idempotent answer, so that a
   * repeat never rotates twice. A revoked key is `missing` too.
   */
  rotateKey(
    id: string,
    secret: Pick<KeyRecord, "hash" | "hint">,
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<RotateResult>;
  /** What an earlier request with this idempotency key was answered; null where there was none. */
  recall(asked: Pick<Idempotency, "key" | "requestDigest">): Promise<Recalled | null>;
  /** Keeps the answer of a request that changes no record. */
  remember(idempotency: Idempotency): Promise<void>;
  /** All of the changes, each with its audit entry, or none. */
  apply(changes: readonly Change[], actor: Actor): Promise<ApplyResult>;
  /** True where there was one. */
  remove(kind: RecordKind, id: string, actor: Actor): Promise<boolean>;
  /** The present counters of budgets, by id; of all of them where `ids` is left out. */
  budgetStates(ids?: string[]): Promise<Record<string, BudgetState>>;
  /** The present counters of the rate limits that these records set, by the limits' ids. */
  rateStates(kind: RatedKind, ids: string[]): Promise<Record<string, BudgetState>>;
  /** Closes the live sockets of `viewer`, as the audit log names them, or all: who still may opens another. */
  endLive(viewer: string | null): Promise<void>;
  /** Notes what was changed elsewhere; where it `was` written down there, by its id and time, once. */
  note(noted: Note, actor: Actor, was?: Pick<AuditEntry, "id" | "time">): Promise<void>;
  /** Newest first. A page may have fewer entries than it could, and more behind it. */
  audit(asked: AuditQuery): Promise<Page<AuditEntry>>;
  /** Books usage that did not pass through the proxy; known ids are ignored. Answers how many were new. */
  importUsage(events: UsageEvent[]): Promise<number>;
  /** Takes back what was booked as lost, once. Answers the event that does; null where something took it back before. */
  reverseLost(event: UsageEvent, actor: Actor): Promise<UsageEvent | null>;
  /** A route as it was after each of its last changes, newest first; empty for one that was not changed lately. */
  routeVersions(route: string): Promise<RouteVersion[]>;
  /** What isolates saw of providers' models, by credential. */
  providerHealth(): Promise<HealthView[]>;
  /** How far each enabled sink is, by id. */
  sinkStates(): Promise<Record<string, SinkState>>;
  /** The token with this hash, if it is valid now. */
  tokenByHash(hash: string): Promise<TokenRecord | null>;
}

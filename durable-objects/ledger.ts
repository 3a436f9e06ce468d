/**
 * The ledger: one Durable Object a tenant. It owns the tenant's records, budgets, leases and outbox. This file is its
 * front: what may be asked of it, and who does it. Every decision is in a pure module beside it.
 */
import { DurableObject } from "cloudflare:workers";
import type { Alert, Attempt, LedgerAlerts } from "../worker/core/alert.ts";
import type { BackgroundStart } from "../worker/core/background.ts";
import { databaseOf } from "../worker/core/database.ts";
import type { HealthView } from "../worker/core/health-view.ts";
import { newId } from "../worker/core/ids.ts";
import type { SyncMessage, SyncReply } from "../worker/core/lease.ts";
import type {
  Actor,
  ApplyResult,
  AuditEntry,
  AuditQuery,
  Change,
  CreateResult,
  Idempotency,
  LedgerRecords,
  Note,
  Page,
  Recalled,
  RecordKind,
  Records,
  RotateResult,
  TokenRecord,
} from "../worker/core/ledger-api.ts";
import { reversalId } from "../worker/core/lost.ts";
import { usdFromNanos } from "../worker/core/money.ts";
import type { BudgetState, KeyRecord } from "../worker/core/policy.ts";
import type { RatedKind } from "../worker/core/rates.ts";
import type { RouteVersion } from "../worker/core/route.ts";
import type { SinkState } from "../worker/core/sink.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { backgroundStart, settleBackground } from "./background.ts";
import { limitsOf } from "./covering.ts";
import { bookImported, idsInDatabase, isFirstImport } from "./imports.ts";
import { type LedgerBindings, LedgerRooms } from "./ledger-rooms.ts";
import { heldBy } from "./outflow.ts";
import * as records from "./records.ts";
import { reverseLost } from "./reversal.ts";
import { listVersions } from "./route-versions.ts";
import { writeMeta } from "./store.ts";
import { sync } from "./sync.ts";

/** Counters for `/metrics`. */
export interface LedgerStats {
  /** Calls received from the path of requests, ever. */
  calls: number;
  /** All that is leased out; a lease that several budgets cover counts once. */
  heldNanos: number;
  outboxPending: number;
  budgets: number;
}

export class Ledger extends DurableObject<LedgerBindings> implements LedgerRecords, LedgerAlerts {
  readonly #sql: SqlStorage;
  readonly #rooms: LedgerRooms;

  constructor(ctx: DurableObjectState, env: LedgerBindings) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#rooms = new LedgerRooms(ctx, env);
  }

  /** The lease protocol, and the identity of keys: the one call on the path of a request. */
  async sync(message: SyncMessage): Promise<SyncReply> {
    const now = Date.now();
    // Loaded first: the number so far comes with it.
    this.#rooms.steps.state();
    this.#rooms.outflow.called();
    const reply = this.#rooms.steps.take(now, (state) => {
      if (state.tenant !== message.tenant) {
        state.tenant = message.tenant;
        writeMeta(this.#sql, "tenant", message.tenant);
      }
      const answer = sync(state, message, now);
      settleBackground(state, this.#sql, now);
      return answer;
    });
    const health = this.#rooms.shareHealth(message, now);
    return reply.outcome === "heard" && health ? { ...reply, health } : reply;
  }

  /** What is known of work in the background, for whoever is about to tell what it used. */
  async startedInBackground({ provider, id }: { provider: string; id: string }): Promise<BackgroundStart> {
    return backgroundStart(this.#sql, provider, id);
  }

  async create<K extends RecordKind>(
    kind: K,
    record: Records[K],
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<CreateResult> {
    return this.#rooms.records.create(kind, record, { actor, now: Date.now(), idempotency });
  }

  async get<K extends RecordKind>(kind: K, id: string): Promise<Records[K] | null> {
    return records.readRecord(this.#sql, kind, id);
  }

  async list<K extends RecordKind>(kind: K, page: { limit: number; cursor: string | null }): Promise<Page<Records[K]>> {
    return records.listRecords(this.#sql, kind, page);
  }

  async update<K extends RecordKind>(
    kind: K,
    id: string,
    fields: Partial<Records[K]>,
    actor: Actor,
  ): Promise<Records[K] | null> {
    return this.#rooms.records.update(kind, id, fields, { actor, now: Date.now() });
  }

  async rotateKey(
    id: string,
    secret: Pick<KeyRecord, "hash" | "hint">,
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<RotateResult> {
    return this.#rooms.records.rotateKey(id, secret, { actor, now: Date.now(), idempotency });
  }

  async remove(kind: RecordKind, id: string, actor: Actor): Promise<boolean> {
    const isRemoved = this.#rooms.records.remove(kind, id, { actor, now: Date.now() });
    if (kind === "token") this.#rooms.viewers.end(`token:${id}`);
    return isRemoved;
  }

  async apply(changes: readonly Change[], actor: Actor): Promise<ApplyResult> {
    return this.#rooms.records.apply(changes, { actor, now: Date.now() });
  }

  async recall(asked: Pick<Idempotency, "key" | "requestDigest">): Promise<Recalled | null> {
    return records.earlierAnswer(this.#sql, asked, Date.now());
  }

  async remember(idempotency: Idempotency): Promise<void> {
    records.rememberAnswer(this.#sql, idempotency, Date.now());
  }

  async note(note: Note, actor: Actor, was?: Pick<AuditEntry, "id" | "time">): Promise<void> {
    const now = Date.now();
    records.writeNote(this.#sql, note, actor, was ?? { id: newId("aud", now), time: now });
  }

  async audit(asked: AuditQuery): Promise<Page<AuditEntry>> {
    return records.listAudit(this.#sql, asked);
  }

  async tokenByHash(hash: string): Promise<TokenRecord | null> {
    const token = records.findByHash(this.#sql, "token", hash);
    return token && (token.expiresAt === null || token.expiresAt > Date.now()) ? token : null;
  }

  async routeVersions(route: string): Promise<RouteVersion[]> {
    return listVersions(this.#sql, route);
  }

  async providerHealth(): Promise<HealthView[]> {
    return this.#rooms.health.view(Date.now());
  }

  async sinkStates(): Promise<Record<string, SinkState>> {
    return this.#rooms.couriers.states(Date.now());
  }

  async budgetStates(ids?: string[]): Promise<Record<string, BudgetState>> {
    const state = this.#rooms.steps.state();
    const budgets = ids ? ids.flatMap((id) => state.budgets.get(id) ?? []) : [...state.budgets.values()];
    return Object.fromEntries(budgets.map((budget) => [budget.id, this.#rooms.stateOf(budget)]));
  }

  async rateStates(kind: RatedKind, ids: string[]): Promise<Record<string, BudgetState>> {
    const limits = ids.flatMap((id) => {
      const record = records.readRecord(this.#sql, kind, id);
      return record ? limitsOf(kind, record) : [];
    });
    return Object.fromEntries(limits.map((limit) => [limit.id, this.#rooms.stateOf(limit)]));
  }

  async importUsage(events: UsageEvent[]): Promise<number> {
    const { tenant } = events[0] ?? { tenant: this.#rooms.steps.state().tenant };
    const places = { sql: this.#sql, db: databaseOf(this.env, tenant) };
    const known = await idsInDatabase(places, { tenant, ids: events.map(({ id }) => id) });
    const now = Date.now();
    return this.#rooms.steps.take(now, (state) => {
      const fresh = events.filter(({ id }) => !known.has(id) && isFirstImport(this.#sql, id, now));
      bookImported(state, fresh, now);
      return fresh.length;
    });
  }

  async reverseLost(event: UsageEvent, actor: Actor): Promise<UsageEvent | null> {
    const now = Date.now();
    return this.#rooms.steps.take(now, (state) => {
      if (!isFirstImport(this.#sql, reversalId(event.id), now)) return null;
      const reversal = reverseLost(state, event, now);
      const after = { reversedUsd: usdFromNanos(event.costNanos ?? 0) };
      const note: Note = { kind: "usage", action: "update", recordId: event.id, before: null, after };
      if (reversal) records.writeNote(this.#sql, note, actor, { id: newId("aud", now), time: now });
      return reversal;
    });
  }

  async testAlert(channel: string): Promise<Attempt | null> {
    const record = records.readRecord(this.#sql, "alert", channel);
    if (!record) return null;
    const now = Date.now();
    const { id, name } = record;
    const alert: Alert = { id: newId("alert", now), time: now, facts: { type: "alert.test", channel: { id, name } } };
    return this.#rooms.alerts.deliverOnce(alert, record);
  }

  async alertAttempts(channel: string, page: { limit: number; cursor: string | null }): Promise<Page<Attempt>> {
    return this.#rooms.alerts.attempts(channel, page);
  }

  async firedAlerts(page: { limit: number; cursor: string | null }): Promise<Page<Alert>> {
    return this.#rooms.book.list(page);
  }

  async stats(): Promise<LedgerStats> {
    const state = this.#rooms.steps.state();
    const { calls, pending: outboxPending } = this.#rooms.outflow;
    return { calls, heldNanos: heldBy(state), outboxPending, budgets: state.budgets.size };
  }

  async endLive(viewer: string | null): Promise<void> {
    this.#rooms.viewers.end(viewer);
  }

  override async fetch(request: Request): Promise<Response> {
    return this.#rooms.viewers.accept(request);
  }

  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    // 1005 and 1006 mean "no code" and may not be sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  override alarm(): Promise<void> {
    return this.#rooms.waker.ring();
  }
}

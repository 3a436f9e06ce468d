/**
 * The ledger: one Durable Object a tenant. It owns the tenant's records, budgets, leases and outbox. This file is
 * wiring; every decision is in a pure module beside it.
 */
import { DurableObject } from "cloudflare:workers";
import type { Alert, Attempt, LedgerAlerts } from "../worker/core/alert.ts";
import type { BackgroundStart } from "../worker/core/background.ts";
import { databaseOf } from "../worker/core/database.ts";
import { type HealthView, showHealth } from "../worker/core/health-view.ts";
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
import { VIEWER_HEADER } from "../worker/core/ledger-api.ts";
import type { Budget, BudgetState, KeyRecord, Limit } from "../worker/core/policy.ts";
import type { RatedKind } from "../worker/core/rates.ts";
import type { RouteRecord, RouteVersion } from "../worker/core/route.ts";
import { countsEach } from "../worker/core/scope.ts";
import { SINK_TYPES, type SinkState } from "../worker/core/sink.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { AlertBook } from "./alert-book.ts";
import { AlertDesk } from "./alert-desk.ts";
import type { SendingBindings } from "./alert-send.ts";
import { ALERT_TABLES } from "./alert-tables.ts";
import { backgroundStart, pruneBackground, settleBackground } from "./background.ts";
import { applyChange, type RecordChange } from "./changes.ts";
import { TELL_MS } from "./counters.ts";
import { limitsOf } from "./covering.ts";
import { D1_BATCH, deliver } from "./d1.ts";
import { tellCounters } from "./d1-counters.ts";
import { expireWallets, nextExpiry } from "./expiry.ts";
import { HealthDesk } from "./health.ts";
import { bookImported, forgetImports, idsInDatabase, isFirstImport } from "./imports.ts";
import { outstanding } from "./leases.ts";
import { IDEMPOTENT_MS, IMPORT_MS, POT_MS, REVOKED_MS } from "./limits.ts";
import { alertMessages, BUDGET_PUSH_MS, broadcast, budgetMessages, usageMessages } from "./live.ts";
import { nextBatch, outboxPending, pruneOutbox } from "./outbox.ts";
import { dropIdlePots, potsInUse, stateOf } from "./pots.ts";
import * as records from "./records.ts";
import { keepVersion, listVersions } from "./route-versions.ts";
import type { LedgerState } from "./rows.ts";
import { type CourierBindings, Couriers } from "./sinks/couriers.ts";
import { SINK_TABLES } from "./sinks/rows.ts";
import {
  abandonPots,
  fullestPot,
  loadState,
  prepare,
  prunePots,
  readCredentials,
  readMeta,
  readPrices,
  readRoutes,
  writeChanges,
  writeMeta,
} from "./store.ts";
import { sync } from "./sync.ts";

/** Events wait this long for company before they go to D1: with a wallet's linger they are visible within 2 s. */
const DRAIN_MS = 150;
/** D1 out of reach: the first pause, and the longest. */
const RETRY_MS = 1_000;
const RETRY_CAP_MS = 60_000;
/** What D1 does not answer within this is tried again: it must not hold up the alarm for ever. */
const D1_TIMEOUT_MS = 10_000;
/** How often, at most, the alarm looks for vanished wallets and ended periods. */
const SWEEP_MS = 5_000;
/** How often, at most, old alerts are forgotten. */
const ALERT_PRUNE_MS = 3_600_000;
/** Who the audit log names where nobody asked for the change. */
const SYSTEM: Actor = { id: "system", ip: null };

/** Of the codes that are applications' own: whoever looks has to show again that they may. */
const LOOK_AGAIN = 4_401;

/** Counters for `/metrics`. */
export interface LedgerStats {
  /** Calls received from the path of requests, ever. */
  calls: number;
  /** All that is leased out; a lease that several budgets cover counts once. */
  heldNanos: number;
  outboxPending: number;
  budgets: number;
}

interface Bindings extends SendingBindings, CourierBindings {
  DB: D1Database;
}

export class Ledger extends DurableObject<Bindings> implements LedgerRecords, LedgerAlerts {
  readonly #sql: SqlStorage;
  #book: AlertBook;
  readonly #desk: AlertDesk;
  #alertsPrunedAt = 0;
  /** Null until first needed, and after a step that failed. */
  #state: LedgerState | null = null;
  #calls = 0;
  #pending = 0;
  /** When the alarm is set for, as far as this instance knows. */
  #alarmAt = Number.POSITIVE_INFINITY;
  #sweptAt = 0;
  readonly #couriers: Couriers;
  /** The last row of the outbox that D1 has. */
  #inD1 = 0;
  /** Whether the counters changed since D1 was last told of them, and when that was. */
  #untold = false;
  #toldAt = 0;
  #failures = 0;
  #retryAt = 0;
  /** Budgets whose counters moved since the last push, while dashboards watch. */
  readonly #moved = new Set<string>();
  #pushTimer: ReturnType<typeof setTimeout> | null = null;
  readonly #health: HealthDesk;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    const sql = ctx.storage.sql;
    prepare(sql);
    sql.exec(ALERT_TABLES);
    sql.exec(SINK_TABLES);
    this.#sql = sql;
    this.#couriers = new Couriers({
      sql,
      env,
      tenant: () => this.#load().tenant,
      count: (series, by) => this.#count(series, by),
      moved: () => this.#outboxMoved(),
    });
    this.#health = new HealthDesk(textOrNull(readMeta(sql, "health")), Date.now());
    this.#book = new AlertBook(sql);
    this.#desk = new AlertDesk({
      sql,
      env,
      tenant: () => this.#load().tenant,
      transaction: (change) => ctx.storage.transactionSync(change),
      wakeLater: () => this.#schedule(Date.now()),
      disable: (channel, disabledReason) =>
        void this.update("alert", channel, { enabled: false, disabledReason }, SYSTEM),
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** The lease protocol, and the identity of keys: the one call on the path of a request. */
  async sync(message: SyncMessage): Promise<SyncReply> {
    const now = Date.now();
    // Loaded first: the number so far comes with it.
    this.#load();
    this.#calls++;
    this.#untold = true;
    const reply = this.#step(now, (state) => {
      if (state.tenant !== message.tenant) this.#learnTenant(state, message.tenant);
      const answer = sync(state, message, now);
      settleBackground(state, this.#sql, now);
      return answer;
    });
    const health = this.#shareHealth(message, now);
    return reply.outcome === "heard" && health ? { ...reply, health } : reply;
  }

  async routeVersions(route: string): Promise<RouteVersion[]> {
    return listVersions(this.#sql, route);
  }

  async providerHealth(): Promise<HealthView[]> {
    return this.#health.view(Date.now());
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
    const now = Date.now();
    return this.#step<CreateResult>(now, (state) => {
      const earlier = idempotency && records.earlierAnswer(this.#sql, idempotency, now);
      if (earlier) return earlier;
      if (!records.insertRecord(this.#sql, kind, record)) return { outcome: "exists" };
      if (idempotency) records.rememberAnswer(this.#sql, idempotency, now);
      this.#changed(state, { kind, before: null, after: record, actor, action: "create", now });
      return { outcome: "created" };
    });
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
    const now = Date.now();
    return this.#step<Records[K] | null>(now, (state) => this.#update(state, { kind, id, fields, actor, now }));
  }

  async rotateKey(
    id: string,
    secret: Pick<KeyRecord, "hash" | "hint">,
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<RotateResult> {
    const now = Date.now();
    return this.#step<RotateResult>(now, (state) => {
      const earlier = idempotency && records.earlierAnswer(this.#sql, idempotency, now);
      if (earlier) return earlier;
      const before = records.readRecord(this.#sql, "key", id);
      if (!before || before.revokedAt !== null) return { outcome: "missing" };
      const record = { ...before, ...secret };
      records.replaceRecord(this.#sql, "key", record);
      if (idempotency) records.rememberAnswer(this.#sql, idempotency, now);
      this.#changed(state, { kind: "key", before, after: record, actor, action: "rotate", now });
      return { outcome: "rotated", record };
    });
  }

  /** A removed key is revoked and stays readable, since usage names it; anything else is deleted. */
  async remove(kind: RecordKind, id: string, actor: Actor): Promise<boolean> {
    const now = Date.now();
    const isRemoved = this.#step(now, (state) => this.#remove(state, { kind, id, actor, now }));
    if (kind === "token") await this.endLive(`token:${id}`);
    return isRemoved;
  }

  async recall(asked: Pick<Idempotency, "key" | "requestDigest">): Promise<Recalled | null> {
    return records.earlierAnswer(this.#sql, asked, Date.now());
  }

  async remember(idempotency: Idempotency): Promise<void> {
    records.rememberAnswer(this.#sql, idempotency, Date.now());
  }

  async apply(changes: readonly Change[], actor: Actor): Promise<ApplyResult> {
    const now = Date.now();
    return this.#step<ApplyResult>(now, (state) => {
      const stale = changes.find((change) => !records.isExpected(this.#sql, change));
      if (stale) return { outcome: "stale", kind: stale.kind, id: records.idOfChange(stale) };
      for (const change of changes) {
        const { kind } = change;
        switch (change.action) {
          case "create":
            records.insertRecord(this.#sql, kind, change.record);
            this.#changed(state, { kind, before: null, after: change.record, actor, action: "create", now });
            break;
          case "update":
            this.#update(state, { kind, id: change.expected.id, fields: change.fields, actor, now });
            break;
          case "delete":
            this.#remove(state, { kind, id: change.expected.id, actor, now });
        }
      }
      return { outcome: "applied" };
    });
  }

  async budgetStates(ids?: string[]): Promise<Record<string, BudgetState>> {
    const state = this.#load();
    const budgets = ids ? ids.flatMap((id) => state.budgets.get(id) ?? []) : [...state.budgets.values()];
    return Object.fromEntries(budgets.map((budget) => [budget.id, this.#stateOf(budget)]));
  }

  async rateStates(kind: RatedKind, ids: string[]): Promise<Record<string, BudgetState>> {
    const limits = ids.flatMap((id) => {
      const record = records.readRecord(this.#sql, kind, id);
      return record ? limitsOf(kind, record) : [];
    });
    return Object.fromEntries(limits.map((limit) => [limit.id, this.#stateOf(limit)]));
  }

  async endLive(viewer: string | null): Promise<void> {
    for (const socket of this.ctx.getWebSockets(viewer ?? undefined)) socket.close(LOOK_AGAIN, "look again");
  }

  async note(note: Note, actor: Actor): Promise<void> {
    records.writeNote(this.#sql, note, actor, Date.now());
  }

  async audit(asked: AuditQuery): Promise<Page<AuditEntry>> {
    return records.listAudit(this.#sql, asked);
  }

  async importUsage(events: UsageEvent[]): Promise<number> {
    const { tenant } = events[0] ?? { tenant: this.#load().tenant };
    const places = { sql: this.#sql, db: databaseOf(this.env, tenant) };
    const known = await idsInDatabase(places, { tenant, ids: events.map(({ id }) => id) });
    const now = Date.now();
    return this.#step(now, (state) => {
      const fresh = events.filter(({ id }) => !known.has(id) && isFirstImport(this.#sql, id, now));
      bookImported(state, fresh, now);
      return fresh.length;
    });
  }

  async tokenByHash(hash: string): Promise<TokenRecord | null> {
    const token = records.findByHash(this.#sql, "token", hash);
    return token && (token.expiresAt === null || token.expiresAt > Date.now()) ? token : null;
  }

  async testAlert(channel: string): Promise<Attempt | null> {
    const record = records.readRecord(this.#sql, "alert", channel);
    if (!record) return null;
    const now = Date.now();
    const { id, name } = record;
    const alert: Alert = { id: newId("alert", now), time: now, facts: { type: "alert.test", channel: { id, name } } };
    return this.#desk.deliverOnce(alert, record);
  }

  async alertAttempts(channel: string, page: { limit: number; cursor: string | null }): Promise<Page<Attempt>> {
    return this.#desk.attempts(channel, page);
  }

  async firedAlerts(page: { limit: number; cursor: string | null }): Promise<Page<Alert>> {
    return this.#book.list(page);
  }

  async stats(): Promise<LedgerStats> {
    const state = this.#load();
    return {
      calls: this.#calls,
      heldNanos: heldBy(state),
      outboxPending: this.#pending,
      budgets: state.budgets.size,
    };
  }

  async sinkStates(): Promise<Record<string, SinkState>> {
    return this.#couriers.states(Date.now());
  }

  /** Delivers the outbox; and, now and then, books what vanished wallets held, and forgets what has ended. */
  override async alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    if (now - this.#sweptAt >= SWEEP_MS) this.#sweep(now);
    this.#load();
    this.ctx.waitUntil(this.#desk.deliverDue(now));
    writeMeta(this.#sql, "calls", this.#calls);
    this.#couriers.start(now);
    await this.#drain();
    this.#schedule(Date.now());
  }

  /** The live socket of a dashboard. The Worker has checked who asks. */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    const { 0: client, 1: server } = new WebSocketPair();
    // Found again by who looks, once they may no more.
    this.ctx.acceptWebSocket(server, [request.headers.get(VIEWER_HEADER) ?? ""]);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    // 1005 and 1006 mean "no code" and may not be sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  /** One step is one transaction: rows in memory and in SQLite change together, or neither does. */
  #step<T>(now: number, change: (state: LedgerState) => T): T {
    const state = this.#load();
    let settled: UsageEvent[] = [];
    try {
      const result = this.ctx.storage.transactionSync(() => {
        const answer = change(state);
        settled = state.changes.events;
        this.#book.review(state, now);
        for (const pot of state.changes.pots) this.#moved.add(pot.budget);
        writeChanges(this.#sql, state, now);
        return answer;
      });
      this.#pending += settled.length;
      this.#couriers.added(settled.length, now);
      this.#push(settled);
      this.#tellAlerts(now);
      this.#schedule(now);
      return result;
    } catch (error) {
      // The rows in memory may be ahead of what was rolled back.
      this.#state = null;
      this.#book = new AlertBook(this.#sql);
      this.#desk.takeUp();
      throw error;
    }
  }

  #load(): LedgerState {
    if (!this.#state) {
      this.#state = loadState(this.#sql, this.ctx.id.name ?? "");
      this.#inD1 = Math.max(this.#inD1, Number(readMeta(this.#sql, "in_d1") ?? 0));
      this.#pending = outboxPending(this.#sql, this.#inD1);
      this.#calls = Math.max(this.#calls, Number(readMeta(this.#sql, "calls") ?? 0));
    }
    return this.#state;
  }

  /** Takes what an isolate saw of providers; answers what others saw, where there is news of it. */
  #shareHealth({ wallet, health }: SyncMessage, now: number) {
    if (!health) return undefined;
    const changed = this.#health.hear(wallet, health.reports, now);
    const messages = changed.map((one) => JSON.stringify({ type: "provider", data: showHealth(one) }));
    broadcast(this.ctx.getWebSockets(), messages);
    return this.#health.tell(wallet, health.seen, now);
  }

  #learnTenant(state: LedgerState, tenant: string): void {
    state.tenant = tenant;
    writeMeta(this.#sql, "tenant", tenant);
  }

  #changed(
    state: LedgerState,
    change: RecordChange & { actor: Actor; action: AuditEntry["action"]; now: number },
  ): void {
    const { now, kind } = change;
    records.writeAudit(this.#sql, change, now);
    if (kind === "alert" && !(change.after && "enabled" in change.after && change.after.enabled)) {
      this.#desk.drop((change.after ?? change.before)?.id ?? "");
    }
    if (kind === "sink") this.#couriers.changed((change.after ?? change.before)?.id ?? "");
    if (!applyChange(state, change, now)) return;
    if (kind === "credential") state.credentials = readCredentials(this.#sql);
    if (kind === "price") state.prices = readPrices(this.#sql);
    if (kind === "route") {
      state.routes = readRoutes(this.#sql);
      const { before, after } = change as { before: RouteRecord | null; after: RouteRecord | null };
      keepVersion(this.#sql, { before, after, actor: change.actor.id });
    }
    if (kind === "budget") this.#moved.add((change.after ?? change.before)?.id ?? "");
    if (kind === "budget" && !change.after) abandonPots(this.#sql, change.before?.id ?? "", now + POT_MS);
    if (kind === "budget" && change.before) {
      this.#book.budgetChanged(state, { before: change.before as Budget, now });
    }
    if (kind === "key") this.#writeRevoked(state);
    writeMeta(this.#sql, "version", state.version);
  }

  #update<K extends RecordKind>(
    state: LedgerState,
    change: { kind: K; id: string; fields: Partial<Records[K]>; actor: Actor; now: number },
  ): Records[K] | null {
    const { kind, id, fields, actor, now } = change;
    const before = records.readRecord(this.#sql, kind, id);
    if (!before) return null;
    const after = { ...before, ...fields, id: before.id, createdAt: before.createdAt };
    records.replaceRecord(this.#sql, kind, after);
    this.#changed(state, { kind, before, after, actor, action: "update", now });
    return after;
  }

  #remove(state: LedgerState, change: { kind: RecordKind; id: string; actor: Actor; now: number }): boolean {
    const { kind, id, actor, now } = change;
    const before = records.readRecord(this.#sql, kind, id);
    if (!before) return false;
    let after: KeyRecord | null = null;
    if (kind === "key") {
      const key = before as KeyRecord;
      if (key.revokedAt !== null) return false;
      after = { ...key, revokedAt: now };
      records.replaceRecord(this.#sql, kind, after);
    } else {
      records.deleteRecord(this.#sql, kind, id);
    }
    this.#changed(state, { kind, before, after, actor, action: "delete", now });
    return true;
  }

  #stateOf(limit: Limit): BudgetState {
    const now = Date.now();
    const fullest = countsEach(limit.scope) ? fullestPot(this.#sql, limit, now) : null;
    return stateOf(this.#load(), limit, { now, fullest });
  }

  #writeRevoked(state: LedgerState): void {
    this.#sql.exec("DELETE FROM revoked");
    for (const [key, at] of state.revoked) this.#sql.exec("INSERT INTO revoked VALUES (?, ?)", key, at);
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    if (this.#health.isDirty) writeMeta(this.#sql, "health", this.#health.text());
    this.#step(now, (state) => {
      expireWallets(state, now);
      dropIdlePots(state);
      prunePots(this.#sql, new Set([...potsInUse(state)].map(({ id }) => id)), now);
      for (const [key, at] of state.revoked) if (at < now - REVOKED_MS) state.revoked.delete(key);
      this.#sql.exec("DELETE FROM revoked WHERE at < ?", now - REVOKED_MS);
      this.#sql.exec("DELETE FROM idempotency WHERE at < ?", now - IDEMPOTENT_MS);
      // Where D1 is out of reach, records may wait longer than their ids are kept.
      if (this.#failures === 0) forgetImports(this.#sql, now - IMPORT_MS);
      pruneBackground(this.#sql, now);
      this.#pruneAlerts(now);
    });
  }

  /** Delivers batch after batch, and tells the counters. What fails stays, and is tried again after a pause. */
  async #drain(): Promise<void> {
    if (Date.now() < this.#retryAt) return;
    const db = databaseOf(this.env, this.#load().tenant);
    const next = () => nextBatch(this.#sql, { after: this.#inD1, until: Number.MAX_SAFE_INTEGER, ...D1_BATCH });
    for (let batch = next(); batch; batch = next()) {
      const events = JSON.parse(batch.events) as UsageEvent[];
      const counters = this.#tell(db, this.#pending - batch.count);
      if (!(await this.#written(() => deliver(db, events, counters)))) return;
      this.#inD1 = batch.lastSeq;
      this.#prune();
      this.#pending = outboxPending(this.#sql, this.#inD1);
    }
    const statements = this.#tell(db, this.#pending);
    if (statements.length > 0) await this.#written(() => db.batch(statements));
  }

  /** Deletes what every sink has; where one is behind D1, notes how far D1 is. */
  #prune(): void {
    const floor = this.#couriers.floor(this.#inD1, Date.now());
    pruneOutbox(this.#sql, floor);
    if (floor < this.#inD1) writeMeta(this.#sql, "in_d1", this.#inD1);
  }

  #outboxMoved(): void {
    this.#prune();
    this.#untold = true;
    this.#schedule(Date.now());
  }

  #count(series: string, by: number): void {
    const { counters } = this.#load();
    counters.set(series, (counters.get(series) ?? 0) + by);
    writeMeta(this.#sql, "counters", JSON.stringify(Object.fromEntries(counters)));
  }

  /** Whether D1 took what `write` writes. */
  async #written(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await inTime(write(), D1_TIMEOUT_MS);
    } catch (error) {
      this.#untold = true;
      this.#retryAt = Date.now() + Math.min(RETRY_MS * 2 ** this.#failures++, RETRY_CAP_MS);
      console.warn({
        message: "usage not delivered, will be tried again",
        failures: this.#failures,
        error: String(error),
      });
      return false;
    }
    this.#failures = 0;
    this.#retryAt = 0;
    return true;
  }

  /** The statements that tell the counters, where there is news and it is time. `pending` is what then waits. */
  #tell(db: D1Database, pending: number): D1PreparedStatement[] {
    const now = Date.now();
    if (!this.#untold || now < this.#toldAt + TELL_MS) return [];
    const state = this.#load();
    this.#toldAt = now;
    this.#untold = pending > 0;
    const waiting = this.#couriers.pending(now);
    const counters = {
      meterr_ledgers: 1,
      meterr_ledger_calls_total: this.#calls,
      meterr_held_nanousd: heldBy(state),
      meterr_outbox_pending: pending,
      'meterr_sink_pending{sink="d1"}': pending,
      ...Object.fromEntries(SINK_TYPES.map((type) => [`meterr_sink_pending{sink="${type}"}`, waiting.get(type) ?? 0])),
      ...Object.fromEntries(state.counters),
    };
    return tellCounters(db, { tenant: state.tenant, counters: JSON.stringify(counters), now });
  }

  #pruneAlerts(now: number): void {
    if (now - this.#alertsPrunedAt < ALERT_PRUNE_MS) return;
    this.#alertsPrunedAt = now;
    this.#book.prune(now);
    this.#desk.prune(now);
  }

  /** Dashboards hear of what fired, and the first attempts to deliver it begin; nobody waits for their end. */
  #tellAlerts(now: number): void {
    const fired = this.#book.takeFired();
    if (fired.length === 0) return;
    const { tenant } = this.#load();
    broadcast(this.ctx.getWebSockets(), alertMessages(fired, tenant));
    this.#desk.takeUp();
    this.ctx.waitUntil(this.#desk.deliverDue(now));
  }

  /** Sets the alarm where the next thing to do comes before it. */
  #schedule(now: number): void {
    let at = Number.POSITIVE_INFINITY;
    if (this.#pending > 0) at = Math.max(now + DRAIN_MS, this.#retryAt);
    else if (this.#untold) at = Math.max(now + DRAIN_MS, this.#toldAt + TELL_MS, this.#retryAt);
    else if (this.#alarmAt === Number.POSITIVE_INFINITY)
      at = Math.max(nextExpiry(this.#load()), this.#sweptAt + SWEEP_MS);
    at = Math.min(at, this.#desk.nextDue(), this.#couriers.dueAt(now));
    if (at >= this.#alarmAt) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }

  #push(settled: UsageEvent[]): void {
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) {
      this.#moved.clear();
      return;
    }
    broadcast(sockets, usageMessages(settled));
    if (this.#moved.size === 0 || this.#pushTimer !== null) return;
    this.#pushTimer = setTimeout(() => this.#pushBudgets(), BUDGET_PUSH_MS);
  }

  #pushBudgets(): void {
    this.#pushTimer = null;
    const { budgets } = this.#load();
    const moved = [...this.#moved].flatMap((id): [Budget, BudgetState][] => {
      const budget = budgets.get(id);
      return budget ? [[budget, this.#stateOf(budget)]] : [];
    });
    broadcast(this.ctx.getWebSockets(), budgetMessages(moved));
    this.#moved.clear();
  }
}

const textOrNull = (value: SqlStorageValue | undefined): string | null => (typeof value === "string" ? value : null);

/** All that is leased out; a lease that several budgets cover counts once. */
function heldBy({ wallets }: LedgerState): number {
  let heldNanos = 0;
  for (const wallet of wallets.values()) {
    if (wallet.lostAt !== null) continue;
    for (const lease of wallet.leases.values()) if (lease.unit === "nanos") heldNanos += outstanding(lease);
  }
  return heldNanos;
}

/** What `work` gives; rejects where that takes longer than `ms`. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer in time")), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

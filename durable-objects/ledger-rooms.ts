/**
 * The rooms of one ledger, and how they hang together: who hears of a step, of a changed record, of a sink that got on, and
 * when it has to wake for one of them.
 */
import type { SyncMessage } from "../worker/core/lease.ts";
import type { Actor } from "../worker/core/ledger-api.ts";
import type { Budget, BudgetState, Limit } from "../worker/core/policy.ts";
import { countsEach } from "../worker/core/scope.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { AlertBook } from "./alert-book.ts";
import { AlertDesk } from "./alert-desk.ts";
import type { SendingBindings } from "./alert-send.ts";
import { ALERT_TABLES } from "./alert-tables.ts";
import type { RecordChange } from "./changes.ts";
import { nextExpiry } from "./expiry.ts";
import { Fullest } from "./fullest.ts";
import { HealthDesk } from "./health.ts";
import { Outflow } from "./outflow.ts";
import { stateOf } from "./pots.ts";
import { RecordDesk } from "./record-desk.ts";
import type { LedgerState } from "./rows.ts";
import { type CourierBindings, Couriers } from "./sinks/couriers.ts";
import { SINK_TABLES } from "./sinks/rows.ts";
import { Steps } from "./steps.ts";
import { fullestPots, prepare, readMeta, writeMeta } from "./store.ts";
import { sweep } from "./sweep.ts";
import { Viewers } from "./viewers.ts";
import { Waker } from "./waker.ts";

/** How often, at most, it looks for vanished wallets and ended periods. */
const SWEEP_MS = 5_000;
/** How often, at most, old alerts are forgotten. */
const ALERT_PRUNE_MS = 3_600_000;
/** Who the audit log names where nobody asked for the change. */
const SYSTEM: Actor = { id: "system", ip: null };

export interface LedgerBindings extends SendingBindings, CourierBindings {
  DB: D1Database;
}

export class LedgerRooms {
  readonly steps: Steps;
  readonly records: RecordDesk;
  readonly outflow: Outflow;
  readonly couriers: Couriers;
  readonly viewers: Viewers;
  readonly waker: Waker;
  readonly health: HealthDesk;
  readonly alerts: AlertDesk;
  readonly #ctx: DurableObjectState;
  readonly #sql: SqlStorage;
  readonly #fullest: Fullest;
  #book: AlertBook;
  #alertsPrunedAt = 0;
  #sweptAt = 0;

  constructor(ctx: DurableObjectState, env: LedgerBindings) {
    const { sql } = ctx.storage;
    prepare(sql);
    sql.exec(ALERT_TABLES);
    sql.exec(SINK_TABLES);
    this.#ctx = ctx;
    this.#sql = sql;
    this.waker = new Waker({ storage: ctx.storage, wake: () => this.#work() });
    const state = () => this.steps.state();
    const tenant = () => state().tenant;
    this.steps = new Steps({
      storage: ctx.storage,
      name: ctx.id.name ?? "",
      loaded: () => this.outflow.takeUp(),
      changed: (rows, now) => this.#rowsChanged(rows, now),
      written: (settled, now) => this.#stepWritten(settled, now),
      undone: () => this.#stepUndone(),
    });
    this.records = new RecordDesk({
      sql,
      step: (now, change) => this.steps.take(now, change),
      changed: (rows, change, now) => this.#recordChanged(rows, change, now),
    });
    this.couriers = new Couriers({
      sql,
      env,
      tenant,
      count: (series, by) => this.outflow.count(series, by),
      moved: () => {
        this.outflow.moved();
        this.#schedule(Date.now());
      },
    });
    this.outflow = new Outflow({ sql, env, state, couriers: this.couriers });
    // Of what is in memory rather that, since it is what will change.
    this.#fullest = new Fullest((limit, now) =>
      fullestPots(sql, limit, now).map((pot) => state().pots.get(pot.id) ?? pot),
    );
    this.viewers = new Viewers({ ctx, budget: (id) => this.#budgetNow(id) });
    this.health = new HealthDesk(textOrNull(readMeta(sql, "health")), Date.now());
    this.#book = new AlertBook(sql);
    this.alerts = new AlertDesk({
      sql,
      env,
      tenant,
      transaction: (change) => ctx.storage.transactionSync(change),
      wakeLater: () => this.#schedule(Date.now()),
      disable: (channel, disabledReason) => {
        const off = { enabled: false, disabledReason };
        this.records.update("alert", channel, off, { actor: SYSTEM, now: Date.now() });
      },
    });
  }

  /** Another after each step that failed. */
  get book(): AlertBook {
    return this.#book;
  }

  /** The counters of a limit as they are now; where it counts for each subject apart, of the one that has used most. */
  stateOf(limit: Limit): BudgetState {
    const now = Date.now();
    const fullest = countsEach(limit.scope) ? this.#fullest.of(limit, now) : null;
    return stateOf(this.steps.state(), limit, { now, fullest });
  }

  /** Takes what an isolate saw of providers; answers what others saw, where there is news of it. */
  shareHealth({ wallet, health }: SyncMessage, now: number) {
    if (!health) return undefined;
    this.viewers.tellHealth(this.health.hear(wallet, health.reports, now));
    return this.health.tell(wallet, health.seen, now);
  }

  /** Delivers the outbox; and, now and then, books what vanished wallets held, and forgets what has ended. */
  async #work(): Promise<void> {
    const now = Date.now();
    if (now - this.#sweptAt >= SWEEP_MS) this.#sweep(now);
    this.steps.state();
    this.#ctx.waitUntil(this.alerts.deliverDue(now));
    this.couriers.start(now);
    await this.outflow.work();
    this.#schedule(Date.now());
  }

  #schedule(now: number): void {
    let at = this.outflow.dueAt(now);
    if (at === Number.POSITIVE_INFINITY && !this.waker.isSet) {
      at = Math.max(nextExpiry(this.steps.state()), this.#sweptAt + SWEEP_MS);
    }
    this.waker.wakeAt(Math.min(at, this.alerts.nextDue(), this.couriers.dueAt(now)), now);
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    if (this.health.isDirty) writeMeta(this.#sql, "health", this.health.text());
    this.steps.take(now, (state) => {
      this.outflow.writeCalls();
      sweep(state, this.#sql, { now, forgetsImports: this.outflow.isSound });
      if (now - this.#alertsPrunedAt < ALERT_PRUNE_MS) return;
      this.#alertsPrunedAt = now;
      this.#book.prune(now);
      this.alerts.prune(now);
    });
  }

  #rowsChanged(state: LedgerState, now: number): void {
    this.#book.review(state, now);
    this.outflow.prune(now);
    for (const pot of state.changes.pots) {
      this.viewers.moved(pot.budget);
      if (pot.subject !== null) this.#fullest.moved(pot);
    }
  }

  #stepWritten(settled: UsageEvent[], now: number): void {
    this.outflow.added(settled.length);
    this.couriers.added(settled.length, now);
    this.viewers.push(settled);
    this.#tellAlerts(now);
    this.#schedule(now);
  }

  #stepUndone(): void {
    this.#book = new AlertBook(this.#sql);
    this.#fullest.forget();
    this.alerts.takeUp();
  }

  #recordChanged(state: LedgerState, { kind, before, after }: RecordChange, now: number): void {
    const id = (after ?? before)?.id ?? "";
    if (kind === "alert" && !(after && "enabled" in after && after.enabled)) this.alerts.drop(id);
    if (kind === "sink") this.couriers.changed(id);
    if (kind !== "budget") return;
    this.viewers.moved(id);
    if (before) this.#book.budgetChanged(state, { before: before as Budget, now });
  }

  /** Dashboards hear of what fired, and the first attempts to deliver it begin; nobody waits for their end. */
  #tellAlerts(now: number): void {
    const fired = this.#book.takeFired();
    if (fired.length === 0) return;
    this.viewers.tellAlerts(fired, this.steps.state().tenant);
    this.alerts.takeUp();
    this.#ctx.waitUntil(this.alerts.deliverDue(now));
  }

  #budgetNow(id: string): [Budget, BudgetState] | null {
    const budget = this.steps.state().budgets.get(id);
    return budget ? [budget, this.stateOf(budget)] : null;
  }
}

const textOrNull = (value: SqlStorageValue | undefined): string | null => (typeof value === "string" ? value : null);

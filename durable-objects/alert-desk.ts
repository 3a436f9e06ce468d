/**
 * Delivers alerts. Each attempt is written down before anything is sent, and its end when it is known: a crash between
 * the two leaves an attempt that nobody knows the end of, and the next one follows. So a channel gets each alert at least
 * once, under one id, and each attempt at most once.
 */
import type { Alert, AlertChannel, Attempt } from "../worker/core/alert.ts";
import { newId } from "../worker/core/ids.ts";
import type { Page } from "../worker/core/ledger-api.ts";
import { type Due, KEEP_MS, KEEP_ROWS, readAlert } from "./alert-book.ts";
import { type SendingBindings, type Sent, send, TIMEOUT_MS } from "./alert-send.ts";
import { readRecord } from "./records.ts";

/** Pauses before the second attempt and those that follow; after the last one it is given up. */
const BACK_OFF_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000];
/** Pauses vary by a fifth either way, so that what failed together is not tried again together. */
const JITTER = 0.2;
/** At once to one channel. A slow one takes no more, so that it cannot use up the connections of the others. */
const AT_ONCE = 2;
/** An attempt that is under way is looked for again after this long: it ends by itself before. */
const UNDER_WAY_MS = 3 * TIMEOUT_MS;

/** So many of the newest attempts are looked at for one that a crash interrupted. */
const RECENT = 50;
const INTERRUPTED = "the process ended meanwhile";
/** What a receiver says that never wants to hear of us again. */
const GONE = 410;

interface Pending extends Due {
  /** Made so far. */
  attempts: number;
  /** While an attempt is under way: when it must have ended, or has come to nothing. */
  nextAt: number;
  underWay: Attempt | null;
}

/** What the desk needs of its ledger. */
export interface Office {
  sql: SqlStorage;
  env: SendingBindings;
  tenant(): string;
  /** Runs `change` as one transaction. */
  transaction<T>(change: () => T): T;
  /** Called when something has yet to be done at `nextDue()`. */
  wakeLater(): void;
  /** Turns off a channel whose address is gone. */
  disable(channel: string, reason: string): void;
}

export class AlertDesk {
  readonly #office: Office;
  #pending = new Map<string, Pending>();

  constructor(office: Office) {
    this.#office = office;
    this.#forgetInterrupted();
    this.takeUp();
  }

  /** Takes up what is written, after it was changed. */
  takeUp(): void {
    const before = this.#pending;
    this.#pending = new Map();
    for (const { alert, channel, attempts, next_at } of this.#office.sql.exec<{
      alert: string;
      channel: string;
      attempts: number;
      next_at: number;
    }>("SELECT * FROM alert_deliveries")) {
      const id = `${alert}/${channel}`;
      const underWay = before.get(id)?.underWay ?? null;
      this.#pending.set(id, { alert, channel, attempts, nextAt: next_at, underWay });
    }
  }

  /** When there is something to do next; Infinity for never. */
  nextDue(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { nextAt } of this.#pending.values()) at = Math.min(at, nextAt);
    return at;
  }

  /** Starts what is due. The promise ends when all of it has; for `waitUntil`. */
  async deliverDue(now: number): Promise<void> {
    const due = [...this.#pending.values()].filter(({ nextAt }) => nextAt <= now).sort((a, b) => a.nextAt - b.nextAt);
    const started: Promise<void>[] = [];
    for (const pending of due) {
      if (this.#loadOf(pending.channel, now) < AT_ONCE) started.push(this.#attempt(pending, now));
    }
    await Promise.all(started);
  }

  /** Delivers `alert` to `channel` now, once, and notes what came of it. */
  async deliverOnce(alert: Alert, channel: AlertChannel): Promise<Attempt> {
    const attempt = this.#begin(alert, channel.id, 1);
    const sent = await this.#send(alert, channel, attempt);
    return this.#end(attempt, sent, null);
  }

  /** A page of the attempts to deliver to a channel, newest first. */
  attempts(channel: string, page: { limit: number; cursor: string | null }): Page<Attempt> {
    const rows = this.#office.sql
      .exec<{ json: string }>(
        "SELECT json FROM alert_attempts WHERE channel = ? AND id < ? ORDER BY id DESC LIMIT ?",
        ...[channel, page.cursor ?? "~", page.limit + 1],
      )
      .toArray()
      .map(({ json }) => JSON.parse(json) as Attempt);
    const items = rows.slice(0, page.limit);
    return { items, cursor: rows.length > items.length ? (items.at(-1)?.id ?? null) : null };
  }

  /** A channel was removed or turned off: nothing waits for it any more. */
  drop(channel: string): void {
    for (const pending of [...this.#pending.values()]) if (pending.channel === channel) this.#forget(pending);
  }

  /** Forgets attempts that are old, or many. */
  prune(now: number): void {
    this.#office.sql.exec(
      `DELETE FROM alert_attempts
       WHERE json ->> '$.time' < ?1 OR id <= (SELECT id FROM alert_attempts ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
      ...[now - KEEP_MS, KEEP_ROWS],
    );
  }

  async #attempt(pending: Pending, now: number): Promise<void> {
    const { sql } = this.#office;
    const alert = readAlert(sql, pending.alert);
    const channel = readRecord(sql, "alert", pending.channel);
    if (!alert || !channel?.enabled) return this.#forget(pending);
    const attempt = this.#office.transaction(() => {
      if (pending.underWay) this.#write({ ...pending.underWay, outcome: "interrupted", error: INTERRUPTED });
      const begun = this.#begin(alert, channel.id, pending.attempts + 1);
      this.#put({ ...pending, attempts: begun.number, nextAt: now + UNDER_WAY_MS, underWay: begun });
      return begun;
    });
    this.#finish(pending, attempt, await this.#send(alert, channel, attempt));
    this.#office.wakeLater();
    // There is room for what waited behind it.
    await this.deliverDue(Date.now());
  }

  #finish(due: Due, attempt: Attempt, sent: Sent): void {
    const pending = this.#pending.get(`${due.alert}/${due.channel}`);
    // The channel may be gone by now, and what waited for it; or this took so long that another attempt was made.
    const isAwaited = pending?.underWay?.id === attempt.id;
    const pauseMs = sent.ok || sent.httpStatus === GONE ? undefined : BACK_OFF_MS[attempt.number - 1];
    this.#office.transaction(() => {
      if (!isAwaited || sent.ok || pauseMs === undefined) {
        this.#end(attempt, sent, null);
        if (isAwaited) this.#forget(pending);
        return;
      }
      const jitteredMs = pauseMs * (1 + JITTER * (2 * Math.random() - 1));
      const nextAt = Date.now() + Math.ceil(Math.max(jitteredMs, sent.retryAfterMs));
      this.#end(attempt, sent, nextAt);
      this.#put({ ...pending, nextAt, underWay: null });
    });
    if (!sent.ok && sent.httpStatus === GONE) this.#office.disable(due.channel, "its address answered 410 Gone");
  }

  /** Whatever was under way when the process ended is over, and tried again at once. */
  #forgetInterrupted(): void {
    const { sql } = this.#office;
    const newest = sql.exec<{ json: string }>("SELECT json FROM alert_attempts ORDER BY id DESC LIMIT ?", RECENT);
    for (const attempt of newest.toArray().map(({ json }) => JSON.parse(json) as Attempt)) {
      if (attempt.outcome !== "sending") continue;
      this.#write({ ...attempt, outcome: "interrupted", error: INTERRUPTED });
      sql.exec(
        "UPDATE alert_deliveries SET next_at = ? WHERE alert = ? AND channel = ?",
        ...[Date.now(), attempt.alert, attempt.channel],
      );
    }
  }

  #send(alert: Alert, channel: AlertChannel, attempt: Attempt): Promise<Sent> {
    return send(this.#office.env, { alert, channel, tenant: this.#office.tenant(), attemptId: attempt.id });
  }

  #put(pending: Pending): void {
    const { alert, channel, attempts, nextAt } = pending;
    this.#pending.set(`${alert}/${channel}`, pending);
    this.#office.sql.exec(
      "UPDATE alert_deliveries SET attempts = ?, next_at = ? WHERE alert = ? AND channel = ?",
      ...[attempts, nextAt, alert, channel],
    );
  }

  #forget({ alert, channel }: Due): void {
    this.#pending.delete(`${alert}/${channel}`);
    this.#office.sql.exec("DELETE FROM alert_deliveries WHERE alert = ? AND channel = ?", alert, channel);
  }

  #begin(alert: Alert, channel: string, number: number): Attempt {
    const time = Date.now();
    const attempt: Attempt = {
      id: newId("att", time),
      channel,
      alert: alert.id,
      type: alert.facts.type,
      number,
      time,
      outcome: "sending",
      httpStatus: null,
      error: null,
      ms: null,
      nextAt: null,
    };
    this.#office.sql.exec("INSERT INTO alert_attempts VALUES (?, ?, ?)", attempt.id, channel, JSON.stringify(attempt));
    return attempt;
  }

  #end(attempt: Attempt, sent: Sent, nextAt: number | null): Attempt {
    const ended: Attempt = {
      ...attempt,
      outcome: sent.ok ? "delivered" : nextAt === null ? "gave_up" : "failed",
      httpStatus: sent.httpStatus,
      error: sent.ok ? null : sent.error,
      ms: Date.now() - attempt.time,
      nextAt,
    };
    this.#write(ended);
    return ended;
  }

  #write(attempt: Attempt): void {
    this.#office.sql.exec("UPDATE alert_attempts SET json = ? WHERE id = ?", JSON.stringify(attempt), attempt.id);
  }

  /** Attempts that are under way to a channel, less those that have come to nothing. */
  #loadOf(channel: string, now: number): number {
    let load = 0;
    for (const pending of this.#pending.values()) {
      if (pending.channel === channel && pending.underWay && pending.nextAt > now) load++;
    }
    return load;
  }
}

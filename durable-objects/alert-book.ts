/**
 * The book of what was said: which alerts fired, and to whom each has yet to go. It is kept in the transaction of the
 * step that made them fire, so that a crash neither loses an alert nor says it twice.
 */
import type { Alert, AlertChannel, AlertFacts } from "../worker/core/alert.ts";
import { newId } from "../worker/core/ids.ts";
import type { Page } from "../worker/core/ledger-api.ts";
import type { Budget } from "../worker/core/policy.ts";
import { countsEach } from "../worker/core/scope.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import {
  EXCEEDED,
  FALLEN,
  findingsOf,
  isFirstRefusal,
  type Mark,
  reachesOf,
  refusalSaidUntil,
} from "./alert-decisions.ts";
import { attemptsOf, noteAttempt, type Tally, verdictOf, WINDOW_MS } from "./alert-providers.ts";
import { amountsOf, factsOf, spentOf, viewOf } from "./alert-view.ts";
import { potOf, potsOf } from "./pots.ts";
import type { LedgerState, Pot } from "./rows.ts";

/** A provider that goes on failing is told of again after an hour. */
const REMIND_MS = 3_600_000;
/** How long, and how many at most, fired alerts are kept to be read. */
export const KEEP_MS = 30 * 86_400_000;
export const KEEP_ROWS = 1_000;
/** Subjects whose marks are in memory, at most: a budget may count for each of a million sessions. */
const REMEMBERED = 10_000;
/** Alerts an hour of one budget's subjects, at most: a client can make up sessions faster than any channel takes them. */
const SUBJECTS_AN_HOUR = 100;
const HOUR_MS = 3_600_000;

/** What has yet to be delivered. */
export interface Due {
  alert: string;
  channel: string;
}

export class AlertBook {
  readonly #sql: SqlStorage;
  /** Marks by their subject, as far as they were needed. */
  readonly #marks = new Map<string, Map<string, Mark>>();
  readonly #tallies = new Map<string, Tally>();
  #fired: Alert[] = [];
  /** How many alerts of its subjects each budget had in this hour. */
  #ofSubjects = { hour: 0, byBudget: new Map<string, number>() };

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Looks at what the present step changed and notes what has to be said of it. Inside the step's transaction. */
  review(state: LedgerState, now: number): void {
    // Looking may note pots as changed: a set takes that while it is read.
    for (const pot of state.changes.pots) {
      this.#reviewPot(state, pot, now);
      pot.before = spentOf(pot);
    }
    for (const event of state.changes.events) this.#reviewEvent(state, event, now);
  }

  /** A budget was changed: its limit may be reached now, or out of reach again. One that was removed says no more. */
  budgetChanged(state: LedgerState, change: { before: Budget; now: number }): void {
    const { before, now } = change;
    const after = state.budgets.get(before.id);
    if (!after) return;
    this.#takeBack(before, after);
    // It may be out of memory. Of many subjects, those that are will be looked at when they spend again.
    if (!countsEach(after.scope)) potOf(state, { limit: after, subject: null }, now);
    for (const pot of [...state.pots.values()]) if (pot.budget === before.id) this.#reviewPot(state, pot, now);
  }

  /** The alerts that fired since the last call; the caller asks once the step is written. */
  takeFired(): Alert[] {
    const fired = this.#fired;
    this.#fired = [];
    return fired;
  }

  /** A page of the alerts that fired, newest first. */
  list(page: { limit: number; cursor: string | null }): Page<Alert> {
    const rows = this.#sql
      .exec<Row>("SELECT * FROM alerts WHERE id < ? ORDER BY id DESC LIMIT ?", page.cursor ?? "~", page.limit + 1)
      .toArray();
    const items = rows.slice(0, page.limit).map(alertOfRow);
    return { items, cursor: rows.length > items.length ? (items.at(-1)?.id ?? null) : null };
  }

  /** Forgets what belongs to pots that are gone, and alerts that are old and delivered. */
  prune(now: number): void {
    this.#marks.clear();
    // A pot that nothing was spent of is gone before its period is over; that it refused is remembered until then. Not
    // so of one of many subjects, which a client may make up.
    this.#sql.exec(
      `DELETE FROM alert_marks
       WHERE subject NOT LIKE 'provider/%' AND subject NOT IN (SELECT id FROM pots)
       AND NOT (mark = ? AND value > ?
         AND substr(subject, 1, instr(subject, '@') - 1) IN (SELECT id FROM records WHERE kind = 'budget'))`,
      ...[EXCEEDED, now],
    );
    this.#sql.exec(
      `DELETE FROM alerts WHERE (at < ?1 OR id <= (SELECT id FROM alerts ORDER BY id DESC LIMIT 1 OFFSET ?2))
       AND NOT EXISTS (SELECT 1 FROM alert_deliveries WHERE alert = alerts.id)`,
      ...[now - KEEP_MS, KEEP_ROWS],
    );
  }

  #reviewPot(state: LedgerState, pot: Pot, now: number): void {
    const view = viewOf(state, pot, now);
    if (!view || view.spent <= 0) return;
    const marks = this.#marksOf(pot.id);
    for (const finding of findingsOf(view, marks, now)) {
      if (finding.type === "fallen") {
        this.#mark(pot.id, finding.mark, { at: marks.get(finding.mark)?.at ?? now, value: FALLEN });
        continue;
      }
      if (finding.type !== "pace" && !this.#mayTell(view, now)) continue;
      this.#mark(pot.id, finding.mark, { at: now, value: view.spent });
      if (finding.type === "pace") continue;
      const told = factsOf(view);
      const facts: AlertFacts =
        finding.type === "budget.threshold"
          ? { type: finding.type, threshold_percent: finding.percent, ...told }
          : { type: finding.type, ...told, ...amountsOf(view.budget.unit, { expected: finding.expected }) };
      this.#fire(facts, view.budget.alertTo, now);
    }
  }

  #reviewEvent(state: LedgerState, event: UsageEvent, now: number): void {
    // What is told anew was looked at when it was told first.
    if (event.amends) return;
    if (event.refusedBy) this.#refused(state, event, now);
    for (const { provider, failed } of attemptsOf(event)) this.#attempted(provider, failed, now);
  }

  /** The first refusal of a pot. A rate limit is no budget. */
  #refused(state: LedgerState, event: UsageEvent, now: number): void {
    const facts = { ...event, key: event.key ?? "" };
    const unit = state.budgets.get(event.refusedBy ?? "")?.unit;
    const pot = unit && potsOf(state, facts, { unit, now }).find(({ budget }) => budget === event.refusedBy);
    const view = pot && viewOf(state, pot, now);
    if (!pot || !view || !isFirstRefusal(view, this.#marksOf(pot.id), now) || !this.#mayTell(view, now)) return;
    this.#mark(pot.id, EXCEEDED, { at: now, value: refusalSaidUntil(view, now) });
    // Its row has to be there, or the mark would look like one of a pot that is gone.
    state.changes.pots.add(pot);
    this.#fire({ type: "budget.exceeded", request: event.id, ...factsOf(view) }, view.budget.alertTo, now);
  }

  /** Counts what is told of a subject. What has to wait is not marked: it is told later, if it still is so. */
  #mayTell({ subject, budget }: { subject: string | null; budget: Budget }, now: number): boolean {
    if (subject === null) return true;
    const hour = Math.floor(now / HOUR_MS);
    if (this.#ofSubjects.hour !== hour) this.#ofSubjects = { hour, byBudget: new Map() };
    const told = this.#ofSubjects.byBudget.get(budget.id) ?? 0;
    if (told >= SUBJECTS_AN_HOUR) return false;
    this.#ofSubjects.byBudget.set(budget.id, told + 1);
    return true;
  }

  #attempted(provider: string, failed: boolean, now: number): void {
    const tally: Tally = this.#tallies.get(provider) ?? new Map();
    this.#tallies.set(provider, tally);
    noteAttempt(tally, failed, now);
    const subject = `provider/${provider}`;
    const mark = this.#marksOf(subject).get("failing");
    // While all is well there is nothing to work out.
    if (!failed && !mark) return;
    const { is, attempts, failed: failures } = verdictOf(tally, now);
    if (is === "well" && mark) this.#unmark(subject, "failing");
    if (is !== "failing" || (mark && now - mark.at < REMIND_MS)) return;
    this.#mark(subject, "failing", { at: now, value: failures });
    const window_seconds = WINDOW_MS / 1000;
    this.#fire({ type: "provider.failing", provider, failed: failures, attempts, window_seconds }, [], now);
  }

  #fire(facts: AlertFacts, to: readonly string[], now: number): void {
    const alert: Alert = { id: newId("alert", now), time: now, facts };
    this.#sql.exec("INSERT INTO alerts VALUES (?, ?, ?)", alert.id, now, JSON.stringify(facts));
    for (const channel of this.#channelsFor(facts, to)) {
      this.#sql.exec("INSERT INTO alert_deliveries VALUES (?, ?, 0, ?)", alert.id, channel.id, now);
    }
    this.#fired.push(alert);
  }

  /** The channels of an alert. Where none of the named ones is there any more all are told, so that nobody misses it. */
  #channelsFor(facts: AlertFacts, to: readonly string[]): AlertChannel[] {
    const all = this.#sql
      .exec<{ json: string }>("SELECT json FROM records WHERE kind = 'alert' ORDER BY created_at, id")
      .toArray()
      .map(({ json }) => JSON.parse(json) as AlertChannel);
    const named = all.filter(({ id }) => to.includes(id));
    return (named.length > 0 ? named : all).filter(
      ({ enabled, events }) => enabled && (events.length === 0 || events.some((type) => type === facts.type)),
    );
  }

  /** What a raised limit puts out of reach, and thresholds that are none any more, of all pots of a budget. */
  #takeBack(before: Budget, after: Budget): void {
    const sql = this.#sql;
    const ofBudget = "subject IN (SELECT id FROM pots WHERE budget = ?)";
    const reaches = reachesOf({ budget: after, limit: after.limit });
    sql.exec(
      `DELETE FROM alert_marks WHERE ${ofBudget} AND mark LIKE 'threshold/%' AND mark NOT IN (SELECT value FROM json_each(?))`,
      ...[after.id, JSON.stringify(reaches.map(({ mark }) => mark))],
    );
    if (after.limit !== before.limit) {
      sql.exec(
        `DELETE FROM alert_marks WHERE ${ofBudget} AND mark LIKE 'threshold/%' AND value = ?`,
        ...[after.id, FALLEN],
      );
    }
    if (after.limit > before.limit) {
      for (const { mark, amount } of reaches) {
        sql.exec(
          "DELETE FROM alert_marks WHERE subject IN (SELECT id FROM pots WHERE budget = ? AND settled + lost < ?) AND mark = ?",
          ...[after.id, amount, mark],
        );
      }
    }
    this.#marks.clear();
  }

  #marksOf(subject: string): Map<string, Mark> {
    let marks = this.#marks.get(subject);
    if (!marks) {
      if (this.#marks.size >= REMEMBERED) this.#marks.clear();
      marks = new Map();
      for (const { mark, at, value } of this.#sql.exec<{ mark: string; at: number; value: number }>(
        "SELECT mark, at, value FROM alert_marks WHERE subject = ?",
        subject,
      )) {
        marks.set(mark, { at, value });
      }
      this.#marks.set(subject, marks);
    }
    return marks;
  }

  #mark(subject: string, name: string, mark: Mark): void {
    this.#marksOf(subject).set(name, mark);
    this.#sql.exec("INSERT OR REPLACE INTO alert_marks VALUES (?, ?, ?, ?)", subject, name, mark.at, mark.value);
  }

  #unmark(subject: string, name: string): void {
    this.#marksOf(subject).delete(name);
    this.#sql.exec("DELETE FROM alert_marks WHERE subject = ? AND mark = ?", subject, name);
  }
}

type Row = { id: string; at: number; facts: string };

/** The alert with this id; null where it is forgotten. */
export function readAlert(sql: SqlStorage, id: string): Alert | null {
  const row = sql.exec<Row>("SELECT * FROM alerts WHERE id = ?", id).toArray()[0];
  return row ? alertOfRow(row) : null;
}

const alertOfRow = ({ id, at, facts }: Row): Alert => ({ id, time: at, facts: JSON.parse(facts) as AlertFacts });

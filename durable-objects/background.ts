/** Work in the background, from the event that starts it to the one that tells what it used. Each work is amended once. */
import { amended, type BackgroundStart, type BackgroundUse } from "../worker/core/background.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { keptPot } from "./pots.ts";
import { count } from "./rolling.ts";
import type { Booked, LedgerState } from "./rows.ts";

/** Providers keep such answers for minutes, or thirty days where they are stored; who asks later leaves it at its bound. */
export const BACKGROUND_MS = 3 * 86_400_000;

/** The event that started a work, and the pots that its bound was booked in. */
interface Started {
  event: UsageEvent;
  pots: Booked[];
}

interface Row {
  started: Started | null;
  /** What was told before the start was heard of: two isolates' messages may overtake each other. */
  used: BackgroundUse | null;
  settled: boolean;
}

/** Provider and id: ids of two providers may be the same. */
const nameOf = (provider: string, id: string): string => `${provider}/${id}`;

/** What is known of the work `id` of `provider`. */
export function backgroundStart(sql: SqlStorage, provider: string, id: string): BackgroundStart {
  const row = readRow(sql, nameOf(provider, id));
  if (row?.settled) return { outcome: "settled" };
  return row?.started ? { outcome: "open", event: row.started.event } : { outcome: "unknown" };
}

/** Takes in what the present step's events say of works, and amends those whose start and use are both known. */
export function settleBackground(state: LedgerState, sql: SqlStorage, now: number): void {
  for (const { event, pots } of state.changes.background) {
    if (!event.background) continue;
    const { id, used: told } = event.background;
    const name = nameOf(event.provider, id);
    const row = readRow(sql, name) ?? { started: null, used: null, settled: false };
    if (row.settled) continue;
    const started = told ? row.started : { event, pots };
    const used = told ?? row.used;
    // A stream tells its use itself.
    const settled = started?.event.usageSource === "provider" || (started !== null && used !== null);
    if (settled && started && used && started.event.usageSource !== "provider") amend(state, started, used);
    writeRow(sql, name, { row: settled ? { started: null, used: null, settled } : { started, used, settled }, now });
  }
}

/** Forgets works that nobody asked for in time. */
export function pruneBackground(sql: SqlStorage, now: number): void {
  sql.exec("DELETE FROM background WHERE at < ?", now - BACKGROUND_MS);
}

/** The difference goes to the pots that hold the bound: those of its time, whatever budgets there are by now. */
function amend(state: LedgerState, { event, pots }: Started, used: BackgroundUse): void {
  const amendment = amended(event, used);
  if (!amendment) return;
  state.changes.events.push(amendment);
  const { costNanos, tokens } = amendment;
  for (const { pot: id, amount, at } of pots) {
    const pot = keptPot(state, id);
    if (!pot) continue;
    const used =
      pot.unit === "tokens" ? tokens.input + tokens.output : pot.unit === "nanos" ? (costNanos ?? 0) : amount;
    count(pot, "settled", { amount: used - amount, at });
    state.changes.pots.add(pot);
  }
}

function readRow(sql: SqlStorage, name: string): Row | null {
  const [row] = sql
    .exec<{ started: string | null; used: string | null; settled: number }>(
      "SELECT started, used, settled FROM background WHERE name = ?",
      name,
    )
    .toArray();
  if (!row) return null;
  return {
    started: row.started === null ? null : (JSON.parse(row.started) as Started),
    used: row.used === null ? null : (JSON.parse(row.used) as BackgroundUse),
    settled: row.settled === 1,
  };
}

function writeRow(sql: SqlStorage, name: string, { row, now }: { row: Row; now: number }): void {
  sql.exec(
    "INSERT OR REPLACE INTO background VALUES (?, ?, ?, ?, ?)",
    ...[name, row.started && JSON.stringify(row.started), row.used && JSON.stringify(row.used)],
    ...[row.settled ? 1 : 0, now],
  );
}

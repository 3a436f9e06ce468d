/** Loads a ledger's rows into memory, and writes what a step changed. */
import type { Budget, Credential, PriceRecord } from "../worker/core/policy.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import { countEvents } from "./counters.ts";
import { outboxRows } from "./outbox.ts";
import { emptyState, type LedgerState, noChanges, type Pot, type WalletRow } from "./rows.ts";

type Row = Record<string, SqlStorageValue>;

/** The state as it was last written. Delivered events, audit and keys are not loaded. */
export function loadState(sql: SqlStorage, tenant: string): LedgerState {
  const state = emptyState(tenant);
  state.version = Number(readMeta(sql, "version") ?? 1);
  state.tenant = String(readMeta(sql, "tenant") ?? tenant);
  state.counters = new Map(Object.entries(JSON.parse(String(readMeta(sql, "counters") ?? "{}"))));
  for (const { json } of sql.exec<{ json: string }>(
    "SELECT json FROM records WHERE kind = 'budget' ORDER BY created_at, id",
  )) {
    const budget = JSON.parse(json) as Budget;
    state.budgets.set(budget.id, budget);
  }
  state.credentials = readCredentials(sql);
  state.prices = readPrices(sql);
  for (const row of sql.exec<{ key: string; at: number }>("SELECT key, at FROM revoked")) {
    state.revoked.set(row.key, row.at);
  }
  for (const row of sql.exec("SELECT * FROM pots")) {
    const pot = potOfRow(row);
    state.pots.set(pot.id, pot);
  }
  for (const row of sql.exec("SELECT * FROM wallets WHERE lost_at IS NOT NULL OR id IN (SELECT wallet FROM leases)")) {
    const wallet = walletOfRow(row);
    state.wallets.set(wallet.id, wallet);
  }
  state.recall = (id) => {
    const row = sql.exec("SELECT * FROM wallets WHERE id = ?", id).toArray()[0];
    return row ? walletOfRow(row) : null;
  };
  for (const row of sql.exec("SELECT * FROM leases")) loadLease(state, row);
  return state;
}

type Four = [number, number, number, number];

function potOfRow(row: Row): Pot {
  const [startsAt, settled, lost, held] = [row.starts_at, row.settled, row.lost, row.held].map(Number) as Four;
  const endsAt = row.ends_at === null ? Number.POSITIVE_INFINITY : Number(row.ends_at);
  return {
    id: String(row.id),
    budget: String(row.budget),
    startsAt,
    endsAt,
    settled,
    lost,
    held,
    hot: 0,
    shortUntil: 0,
  };
}

function walletOfRow(row: Row): WalletRow {
  const [seq, seen, heardAt, lostCount] = [row.seq, row.seen, row.heard_at, row.lost_count].map(Number) as Four;
  const lostAt = row.lost_at === null ? null : Number(row.lost_at);
  return { id: String(row.id), seq, seen, heardAt, lostAt, lostCount, leases: new Map() };
}

function loadLease(state: LedgerState, row: Row): void {
  const [number, granted, spent, returned] = [row.number, row.granted, row.spent, row.returned].map(Number) as Four;
  const wallet = String(row.wallet);
  const pots = (JSON.parse(String(row.pots)) as string[]).flatMap((id) => state.pots.get(id) ?? []);
  const facts = JSON.parse(String(row.facts)) as ScopeFacts;
  state.wallets
    .get(wallet)
    ?.leases.set(number, { wallet, number, facts, pots, granted, spent, returned, hot: false, covers: null });
}

export const readCredentials = (sql: SqlStorage): Credential[] =>
  sql
    .exec<{ json: string }>("SELECT json FROM records WHERE kind = 'credential' ORDER BY created_at, id")
    .toArray()
    .map(({ json }) => JSON.parse(json) as Credential);

/** Of each model the newest price: older ones stay to explain what they charged. */
export function readPrices(sql: SqlStorage): PriceRecord[] {
  const newest = new Map<string, PriceRecord>();
  for (const { json } of sql.exec<{ json: string }>(
    "SELECT json FROM records WHERE kind = 'price' ORDER BY created_at, id",
  )) {
    const price = JSON.parse(json) as PriceRecord;
    newest.set(`${price.provider}/${price.model}`, price);
  }
  return [...newest.values()];
}

export function readMeta(sql: SqlStorage, name: string): SqlStorageValue | undefined {
  return sql.exec<{ value: SqlStorageValue }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value;
}

export function writeMeta(sql: SqlStorage, name: string, value: SqlStorageValue): void {
  sql.exec("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value);
}

/** Writes what changed since the last call. Inside the transaction of the step that changed it. */
export function writeChanges(sql: SqlStorage, state: LedgerState): void {
  const { changes } = state;
  state.changes = noChanges();
  for (const pot of changes.pots) {
    const endsAt = pot.endsAt === Number.POSITIVE_INFINITY ? null : pot.endsAt;
    sql.exec(
      "INSERT OR REPLACE INTO pots VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[pot.id, pot.budget, pot.startsAt, endsAt, pot.settled, pot.lost, pot.held],
    );
  }
  for (const wallet of changes.wallets) {
    sql.exec(
      "INSERT OR REPLACE INTO wallets VALUES (?, ?, ?, ?, ?, ?)",
      ...[wallet.id, wallet.seq, wallet.seen, wallet.heardAt, wallet.lostAt, wallet.lostCount],
    );
  }
  for (const lease of changes.leases) {
    const pots = JSON.stringify(lease.pots.map((pot) => pot.id));
    sql.exec(
      "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[lease.wallet, lease.number, JSON.stringify(lease.facts), pots, lease.granted, lease.spent, lease.returned],
    );
  }
  for (const lease of changes.closedLeases) {
    sql.exec("DELETE FROM leases WHERE wallet = ? AND number = ?", lease.wallet, lease.number);
  }
  for (const id of changes.closedWallets) {
    sql.exec("DELETE FROM leases WHERE wallet = ?", id);
    sql.exec("DELETE FROM wallets WHERE id = ?", id);
  }
  if (changes.forgetUnheardSince !== null) {
    sql.exec(
      `DELETE FROM wallets
       WHERE heard_at < ? AND lost_at IS NULL AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.wallet = wallets.id)`,
      changes.forgetUnheardSince,
    );
  }
  if (changes.events.length > 0) {
    countEvents(state.counters, changes.events);
    writeMeta(sql, "counters", JSON.stringify(Object.fromEntries(state.counters)));
  }
  for (const row of outboxRows(changes.events)) {
    sql.exec("INSERT INTO outbox (count, events) VALUES (?, ?)", row.count, row.events);
  }
}

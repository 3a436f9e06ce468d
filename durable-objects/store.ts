/** Loads a ledger's rows into memory, and writes what a step changed. */
import type { RecordKind, Records } from "../worker/core/ledger-api.ts";
import type { Budget, Credential, Limit, PriceRecord, Unit } from "../worker/core/policy.ts";
import type { RouteRecord } from "../worker/core/route.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import { countEvents } from "./counters.ts";
import { limitsOf, limitsOfKey } from "./covering.ts";
import { outboxRows } from "./outbox.ts";
import { forgetAt, keptPot, periodIn } from "./pots.ts";
import { findByHash, readRecord } from "./records.ts";
import { emptyState, type LedgerState, noChanges, type Pot, type Slot, type Stored, type WalletRow } from "./rows.ts";
import { SCHEMA, UPGRADES } from "./schema.ts";

type Row = Record<string, SqlStorageValue>;

/** Makes the tables as they have to be. */
export function prepare(sql: SqlStorage): void {
  sql.exec(SCHEMA);
  const done = Number(readMeta(sql, "schema") ?? 0);
  for (const upgrade of UPGRADES.slice(done)) sql.exec(upgrade);
  if (done < UPGRADES.length) writeMeta(sql, "schema", UPGRADES.length);
}

const storedIn = (sql: SqlStorage): Stored => ({
  keyByHash: (hash) => findByHash(sql, "key", hash),
  keyById: (id) => readRecord(sql, "key", id),
  potById: (id) => firstPot(sql.exec("SELECT * FROM pots WHERE id = ?", id)),
  walletById: (id) => {
    const row = sql.exec("SELECT * FROM wallets WHERE id = ?", id).toArray()[0];
    return row ? walletOfRow(row) : null;
  },
});

/** The two pots of `limit` that have most in them, of the present period, the fuller one first. */
export const fullestPots = (sql: SqlStorage, limit: Limit, now: number): Pot[] =>
  sql
    .exec(
      `SELECT * FROM pots WHERE budget = ?1 AND starts_at <= ?2 AND coalesce(ends_at, ?2 + 1) > ?2 AND instr(id, ?3) > 0
       ORDER BY settled + lost + held DESC LIMIT 2`,
      ...[limit.id, now, periodIn(limit)],
    )
    .toArray()
    .map(potOfRow);

/** Deletes pots that are of no use any more. Those that are in `used` stay. */
export function prunePots(sql: SqlStorage, used: ReadonlySet<string>, now: number): void {
  for (const { id } of sql
    .exec<{ id: string }>("SELECT id FROM pots WHERE forget_at < ? LIMIT ?", now, used.size + PRUNED_AT_ONCE)
    .toArray()) {
    if (!used.has(id)) sql.exec("DELETE FROM pots WHERE id = ?", id);
  }
}

/** A step must not be long. */
const PRUNED_AT_ONCE = 1_000;

/** What a removed limit counted is forgotten soon. */
export function abandonPots(sql: SqlStorage, budget: string, at: number): void {
  sql.exec("UPDATE pots SET forget_at = ? WHERE budget = ?", at, budget);
}

/** The state as it was last written. Delivered events, audit, keys and the pots that no lease is on are not loaded. */
export function loadState(sql: SqlStorage, tenant: string): LedgerState {
  const state = emptyState(tenant, storedIn(sql));
  state.version = Number(readMeta(sql, "version") ?? 1);
  state.tenant = String(readMeta(sql, "tenant") ?? tenant);
  for (const budget of readAll<Budget>(sql, "kind = 'budget'")) {
    state.budgets.set(budget.id, budget);
    state.limits.set(budget.id, budget);
  }
  for (const [kind, where] of RATED) {
    for (const record of readAll<Records[RecordKind]>(sql, where)) {
      for (const limit of limitsOf(kind, record)) state.limits.set(limit.id, limit);
    }
  }
  state.credentials = readCredentials(sql);
  state.prices = readPrices(sql);
  state.routes = readRoutes(sql);
  for (const row of sql.exec<{ key: string; at: number }>("SELECT key, at FROM revoked")) {
    state.revoked.set(row.key, row.at);
  }
  for (const row of sql.exec("SELECT * FROM wallets WHERE lost_at IS NOT NULL OR id IN (SELECT wallet FROM leases)")) {
    const wallet = walletOfRow(row);
    state.wallets.set(wallet.id, wallet);
  }
  for (const row of sql.exec("SELECT * FROM leases")) loadLease(state, row);
  return state;
}

/** Records that set rate limits, but for keys. Teams and users are found by their index. */
const RATED = [
  ["rateLimit", "kind = 'rateLimit'"],
  ["team", "kind = 'team' AND kind IN ('team', 'user') AND json ->> '$.rateLimits' IS NOT NULL"],
  ["user", "kind = 'user' AND kind IN ('team', 'user') AND json ->> '$.rateLimits' IS NOT NULL"],
] as const;

/**
 * All records of a kind, in the order of their ids, which sort by time: that is the table's own order. Parsed in pieces,
 * since ten thousand one by one take long.
 */
function readAll<T>(sql: SqlStorage, where: string): T[] {
  const records: T[] = [];
  let texts: string[] = [];
  const parse = () => {
    for (const record of JSON.parse(`[${texts.join(",")}]`) as T[]) records.push(record);
    texts = [];
  };
  for (const [json] of sql.exec(`SELECT json FROM records WHERE ${where} ORDER BY id`).raw()) {
    texts.push(String(json));
    if (texts.length >= PARSED_AT_ONCE) parse();
  }
  parse();
  return records;
}

const PARSED_AT_ONCE = 1_000;

type Four = [number, number, number, number];

function firstPot(rows: Iterable<Row>): Pot | null {
  for (const row of rows) return potOfRow(row);
  return null;
}

function potOfRow(row: Row): Pot {
  const [startsAt, settled, lost, held] = [row.starts_at, row.settled, row.lost, row.held].map(Number) as Four;
  const endsAt = row.ends_at === null ? Number.POSITIVE_INFINITY : Number(row.ends_at);
  const slots = (JSON.parse(String(row.slots)) as [number, number, number][]).map(
    ([number, inSlot, lostInSlot]): Slot => ({ number, settled: inSlot, lost: lostInSlot }),
  );
  return {
    id: String(row.id),
    budget: String(row.budget),
    subject: row.subject === null ? null : String(row.subject),
    unit: String(row.unit) as Unit,
    startsAt,
    endsAt,
    slotMs: Number(row.slot_ms),
    slots,
    settled,
    lost,
    held,
    before: settled + lost,
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
  const pots = (JSON.parse(String(row.pots)) as string[]).flatMap((id) => keptPot(state, id) ?? []);
  const facts = JSON.parse(String(row.facts)) as ScopeFacts;
  const unit = String(row.unit) as Unit;
  // Its pots may be of the key's own limits.
  limitsOfKey(state, facts.key);
  state.wallets
    .get(wallet)
    ?.leases.set(number, { wallet, number, facts, unit, pots, granted, spent, returned, hot: false, covers: null });
}

export const readCredentials = (sql: SqlStorage): Credential[] =>
  sql
    .exec<{ json: string }>("SELECT json FROM records WHERE kind = 'credential' ORDER BY created_at, id")
    .toArray()
    .map(({ json }) => JSON.parse(json) as Credential);

export const readRoutes = (sql: SqlStorage): RouteRecord[] => readAll<RouteRecord>(sql, "kind = 'route'");

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

/** Writes down which keys were revoked lately, and when. */
export function writeRevoked(sql: SqlStorage, revoked: ReadonlyMap<string, number>): void {
  sql.exec("DELETE FROM revoked");
  for (const [key, at] of revoked) sql.exec("INSERT INTO revoked VALUES (?, ?)", key, at);
}

/** Forgets keys that were revoked before `before`. */
export function forgetRevoked(sql: SqlStorage, before: number): void {
  sql.exec("DELETE FROM revoked WHERE at < ?", before);
}

const WRITE_POT = `
INSERT INTO pots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET settled = excluded.settled, lost = excluded.lost, held = excluded.held,
  slots = excluded.slots, forget_at = excluded.forget_at`;

/** Rounded up, so that its index seldom changes. */
const wholeHour = (at: number | null): number | null => (at === null ? null : Math.ceil(at / HOUR_MS) * HOUR_MS);
const HOUR_MS = 3_600_000;

/** Writes what changed since the last call. Inside the transaction of the step that changed it. */
export function writeChanges(sql: SqlStorage, state: LedgerState, now: number): void {
  const { changes } = state;
  state.changes = noChanges();
  for (const pot of changes.pots) {
    const endsAt = pot.endsAt === Number.POSITIVE_INFINITY ? null : pot.endsAt;
    sql.exec(
      WRITE_POT,
      ...[pot.id, pot.budget, pot.startsAt, endsAt, pot.settled, pot.lost, pot.held, pot.subject, pot.unit, pot.slotMs],
      JSON.stringify(pot.slots.map(({ number, settled, lost }) => [number, settled, lost])),
      wholeHour(forgetAt(state, pot, now)),
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
      "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...[lease.wallet, lease.number, JSON.stringify(lease.facts), pots, lease.granted, lease.spent, lease.returned],
      lease.unit,
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

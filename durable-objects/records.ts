/**
 * The records that a tenant has set, one row each, and their audit log. All functions are synchronous; the caller
 * runs a change in one transaction.
 */
import { idsFrom, newId } from "../worker/core/ids.ts";
import type {
  Actor,
  AuditEntry,
  AuditQuery,
  Change,
  Idempotency,
  Note,
  Page,
  Recalled,
  RecordKind,
  Records,
} from "../worker/core/ledger-api.ts";
import { IDEMPOTENT_MS } from "./limits.ts";

type AnyRecord = Records[RecordKind];
interface Noted {
  actor: Actor;
  action: AuditEntry["action"];
  kind: RecordKind;
  before: AnyRecord | null;
  after: AnyRecord | null;
}

/** Fields that no audit entry shows. */
const SECRET = new Set(["hash", "sealed"]);

export function readRecord<K extends RecordKind>(sql: SqlStorage, kind: K, id: string): Records[K] | null {
  return parse(sql.exec<Json>("SELECT json FROM records WHERE kind = ? AND id = ?", kind, id));
}

/** The key or token with this hash. */
export function findByHash<K extends "key" | "token">(sql: SqlStorage, kind: K, hash: string): Records[K] | null {
  return parse(sql.exec<Json>("SELECT json FROM records WHERE kind = ? AND lookup = ?", kind, hash));
}

/** A page of records of `kind`, newest first. */
export function listRecords<K extends RecordKind>(
  sql: SqlStorage,
  kind: K,
  page: { limit: number; cursor: string | null },
): Page<Records[K]> {
  const [time, id] = readCursor(page.cursor);
  const rows = sql
    .exec<Json>(
      `SELECT json FROM records WHERE kind = ?1 AND (created_at, id) < (?2, ?3)
       ORDER BY created_at DESC, id DESC LIMIT ?4`,
      ...[kind, time, id, page.limit + 1],
    )
    .toArray()
    .map(({ json }) => JSON.parse(json) as Records[K]);
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, cursor: rows.length > items.length && last ? `${last.createdAt}:${last.id}` : null };
}

/** False where a record with that id, or that hash, is there already. */
export function insertRecord(sql: SqlStorage, kind: RecordKind, record: AnyRecord): boolean {
  const inserted = sql.exec(
    "INSERT INTO records VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
    ...[kind, record.id, lookupOf(record), record.createdAt, JSON.stringify(record)],
  );
  return inserted.toArray().length > 0;
}

export function replaceRecord(sql: SqlStorage, kind: RecordKind, record: AnyRecord): void {
  sql.exec(
    "UPDATE records SET lookup = ?, json = ? WHERE kind = ? AND id = ?",
    ...[lookupOf(record), JSON.stringify(record), kind, record.id],
  );
}

export function deleteRecord(sql: SqlStorage, kind: RecordKind, id: string): void {
  sql.exec("DELETE FROM records WHERE kind = ? AND id = ?", kind, id);
}

export const idOfChange = (change: Change): string =>
  change.action === "create" ? change.record.id : change.expected.id;

/** Whether what a change is about is stored as it was when the change was decided on. */
export function isExpected(sql: SqlStorage, change: Change): boolean {
  const stored = readRecord(sql, change.kind, idOfChange(change));
  return change.action === "create" ? stored === null : isSame(stored, change.expected);
}

/** Notes a change: the changed fields before and after, without secrets. */
export function writeAudit(sql: SqlStorage, change: Noted, now: number): void {
  const { actor, action, kind, before, after } = change;
  const entry: AuditEntry = {
    id: newId("aud", now),
    time: now,
    actor,
    action,
    kind,
    recordId: (after ?? before)?.id ?? "",
    before: before && differing(before, after),
    after: after && differing(after, before),
  };
  sql.exec("INSERT INTO audit VALUES (?, ?)", entry.id, JSON.stringify(entry));
}

/** Notes a change of what is kept elsewhere. An entry that is there already stays as it is. */
export function writeNote(sql: SqlStorage, note: Note, actor: Actor, at: Pick<AuditEntry, "id" | "time">): void {
  const entry: AuditEntry = { ...at, actor, ...note };
  sql.exec("INSERT INTO audit VALUES (?, ?) ON CONFLICT DO NOTHING", entry.id, JSON.stringify(entry));
}

/** Entries that a page is looked for in: a step must not be long, however little fits. */
const AUDIT_SCANNED = 5_000;

/** A page of the audit log, newest first. */
export function listAudit(sql: SqlStorage, asked: AuditQuery): Page<AuditEntry> {
  // "~" sorts behind every id.
  const end = asked.to === undefined ? "~" : idsFrom("aud", asked.to);
  const since = asked.from === undefined ? "" : idsFrom("aud", asked.from);
  const scanned = [asked.cursor ?? end, since, AUDIT_SCANNED] as const;
  const rows = sql
    .exec<Json>(
      `SELECT json FROM (SELECT id, json FROM audit WHERE id < ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3)
       WHERE (?4 IS NULL OR json ->> '$.actor.id' = ?4) AND (?5 IS NULL OR json ->> '$.action' = ?5)
         AND (?6 IS NULL OR json ->> '$.kind' = ?6) AND (?7 IS NULL OR json ->> '$.recordId' = ?7)
       ORDER BY id DESC LIMIT ?8`,
      ...[...scanned, asked.actor ?? null, asked.action ?? null, asked.kind ?? null, asked.recordId ?? null],
      asked.limit + 1,
    )
    .toArray()
    .map(({ json }) => JSON.parse(json) as AuditEntry);
  const items = rows.slice(0, asked.limit);
  if (rows.length > items.length) return { items, cursor: items.at(-1)?.id ?? null };
  const [seen] = sql
    .exec<{ last: string | null; count: number }>(
      `SELECT min(id) AS last, count(*) AS count
       FROM (SELECT id FROM audit WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT ?)`,
      ...scanned,
    )
    .toArray();
  return { items, cursor: seen?.count === AUDIT_SCANNED ? seen.last : null };
}

/** What an earlier POST with this idempotency key means for this one; null where there was none. */
export function earlierAnswer(
  sql: SqlStorage,
  idempotency: Pick<Idempotency, "key" | "requestDigest">,
  now: number,
): Recalled | null {
  const row = sql
    .exec<{ digest: string; answer: string }>(
      "SELECT digest, answer FROM idempotency WHERE key = ? AND at > ?",
      ...[idempotency.key, now - IDEMPOTENT_MS],
    )
    .toArray()[0];
  if (!row) return null;
  if (row.digest !== idempotency.requestDigest) return { outcome: "conflict" };
  return { outcome: "replayed", sealedAnswer: row.answer };
}

export function rememberAnswer(sql: SqlStorage, idempotency: Idempotency, now: number): void {
  const { key, requestDigest, sealedAnswer } = idempotency;
  sql.exec("INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)", key, requestDigest, sealedAnswer, now);
}

/** Forgets answers that were given before `before`. */
export function forgetAnswers(sql: SqlStorage, before: number): void {
  sql.exec("DELETE FROM idempotency WHERE at < ?", before);
}

type Json = { json: string };

function parse<T>(cursor: SqlStorageCursor<Json>): T | null {
  const row = cursor.toArray()[0];
  return row ? (JSON.parse(row.json) as T) : null;
}

const lookupOf = (record: AnyRecord): string | null => ("hash" in record ? record.hash : null);

function readCursor(cursor: string | null): [number, string] {
  const at = cursor?.indexOf(":") ?? -1;
  if (cursor === null || at < 0) return [Number.MAX_SAFE_INTEGER, ""];
  return [Number(cursor.slice(0, at)), cursor.slice(at + 1)];
}

function differing(record: AnyRecord, other: AnyRecord | null): Record<string, unknown> {
  const others = new Map(Object.entries(other ?? {}));
  const isChanged = (name: string, value: unknown) => !(others.has(name) && isSame(others.get(name), value));
  const changed = Object.fromEntries(
    Object.entries(record).filter(([name, value]) => !SECRET.has(name) && isChanged(name, value)),
  );
  // A limit is a number of something.
  return "limit" in changed && "unit" in record ? { ...changed, unit: record.unit } : changed;
}

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

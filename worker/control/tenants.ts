/** Tenants: organizations in D1. Made by the operator; changed and removed by who may do that in them. */
import { and, desc, eq, lt, or } from "drizzle-orm";
import * as z from "zod";
import { newTenantId, tenantIdFrom } from "../auth/secrets.ts";
import type { RecordKind } from "../core/ledger-api.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { ledgerOf } from "../db/ledger.ts";
import { organization } from "../db/schema.ts";
import {
  type Answer,
  type App,
  type Call,
  conflict,
  forOperator,
  forTenant,
  mount,
  notFound,
  type TenantCall,
} from "./call.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { changedSince, etagOf, isMatch } from "./etag.ts";
import { KEY_REUSED } from "./idempotency.ts";
import { type Body, iso, name, paging, readBody, readQuery } from "./input.ts";
import { given } from "./resource.ts";
import { pageOf, removed } from "./shapes.ts";
import { tenant as shown } from "./tenant-shapes.ts";

type Row = typeof organization.$inferSelect;

const DEFAULT_RETENTION_DAYS = 90;
const retention = z.int().min(1).max(3_650);
const create = z.strictObject({ name, raw_retention_days: retention.default(DEFAULT_RETENTION_DAYS) });
const patch = z.strictObject({ name, raw_retention_days: retention }).partial();

const listQuery = z.strictObject(paging);

/** Mounts `/tenants`. */
export function mountTenants(app: App): void {
  app.components.push({ name: "Tenant", schema: shown });
  mount(app, "/tenants", {
    GET: {
      summary: "Lists tenants, newest first.",
      query: listQuery,
      answers: pageOf(shown),
      does: forOperator(list),
    },
    POST: {
      summary: "Makes a tenant.",
      body: create,
      example: { name: "Acme", raw_retention_days: 30 },
      answers: shown,
      errors: ["conflict"],
      does: forOperator(post),
    },
  });
  mount(app, "/tenants/:tenant", {
    GET: { summary: "Shows a tenant.", answers: shown, tagged: true, does: forTenant("read", getOne) },
    PATCH: {
      summary: "Changes what is named of a tenant.",
      notes: "By the operator or by people who are signed in; no management token may.",
      body: patch,
      answers: shown,
      tagged: true,
      does: forTenant("settings", change),
    },
    DELETE: {
      summary: "Removes a tenant: its keys are revoked, its records forgotten. Usage stays until its retention ends.",
      notes: "By the operator or by an owner who is signed in; no management token may.",
      answers: removed,
      tagged: true,
      does: forTenant("dissolve", remove),
    },
  });
}

async function list(call: Call): Promise<Answer> {
  const query = readQuery(call, listQuery);
  if (!query.ok) return query;
  const cursor = readCursor(query.value.cursor);
  if (!cursor.ok) return cursor;
  const { createdAt, id } = organization;
  const rows = await accountsOf(call.env)
    .select()
    .from(organization)
    .where(
      cursor.value
        ? or(
            lt(createdAt, new Date(cursor.value.time)),
            and(eq(createdAt, new Date(cursor.value.time)), lt(id, cursor.value.id)),
          )
        : undefined,
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(query.value.limit + 1);
  const page = rows.slice(0, query.value.limit);
  const last = page.at(-1);
  const more = rows.length > page.length && last;
  return ok({ data: page.map(show), next_cursor: more ? writeCursor({ time: +last.createdAt, id: last.id }) : null });
}

async function post(call: Call): Promise<Answer> {
  const body = await readBody(call, create);
  if (!body.ok) return body;
  const made = await makeTenant(call, body.value);
  if (!made.ok) return made;
  const { row, isNew } = made.value;
  if (isNew) {
    const after = { name: row.name, rawRetentionDays: row.rawRetentionDays };
    const noted = { kind: "tenant", action: "create", recordId: row.id, before: null, after } as const;
    await ledgerOf(call.env, row.id).note(noted, call.actor);
  }
  return ok(show(row));
}

/** Makes a tenant of nobody yet. With an Idempotency-Key a repeat answers the first one. */
export async function makeTenant(
  { env, now }: Pick<Call, "env" | "now">,
  { input, idempotency }: Body<{ name: string; raw_retention_days?: number }>,
): Promise<Outcome<{ row: Row; isNew: boolean }>> {
  // With an Idempotency-Key the id follows from it, so that a repeat meets the first one by D1's own primary key.
  const id = idempotency ? await tenantIdFrom(env.METERR_MASTER_KEY, idempotency.key) : newTenantId();
  const row: Row = {
    id,
    name: input.name,
    slug: id,
    logo: null,
    createdAt: new Date(now),
    metadata: null,
    rawRetentionDays: input.raw_retention_days ?? DEFAULT_RETENTION_DAYS,
    requestDigest: idempotency?.requestDigest ?? null,
    requireTwoFactor: false,
  };
  const accounts = accountsOf(env);
  const inserted = await accounts
    .insert(organization)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: organization.id });
  const stored = await accounts.select().from(organization).where(eq(organization.id, id)).get();
  return stored && stored.requestDigest === row.requestDigest
    ? ok({ row: stored, isNew: inserted.length > 0 })
    : conflict(KEY_REUSED);
}

async function getOne(call: TenantCall): Promise<Answer> {
  const row = await rowOf(call);
  return row ? { ...ok(show(row)), etag: await etagOf(show(row)) } : notFound("tenant");
}

const rowOf = ({ env, tenant }: TenantCall): Promise<Row | undefined> =>
  accountsOf(env).select().from(organization).where(eq(organization.id, tenant)).get();

/** Whether `If-Match`, where it was sent, lets `row` through. */
async function mayChange(call: TenantCall, row: Row): Promise<boolean> {
  const ifMatch = call.request.headers.get("if-match");
  return ifMatch === null || isMatch(ifMatch, show(row));
}

/** The row as it was read: what has changed meanwhile is not found by it. */
const asRead = (row: Row) =>
  and(
    eq(organization.id, row.id),
    eq(organization.name, row.name),
    eq(organization.rawRetentionDays, row.rawRetentionDays),
  );

async function change(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, patch);
  if (!body.ok) return body;
  const { name, raw_retention_days: rawRetentionDays } = body.value.input;
  const fields = given({ name, rawRetentionDays });
  const row = await rowOf(call);
  if (!row) return notFound("tenant");
  if (!(await mayChange(call, row))) return changedSince("tenant");
  if (Object.keys(fields).length > 0) {
    const changed = await accountsOf(call.env)
      .update(organization)
      .set(fields)
      .where(call.request.headers.has("if-match") ? asRead(row) : eq(organization.id, row.id))
      .returning({ id: organization.id });
    if (changed.length === 0) return changedSince("tenant");
    await noteChange(call, row, fields);
  }
  return getOne(call);
}

/** Notes what of a tenant's own settings is not what it was. */
async function noteChange({ env, tenant, actor }: TenantCall, row: Row, fields: Partial<Row>): Promise<void> {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const name of ["name", "rawRetentionDays"] as const) {
    if (fields[name] === undefined || fields[name] === row[name]) continue;
    before[name] = row[name];
    after[name] = fields[name];
  }
  if (Object.keys(after).length === 0) return;
  const { note } = ledgerOf(env, tenant);
  await note({ kind: "tenant", action: "update", recordId: tenant, before, after }, actor);
}

/** In this order: what spends or lets in goes first. A record, so that the compiler asks for every kind. */
const REMOVED: Record<RecordKind, true> = {
  key: true,
  token: true,
  credential: true,
  sink: true,
  route: true,
  alert: true,
  price: true,
  budget: true,
  rateLimit: true,
  team: true,
  user: true,
};
const REMOVE_PAGE = 500;

/**
 * Revokes all keys and tokens, then forgets the tenant. The row goes last: where this breaks off, it can be done again.
 * Usage stays, until its retention ends.
 */
async function remove(call: TenantCall): Promise<Answer> {
  const row = await rowOf(call);
  if (!row) return notFound("tenant");
  if (!(await mayChange(call, row))) return changedSince("tenant");
  const ledger = ledgerOf(call.env, call.tenant);
  for (const kind of Object.keys(REMOVED) as RecordKind[]) {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof ledger.list<RecordKind>>> = await ledger.list(kind, {
        limit: REMOVE_PAGE,
        cursor,
      });
      for (const record of page.items) await ledger.remove(kind, record.id, call.actor);
      cursor = page.cursor;
    } while (cursor !== null);
  }
  await accountsOf(call.env).delete(organization).where(eq(organization.id, call.tenant));
  return ok({ id: call.tenant, deleted: true });
}

const show = (row: Row) => ({
  id: row.id,
  name: row.name,
  raw_retention_days: row.rawRetentionDays,
  created_at: iso(+row.createdAt),
});

/** The people of a tenant: who they are, what they may do, and how they leave. */
import { and, eq, gt, or, sql } from "drizzle-orm";
import * as z from "zod";
import { mayAppoint, type Role, roleOf } from "../auth/roles.ts";
import { gatewayError } from "../core/errors.ts";
import type { Page, Records } from "../core/ledger-api.ts";
import { fail, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { ledgerOf } from "../db/ledger.ts";
import { member, session, user } from "../db/schema.ts";
import { type Answer, type App, conflict, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { type Position, readCursor, writeCursor } from "./cursor.ts";
import { changedSince, etagOf } from "./etag.ts";
import { iso, paging, readBody, readQuery } from "./input.ts";
import { mayChange, note, tooMuch } from "./people.ts";
import { role, type Member as Shown, member as shown } from "./people-shapes.ts";
import { pageOf, removed } from "./shapes.ts";

const listQuery = z.strictObject(paging);
const patch = z.strictObject({ role });
const removal = z.strictObject({ revoke_keys: z.enum(["0", "1", "true", "false"]).default("0") });
const nothing = z.strictObject({});

/** Mounts `/members` and `/leave`. */
export function mountMembers(app: App): void {
  app.components.push({ name: "Member", schema: shown });
  mount(app, "/tenants/:tenant/members", {
    GET: {
      summary: "Lists the people of the tenant, in the order in which they joined.",
      query: listQuery,
      answers: pageOf(shown),
      does: forTenant("read", list),
    },
  });
  mount(app, "/tenants/:tenant/members/:id", {
    GET: { summary: "Shows a member.", answers: shown, tagged: true, does: forTenant("read", getOne) },
    PATCH: {
      summary: "Gives a member another role.",
      notes: "Nobody hands out, changes or removes a role that may do more than their own. The last owner stays owner.",
      body: patch,
      answers: shown,
      tagged: true,
      errors: ["conflict"],
      does: forTenant("members", changeRole),
    },
    DELETE: {
      summary: "Removes a member: their sessions see nothing of the tenant any more, at once.",
      notes:
        "With `revoke_keys=1` the keys of their user, and management tokens that they made, are revoked too; without it they go on. The last owner stays.",
      query: removal,
      answers: removed,
      tagged: true,
      errors: ["conflict"],
      does: forTenant("members", remove),
    },
  });
  mount(app, "/tenants/:tenant/leave", {
    POST: {
      summary: "Takes the signed-in person out of the tenant. The last owner stays.",
      body: nothing,
      example: {},
      answers: removed,
      errors: ["conflict"],
      does: forTenant("read", leave),
    },
  });
}

async function list(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, listQuery);
  if (!query.ok) return query;
  const { limit, cursor } = query.value;
  const after = readCursor(cursor);
  if (!after.ok) return after;
  const rows = await rowsOf(call, { after: after.value, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next_cursor = rows.length > limit && last ? writeCursor({ time: +last.joinedAt, id: last.row }) : null;
  return ok({ data: page.map(show), next_cursor });
}

/** Of a tenant's members one, or some in the order in which they joined. */
type Which = { id: string } | { after: Position | null; limit: number };

async function rowsOf({ env, tenant }: TenantCall, which: Which) {
  const isBehind = ({ time, id }: Position) =>
    or(gt(member.createdAt, new Date(time)), and(eq(member.createdAt, new Date(time)), gt(member.id, id)));
  const isMeant = "id" in which ? eq(member.userId, which.id) : which.after ? isBehind(which.after) : undefined;
  return accountsOf(env)
    .select({
      row: member.id,
      id: user.id,
      name: user.name,
      email: user.email,
      role: member.role,
      party: member.party,
      twoFactor: user.twoFactorEnabled,
      joinedAt: member.createdAt,
      lastSeenAt: sql<
        number | null
      >`(SELECT max(${session.updatedAt}) FROM ${session} WHERE ${session.userId} = ${user.id})`,
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.organizationId, tenant), isMeant))
    .orderBy(member.createdAt, member.id)
    .limit("id" in which ? 1 : which.limit);
}

const show = (row: Awaited<ReturnType<typeof rowsOf>>[number]): Shown => ({
  id: row.id,
  name: row.name,
  email: row.email,
  role: roleOf(row.role),
  user: row.party,
  two_factor: row.twoFactor,
  joined_at: row.joinedAt.toISOString(),
  last_seen_at: iso(row.lastSeenAt),
});

const memberOf = async (call: TenantCall, id: string): Promise<Shown | undefined> =>
  (await rowsOf(call, { id })).map(show)[0];

const memberIn = (call: TenantCall): Promise<Shown | undefined> => memberOf(call, call.params.id ?? "");

/** What stays as it is when a member changes; when they were last seen is no part of it. */
const tagOf = ({ last_seen_at: _, ...settings }: Shown) => settings;

async function getOne(call: TenantCall): Promise<Answer> {
  const found = await memberIn(call);
  return found ? { ...ok(found), etag: await etagOf(tagOf(found)) } : notFound("member");
}

async function changeRole(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, patch);
  if (!body.ok) return body;
  const { role: wanted } = body.value.input;
  const found = await memberIn(call);
  if (!found) return notFound("member");
  if (!(await mayChange(call, tagOf(found)))) return changedSince("member");
  const beyond = [found.role, wanted].find((each) => !mayAppoint(call, each));
  if (beyond) return tooMuch(call, beyond);
  if (wanted !== found.role) {
    const changed = await accountsOf(call.env)
      .update(member)
      .set({ role: wanted })
      .where(mayGo(call, found))
      .returning({ id: member.id });
    if (changed.length === 0) return whyNot(call, found);
    const noted = { kind: "member", action: "update", recordId: found.id } as const;
    await note(call.env, call.tenant, { ...noted, before: { role: found.role }, after: { role: wanted } }, call.actor);
  }
  return getOne(call);
}

async function remove(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, removal);
  if (!query.ok) return query;
  const found = await memberIn(call);
  if (!found) return notFound("member");
  if (!(await mayChange(call, tagOf(found)))) return changedSince("member");
  if (!mayAppoint(call, found.role)) return tooMuch(call, found.role);
  const isToRevoke = query.value.revoke_keys === "1" || query.value.revoke_keys === "true";
  return take(call, found, isToRevoke);
}

async function leave(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  const { principal } = call;
  if (principal.kind !== "user") return fail(gatewayError("not_allowed", "Only a person can leave."));
  const found = await memberOf(call, principal.user.id);
  return found ? take(call, found, false) : notFound("member");
}

/** Takes `found` out of the tenant; where asked to, the keys of their user end with it. */
async function take(call: TenantCall, found: Shown, isToRevoke: boolean): Promise<Answer> {
  const gone = await accountsOf(call.env).delete(member).where(mayGo(call, found)).returning({ id: member.id });
  if (gone.length === 0) return whyNot(call, found);
  const { id, email, role: before, user: party } = found;
  const noted = { kind: "member", action: "delete", recordId: id } as const;
  await note(
    call.env,
    call.tenant,
    { ...noted, before: { email, role: before, user: party }, after: null },
    call.actor,
  );
  await ledgerOf(call.env, call.tenant).endLive(`user:${id}`);
  if (isToRevoke) await revokeWhatIsTheirs(call, found);
  return ok({ id, deleted: true });
}

/** Removes the keys of their user, and the management tokens that they made or that stand for them. */
async function revokeWhatIsTheirs(call: TenantCall, { id: userId, user: party }: Shown): Promise<void> {
  await removeAll(call, "key", ({ user, revokedAt }) => user === party && revokedAt === null);
  await removeAll(call, "token", ({ user, madeBy }) => user === party || madeBy === `user:${userId}`);
}

async function removeAll<K extends "key" | "token">(
  call: TenantCall,
  kind: K,
  isTheirs: (record: Records[K]) => boolean,
): Promise<void> {
  const ledger = ledgerOf(call.env, call.tenant);
  let cursor: string | null = null;
  do {
    const page: Page<Records[K]> = await ledger.list(kind, { limit: 500, cursor });
    for (const { id } of page.items.filter(isTheirs)) await ledger.remove(kind, id, call.actor);
    cursor = page.cursor;
  } while (cursor !== null);
}

/** The row as it was read, unless it is that of the last owner: decided where it is changed, however many ask at once. */
const mayGo = ({ tenant }: TenantCall, { id, role: present }: { id: string; role: Role }) =>
  and(
    eq(member.organizationId, tenant),
    eq(member.userId, id),
    eq(member.role, present),
    present === "owner"
      ? sql`(SELECT count(*) FROM ${member} AS each WHERE each.organization_id = ${tenant} AND each.role = 'owner') > 1`
      : undefined,
  );

async function whyNot(call: TenantCall, { id, role: before }: Shown): Promise<Answer> {
  const present = await memberOf(call, id);
  if (!present) return notFound("member");
  if (present.role !== before) return changedSince("member");
  return conflict("This is the last owner. Make somebody else an owner first.");
}

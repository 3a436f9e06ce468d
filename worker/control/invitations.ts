/** Asking people into a tenant: by a link that works once, for a week. */
import { and, desc, eq, gt, lt, or, sql } from "drizzle-orm";
import * as z from "zod";
import { INVITATION_PATH, mailerOf } from "../auth/mail.ts";
import { mayAppoint, roleOf } from "../auth/roles.ts";
import { sha256Hex } from "../auth/secrets.ts";
import { randomBase62 } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { invitation, member, organization, user } from "../db/schema.ts";
import { type Answer, type App, conflict, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { changedSince, etagOf } from "./etag.ts";
import { once } from "./idempotency.ts";
import { paging, readBody, readQuery } from "./input.ts";
import { email, mayChange, newPersonId, note, tooMuch } from "./people.ts";
import { type Invitation, madeInvitation, role, invitation as shown } from "./people-shapes.ts";
import { pageOf, removed } from "./shapes.ts";

export type InvitationRow = typeof invitation.$inferSelect;

const DAY_MS = 24 * 3_600_000;
const VALID_DAYS = 7;
/** 190 bits. */
const TOKEN_DIGITS = 32;
/** At once: more are no team, but a mailing. */
const MAX_PENDING = 200;

const listQuery = z.strictObject(paging);
const create = z.strictObject({
  email,
  role,
  expires_in_days: z.int().min(1).max(30).default(VALID_DAYS),
});
const nothing = z.strictObject({});

/** Mounts `/invitations`. */
export function mountInvitations(app: App): void {
  app.components.push({ name: "Invitation", schema: shown });
  mount(app, "/tenants/:tenant/invitations", {
    GET: {
      summary: "Lists invitations, newest first.",
      query: listQuery,
      answers: pageOf(shown),
      does: forTenant("members", list),
    },
    POST: {
      summary: "Invites somebody.",
      notes:
        "An earlier invitation of the same email ends. Where this instance sends no email, the answer has the link.",
      body: create,
      example: { email: "ada@example.com", role: "developer" },
      answers: madeInvitation,
      errors: ["conflict"],
      does: forTenant("members", post),
    },
  });
  mount(app, "/tenants/:tenant/invitations/:id", {
    GET: { summary: "Shows an invitation.", answers: shown, tagged: true, does: forTenant("members", getOne) },
    DELETE: {
      summary: "Cancels an invitation: its link works no more.",
      answers: removed,
      tagged: true,
      errors: ["conflict"],
      does: forTenant("members", cancel),
    },
  });
  mount(app, "/tenants/:tenant/invitations/:id/resend", {
    POST: {
      summary: "Gives an invitation another link, and another week. The old link works no more.",
      body: nothing,
      example: {},
      answers: madeInvitation,
      errors: ["conflict"],
      does: forTenant("members", resend),
    },
  });
}

const show = (row: InvitationRow, now: number): Invitation => ({
  id: row.id,
  email: row.email,
  role: roleOf(row.role),
  status: statusOf(row, now),
  emailed: row.emailed,
  invited_by: row.inviterId,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
});

function statusOf({ status, expiresAt }: InvitationRow, now: number) {
  if (status === "accepted" || status === "canceled") return status;
  return +expiresAt > now ? "pending" : "expired";
}

async function list(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, listQuery);
  if (!query.ok) return query;
  const { limit, cursor } = query.value;
  const after = readCursor(cursor);
  if (!after.ok) return after;
  const { createdAt, id } = invitation;
  const at = after.value && new Date(after.value.time);
  const isBehind = at ? or(lt(createdAt, at), and(eq(createdAt, at), lt(id, after.value?.id ?? ""))) : undefined;
  const rows = await accountsOf(call.env)
    .select()
    .from(invitation)
    .where(and(eq(invitation.organizationId, call.tenant), isBehind))
    .orderBy(desc(createdAt), desc(id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next_cursor = rows.length > limit && last ? writeCursor({ time: +last.createdAt, id: last.id }) : null;
  return ok({ data: page.map((row) => show(row, call.now)), next_cursor });
}

const rowIn = ({ env, tenant, params }: TenantCall): Promise<InvitationRow | undefined> =>
  accountsOf(env)
    .select()
    .from(invitation)
    .where(and(eq(invitation.organizationId, tenant), eq(invitation.id, params.id ?? "")))
    .get();

async function getOne(call: TenantCall): Promise<Answer> {
  const row = await rowIn(call);
  return row ? { ...ok(show(row, call.now)), etag: await etagOf(show(row, call.now)) } : notFound("invitation");
}

async function post(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, create);
  if (!body.ok) return body;
  const { input } = body.value;
  if (!mayAppoint(call, input.role)) return tooMuch(call, input.role);
  return once(call, body.value, async () => {
    if (await isMember(call, input.email)) return conflict(`${input.email} is a member already.`);
    if ((await pendingIn(call)) >= MAX_PENDING) {
      return conflict(`${MAX_PENDING} invitations are open. Cancel some, or wait until they are accepted.`);
    }
    const { token, link, emailed } = await deliver(call, input.email);
    const row: InvitationRow = {
      id: newPersonId(),
      organizationId: call.tenant,
      email: input.email,
      role: input.role,
      status: "pending",
      expiresAt: new Date(call.now + input.expires_in_days * DAY_MS),
      createdAt: new Date(call.now),
      inviterId: call.actor.id,
      tokenHash: await sha256Hex(token),
      emailed,
    };
    const accounts = accountsOf(call.env);
    await accounts.batch([
      accounts.update(invitation).set({ status: "canceled" }).where(isOpenFor(call.tenant, input.email)),
      accounts.insert(invitation).values(row),
    ]);
    const { email: to, role: as } = input;
    const after = { email: to, role: as, expires_at: row.expiresAt.toISOString(), emailed };
    const noted = { kind: "invitation", action: "create", recordId: row.id, before: null, after } as const;
    await note(call.env, call.tenant, noted, call.actor);
    return ok({ ...show(row, call.now), link });
  });
}

async function resend(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  const row = await rowIn(call);
  if (!row) return notFound("invitation");
  if (!mayAppoint(call, roleOf(row.role))) return tooMuch(call, roleOf(row.role));
  return once(call, body.value, async () => {
    const { token, link, emailed } = await deliver(call, row.email);
    const expiresAt = new Date(call.now + VALID_DAYS * DAY_MS);
    const [changed] = await accountsOf(call.env)
      .update(invitation)
      .set({ tokenHash: await sha256Hex(token), expiresAt, emailed })
      .where(and(eq(invitation.id, row.id), eq(invitation.status, "pending")))
      .returning();
    if (!changed) return conflict("This invitation was accepted or canceled. Make a new one.");
    const [before, after] = [row.expiresAt, expiresAt].map((at) => ({ expires_at: at.toISOString() }));
    const noted = { kind: "invitation", action: "update", recordId: row.id } as const;
    await note(
      call.env,
      call.tenant,
      { ...noted, before: before ?? null, after: { ...after, link: "another" } },
      call.actor,
    );
    return ok({ ...show(changed, call.now), link });
  });
}

async function cancel(call: TenantCall): Promise<Answer> {
  const row = await rowIn(call);
  if (!row) return notFound("invitation");
  if (!(await mayChange(call, show(row, call.now)))) return changedSince("invitation");
  if (!mayAppoint(call, roleOf(row.role))) return tooMuch(call, roleOf(row.role));
  const ended = await accountsOf(call.env)
    .update(invitation)
    .set({ status: "canceled" })
    .where(and(eq(invitation.id, row.id), eq(invitation.status, "pending")))
    .returning({ id: invitation.id });
  if (ended.length === 0) return conflict("This invitation was accepted or canceled already.");
  const before = { email: row.email, role: row.role };
  const noted = { kind: "invitation", action: "delete", recordId: row.id, before, after: null } as const;
  await note(call.env, call.tenant, noted, call.actor);
  return ok({ id: row.id, deleted: true });
}

/** Makes a link, and sends it where this instance sends email; else it is the caller's to pass on. */
async function deliver(
  call: TenantCall,
  to: string,
): Promise<{ token: string; link: string | null; emailed: boolean }> {
  const token = randomBase62(TOKEN_DIGITS);
  const person = call.principal.kind === "user" ? call.principal.user : null;
  // Who has not shown that their own email is theirs sends none to others in our name.
  const mailer = person?.emailVerified === false ? null : mailerOf(call.env);
  const inviter = person?.name ?? "Somebody";
  const { name } = organization;
  const found = await accountsOf(call.env)
    .select({ name })
    .from(organization)
    .where(eq(organization.id, call.tenant))
    .get();
  const emailed = (await mailer?.invite(to, { organization: found?.name ?? "a team", inviter, token })) ?? false;
  return { token, emailed, link: emailed ? null : `${call.url.origin}${INVITATION_PATH}${token}` };
}

const isOpenFor = (tenant: string, to: string) =>
  and(eq(invitation.organizationId, tenant), eq(invitation.email, to), eq(invitation.status, "pending"));

async function isMember({ env, tenant }: TenantCall, address: string): Promise<boolean> {
  const found = await accountsOf(env)
    .select({ id: member.id })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.organizationId, tenant), eq(user.email, address)));
  return found.length > 0;
}

async function pendingIn({ env, tenant, now }: TenantCall): Promise<number> {
  const { organizationId, status, expiresAt } = invitation;
  const row = await accountsOf(env)
    .select({ n: sql<number>`count(*)` })
    .from(invitation)
    .where(and(eq(organizationId, tenant), eq(status, "pending"), gt(expiresAt, new Date(now))))
    .get();
  return row?.n ?? 0;
}

/** Accepting an invitation: with the secret of its link, as who one is signed in, or as somebody new. */
import { and, eq, gt } from "drizzle-orm";
import * as z from "zod";
import { isSameOrigin } from "../auth/origin.ts";
import { actorOf } from "../auth/principal.ts";
import { type Role, roleOf } from "../auth/roles.ts";
import { sha256Hex } from "../auth/secrets.ts";
import { sessionUser } from "../auth/sessions.ts";
import { signUpInvited, userIdOf } from "../auth/sign-up.ts";
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { invitation, organization } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { seenInvitation } from "./account-shapes.ts";
import { type Answer, type App, conflict, forAnyone, type Incoming, mount } from "./call.ts";
import { name, readBody } from "./input.ts";
import { joining, nameParty, note } from "./people.ts";

/** As the sign-in library has it. */
export const newPassword = z.string().min(10).max(128);
const token = z.string().min(1).max(200);

const look = z.strictObject({ token });
const accept = z.strictObject({ token, name: name.optional(), password: newPassword.optional() });
const joined = z.strictObject({ tenant: z.string() });

/** Mounts `/invitations/look` and `/invitations/accept`. The secret is in the body: addresses are logged. */
export function mountJoining(app: App): void {
  mount(app, "/invitations/look", {
    POST: {
      summary: "Shows whoever has an invitation's link what they are invited to.",
      body: look,
      example: { token: "…" },
      answers: seenInvitation,
      errors: ["not_found"],
      does: forAnyone(show),
    },
  });
  mount(app, "/invitations/accept", {
    POST: {
      summary: "Accepts an invitation, once, from a page of this origin.",
      notes: "As who is signed in; or with a name and a password as somebody new, who is signed in by it.",
      body: accept,
      example: { token: "…", name: "Ada", password: "correct horse battery" },
      answers: joined,
      errors: ["not_found", "conflict", "not_allowed"],
      does: forAnyone(join),
    },
  });
}

interface Open {
  id: string;
  tenant: string;
  organization: string;
  email: string;
  role: Role;
  expiresAt: Date;
  emailed: boolean;
}

/** The invitation whose link has `token`, while it can be accepted. */
async function openInvitation(env: Env, secret: string, now: number): Promise<Outcome<Open>> {
  const { id, email, role: as, expiresAt, emailed, tokenHash, status } = invitation;
  const found = await accountsOf(env)
    .select({ id, tenant: organization.id, organization: organization.name, email, role: as, expiresAt, emailed })
    .from(invitation)
    .innerJoin(organization, eq(organization.id, invitation.organizationId))
    .where(and(eq(tokenHash, await sha256Hex(secret)), eq(status, "pending"), gt(expiresAt, new Date(now))))
    .get();
  return found ? ok({ ...found, role: roleOf(found.role) }) : NO_MORE;
}

const NO_MORE = fail(
  gatewayError("not_found", "This invitation was accepted or canceled, or has expired. Ask for another one."),
);

async function show({ env, now, request, url }: Incoming): Promise<Answer> {
  const body = await readBody({ request, url }, look);
  if (!body.ok) return body;
  const open = await openInvitation(env, body.value.input.token, now);
  if (!open.ok) return open;
  const { organization: title, email, role: as, expiresAt } = open.value;
  const has_account = (await userIdOf(env, email)) !== null;
  const signed_in_as = (await sessionUser(request, env))?.email ?? null;
  const expires_at = expiresAt.toISOString();
  return ok({ organization: title, email, role: as, expires_at, has_account, signed_in_as });
}

async function join({ env, now, request, url }: Incoming): Promise<Answer> {
  // Another origin's page must sign nobody in, nor make them join.
  if (!isSameOrigin(request))
    return fail(gatewayError("not_allowed", "An invitation is accepted on a page of this origin."));
  const body = await readBody({ request, url }, accept);
  if (!body.ok) return body;
  const open = await openInvitation(env, body.value.input.token, now);
  if (!open.ok) return open;
  const person = await whoJoins({ env, request }, open.value, body.value.input);
  if (!person.ok) return person;
  const { id, tenant, email, role: as } = open.value;
  const { userId, cookies } = person.value;
  if (!(await claim(env, { invitation: id, tenant, userId, email, role: as, now }))) return NO_MORE;
  const actor = actorOf(request, `user:${userId}`);
  const noted = { kind: "member", action: "create", recordId: userId, before: null } as const;
  await note(env, tenant, { ...noted, after: { email, role: as, invitation: id } }, actor);
  await nameParty(env, { tenant, userId, now }, actor);
  const response = Response.json({ tenant }, { headers: { "cache-control": "no-store" } });
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

/** Makes somebody a member by their invitation, in one transaction; false where it has been used meanwhile. */
async function claim(env: Env, joins: Parameters<typeof joining>[1]): Promise<boolean> {
  const use = "UPDATE invitation SET status = 'accepted' WHERE id = ? AND status = 'pending' AND expires_at > ?";
  const used = env.DB.prepare(use).bind(joins.invitation, joins.now);
  const [, result] = await env.DB.batch([joining(env, joins), used]);
  return result?.meta.changes === 1;
}

/** Who accepts: who is signed in if that is who is invited, or somebody new. */
async function whoJoins(
  { env, request }: { env: Env; request: Request },
  { email, emailed }: Open,
  { name: title, password }: z.output<typeof accept>,
): Promise<Outcome<{ userId: string; cookies: string[] }>> {
  const signedIn = await sessionUser(request, env);
  if (signedIn) {
    if (signedIn.email === email) return ok({ userId: signedIn.id, cookies: [] });
    return conflict(`This invitation is for ${email}, and you are signed in as ${signedIn.email}. Sign out first.`);
  }
  const isKnown = conflict(`There is an account of ${email}. Sign in, then accept.`);
  if ((await userIdOf(env, email)) !== null) return isKnown;
  if (title === undefined || password === undefined) {
    return fail(
      gatewayError("invalid_request", "A name and a password are needed.", { details: { field: "password" } }),
    );
  }
  const made = await signUpInvited(request, env, { email, name: title, password, isProven: emailed });
  return made ? ok(made) : isKnown;
}

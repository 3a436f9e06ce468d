/** What a signed-in person changes of their own account, and the sessions in which they are signed in. */
import { eq } from "drizzle-orm";
import * as z from "zod";
import { endLiveOf, noteAccount } from "../auth/account-audit.ts";
import { tellDue } from "../auth/audit-due.ts";
import { confirmEmail, requestConfirmation } from "../auth/confirm.ts";
import { deleteAccount } from "../auth/delete-account.ts";
import { mailerOf } from "../auth/mail.ts";
import { changePassword, checkPassword, hasPassword, setFirstPassword } from "../auth/passwords.ts";
import { actorOf } from "../auth/principal.ts";
import { endSessions, type SessionUser, sessionsOf } from "../auth/sessions.ts";
import { userIdOf } from "../auth/sign-up.ts";
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { user } from "../db/schema.ts";
import { emailChanged, signInSession } from "./account-shapes.ts";
import {
  type Answer,
  type App,
  type Call,
  conflict,
  type Endpoint,
  forAnyone,
  forKnown,
  type Incoming,
  mount,
  notFound,
} from "./call.ts";
import { name, readBody } from "./input.ts";
import { newPassword } from "./joining.ts";
import { email } from "./people.ts";
import { removed } from "./shapes.ts";

type PersonalCall = Call & { user: SessionUser };

/** Whatever was set as a password, now or before there was a rule. */
const presentPassword = z.string().min(1).max(128);
const profileBody = z.strictObject({ name });
const emailBody = z.strictObject({ email, current_password: presentPassword.optional() });
const passwordBody = z.strictObject({ new_password: newPassword, current_password: presentPassword.optional() });
const confirmBody = z.strictObject({ token: z.string().min(1).max(1_000) });
const endBody = z.strictObject({ id: z.string().min(1).max(64) });
const deleteBody = z.strictObject({ current_password: presentPassword.optional() });
const nothing = z.strictObject({});

const ended = z.strictObject({ ended: z.int() });

/** Mounts what is below `/me`, and `/email-confirmations`. */
export function mountAccount(app: App): void {
  mount(app, "/me/profile", {
    PUT: {
      summary: "Changes the name of who is signed in.",
      body: profileBody,
      example: { name: "Ada Lovelace" },
      answers: profileBody,
      errors: ["not_allowed"],
      does: forPerson(putProfile),
    },
  });
  mount(app, "/me/email", {
    PUT: {
      summary: "Changes the email of who is signed in, who gives their password for it if they have one.",
      notes: "Where this instance sends email, the new address counts once its link was opened.",
      body: emailBody,
      example: { email: "ada@example.com", current_password: "correct horse battery" },
      answers: emailChanged,
      errors: ["not_allowed", "conflict", "rate_limit_exceeded"],
      does: forPerson(putEmail),
    },
  });
  mount(app, "/me/email/confirmation", {
    POST: {
      summary: "Sends the link again by which who is signed in shows that their email is theirs.",
      body: nothing,
      example: {},
      answers: z.strictObject({ sent: z.boolean() }),
      errors: ["not_allowed", "conflict"],
      does: forPerson(resend),
    },
  });
  mount(app, "/email-confirmations", {
    POST: {
      summary: "Makes the email of a confirmation's link count.",
      body: confirmBody,
      example: { token: "…" },
      answers: z.strictObject({ email: z.string() }),
      errors: ["not_found", "conflict"],
      does: forAnyone(confirm),
    },
  });
  mount(app, "/me/password", {
    PUT: {
      summary: "Sets a first password, or another one: that takes the present one, and ends all other sessions.",
      body: passwordBody,
      example: { new_password: "correct horse battery" },
      answers: z.strictObject({ password: z.literal(true) }),
      errors: ["conflict", "not_allowed", "rate_limit_exceeded"],
      does: forPerson(putPassword),
    },
  });
  mount(app, "/me/delete", {
    POST: {
      summary: "Deletes the account of who is signed in, who gives their password for it if they have one.",
      notes:
        "All their sessions end, and they leave every tenant. Their keys and tokens go on until somebody revokes them. The last owner of a tenant stays.",
      body: deleteBody,
      example: { current_password: "correct horse battery" },
      answers: removed,
      errors: ["not_allowed", "conflict", "rate_limit_exceeded"],
      does: forPerson(remove),
    },
  });
  mount(app, "/me/sessions", {
    GET: {
      summary: "Lists where the person is signed in, the last used first.",
      answers: z.strictObject({ data: z.array(signInSession) }),
      errors: ["not_allowed"],
      does: forPerson(listSessions),
    },
  });
  mount(app, "/me/sessions/end", {
    POST: {
      summary: "Ends one session of the person.",
      body: endBody,
      example: { id: "…" },
      answers: ended,
      errors: ["not_allowed", "not_found"],
      does: forPerson(endOne),
    },
  });
  mount(app, "/me/sessions/end-others", {
    POST: {
      summary: "Ends all sessions of the person but this one.",
      body: nothing,
      example: {},
      answers: ended,
      errors: ["not_allowed"],
      does: forPerson(endOthers),
    },
  });
}

/** A handler that runs for whoever is signed in; tokens have no account. */
export const forPerson = (handle: (call: PersonalCall) => Promise<Answer>): Endpoint =>
  forKnown(async (call) =>
    call.principal.kind === "user"
      ? handle({ ...call, user: call.principal.user })
      : fail(gatewayError("not_allowed", "Only a signed-in person has an account.")),
  );

async function putProfile(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, profileBody);
  if (!body.ok) return body;
  const { name: wanted } = body.value.input;
  await accountsOf(call.env)
    .update(user)
    .set({ name: wanted, updatedAt: new Date(call.now) })
    .where(eq(user.id, call.user.id));
  await noted(call, { name: call.user.name }, { name: wanted });
  return ok({ name: wanted });
}

async function putEmail(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, emailBody);
  if (!body.ok) return body;
  const { email: wanted, current_password: password } = body.value.input;
  const { env, now } = call;
  if (await hasPassword(env, call.user.id)) {
    const right = await isRight(call, password);
    if (!right.ok) return right;
  }
  const other = await userIdOf(env, wanted);
  if (other !== null && other !== call.user.id) return conflict("This email cannot be used: another account has it.");
  if (mailerOf(env)) {
    const sent = await requestConfirmation(env, { userId: call.user.id, email: wanted });
    return sent ? ok({ email: wanted, confirm: true }) : conflict("The email could not be sent. Try again.");
  }
  if (wanted !== call.user.email) {
    const fields = { email: wanted, emailVerified: false, updatedAt: new Date(now) };
    await accountsOf(env).update(user).set(fields).where(eq(user.id, call.user.id));
    await noted(call, { email: call.user.email }, { email: wanted });
  }
  return ok({ email: wanted, confirm: false });
}

async function resend(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  if (call.user.emailVerified) return conflict("Your email is confirmed.");
  return ok({ sent: await requestConfirmation(call.env, { userId: call.user.id, email: call.user.email }) });
}

async function confirm({ env, request, url }: Incoming): Promise<Answer> {
  const body = await readBody({ request, url }, confirmBody);
  if (!body.ok) return body;
  const result = await confirmEmail(env, body.value.input.token);
  switch (result.outcome) {
    case "unknown":
      return fail(gatewayError("not_found", "This link was used, or has expired. Have another one sent."));
    case "taken":
      return conflict("This email cannot be used: another account has it.");
    case "confirmed": {
      const { userId, before, after } = result;
      const change = { userId, before: { email: before }, after: { email: after, confirmed: true } };
      await noteAccount(env, change, actorOf(request, `user:${userId}`));
      return ok({ email: after });
    }
  }
}

async function putPassword(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, passwordBody);
  if (!body.ok) return body;
  const { new_password: wanted, current_password: present } = body.value.input;
  if (!(await hasPassword(call.env, call.user.id))) {
    await setFirstPassword(call.request, call.env, wanted);
    await noted(call, { password: null }, { password: "set" });
    return ok({ password: true });
  }
  if (present === undefined) return conflict("There is a password already. Give it as `current_password`.");
  const right = await isRight(call, present);
  if (!right.ok) return right;
  const change = { currentPassword: present, newPassword: wanted };
  const cookies = await changePassword(call.request, call.env, change);
  await noted(call, null, { password: "changed" });
  await endLiveOf(call.env, call.user.id);
  const response = Response.json({ password: true }, { headers: { "cache-control": "no-store" } });
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

async function remove(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, deleteBody);
  if (!body.ok) return body;
  const { env, user: person, actor, now } = call;
  if (await hasPassword(env, person.id)) {
    const right = await isRight(call, body.value.input.current_password);
    if (!right.ok) return right;
  }
  if (!(await deleteAccount(env, { person, actor, now }))) {
    return conflict("You are the last owner of an organization. Make somebody else an owner, or remove it, first.");
  }
  await tellDue(env);
  return ok({ id: person.id, deleted: true });
}

async function listSessions({ env, user: person }: PersonalCall): Promise<Answer> {
  const rows = await sessionsOf(env, person.id);
  const data = rows.map((row) => ({
    id: row.id,
    current: row.id === person.sessionId,
    user_agent: row.userAgent || null,
    ip: row.ipAddress || null,
    signed_in_at: row.createdAt.toISOString(),
    last_seen_at: row.updatedAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }));
  return ok({ data });
}

async function endOne(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, endBody);
  if (!body.ok) return body;
  const number = await endSessions(call.env, call.user, body.value.input);
  if (number === 0) return notFound("session");
  await noted(call, null, { sessions_ended: number });
  return ok({ ended: number });
}

async function endOthers(call: PersonalCall): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  const number = await endSessions(call.env, call.user, "others");
  if (number > 0) await noted(call, null, { sessions_ended: number });
  return ok({ ended: number });
}

/** Whether `password` is the person's own; a few tries a minute. */
async function isRight({ request, env, user: { id }, now }: PersonalCall, password?: string): Promise<Outcome<null>> {
  const wrong = gatewayError("invalid_request", "The present password is wrong.", {
    details: { field: "current_password" },
  });
  if (password === undefined) return fail(wrong);
  switch (await checkPassword(request, env, { userId: id, password, now })) {
    case "right":
      return ok(null);
    case "wrong":
      return fail(wrong);
    case "too many":
      return fail(gatewayError("rate_limit_exceeded", "Too many tries. Wait a minute.", { retryAfterSeconds: 60 }));
  }
}

const noted = ({ env, actor, user: { id } }: PersonalCall, before: Fields, after: Fields): Promise<void> =>
  noteAccount(env, { userId: id, before, after }, actor);

type Fields = Record<string, unknown> | null;

/** Signing in and out, and who a session's cookie stands for. */
import { waitUntil } from "cloudflare:workers";
import { and, eq, ne } from "drizzle-orm";
import type { Actor } from "../core/ledger-api.ts";
import { accountsOf } from "../db/database.ts";
import { member, organization, session as sessionTable } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { endLiveOf, noteAccount } from "./account-audit.ts";
import { mailerOf } from "./mail.ts";
import { isSignUpOpen, socialProviders } from "./options.ts";
import { isSafe, isSameOrigin } from "./origin.ts";
import { type Role, roleOf } from "./roles.ts";

interface Membership {
  tenant: string;
  name: string;
  role: Role;
  /** The user of keys and budgets that they are there. */
  party: string;
  requiresTwoFactor: boolean;
}

export interface SessionUser {
  id: string;
  email: string;
  emailVerified: boolean;
  name: string;
  /** Whether they sign in with a second factor. */
  twoFactor: boolean;
  sessionId: string;
  /** Milliseconds since the epoch. */
  sessionEndsAt: number;
  memberships: Membership[];
}

/**
 * What the library serves to the outside. A list of what is open, not of what is closed: a new version's new endpoint is
 * not reachable before somebody has looked at it. What answers a session's secret to a page's script is not among them.
 */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/sign-in/email",
  "/sign-out",
  "/magic-link/verify",
  "/reset-password",
  "/two-factor/enable",
  "/two-factor/disable",
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
  "/two-factor/generate-backup-codes",
]);

/** Whether `path` is open on this instance, as it is set up. */
function isOpen(env: Env, path: string): boolean {
  if (OPEN_PATHS.has(path)) return true;
  if (path === "/sign-up/email") return isSignUpOpen(env);
  if (path === "/request-password-reset") return mailerOf(env) !== null;
  const providers = socialProviders(env);
  if (path === "/sign-in/social") return providers.length > 0;
  return providers.some((provider) => path === `/callback/${provider}`);
}

const SESSION_COOKIE = /(?:^|;\s*)(?:__Secure-)?meterr\.session_token=/;
/** How old what is noted of a session's last use may be: a read should seldom write. */
const SEEN_EVERY_MS = 5 * 60_000;

/** Answers a request below `/api/auth`; null where there is no such path. `actorOf` says who a user is for the audit log. */
export async function handleAuth(
  request: Request,
  env: Env,
  actorOf: (userId: string) => Actor,
): Promise<Response | null> {
  const url = new URL(request.url);
  const path = url.pathname.slice("/api/auth".length);
  if (!isOpen(env, path)) return null;
  // Nobody is signed in, or out, by a page of another origin: the library asks for less where there is no cookie yet.
  if (!isSafe(request) && !isSameOrigin(request)) return FOREIGN();
  const isAboutWhoIsIn = path.startsWith("/two-factor/") || path === "/sign-out";
  const before = isAboutWhoIsIn ? await sessionUser(request, env) : null;
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, url.origin, {
    onPasswordReset: async (userId) => {
      await noteAccount(env, { userId, before: null, after: { password: "reset" } }, actorOf(userId));
      await endLiveOf(env, userId);
    },
  });
  const response = await auth.handler(request);
  const change = before && response.ok ? twoFactorChange(path, before) : null;
  if (before && change) await noteAccount(env, { userId: before.id, ...change }, actorOf(before.id));
  if (before && path === "/sign-out") await endLiveOf(env, before.id);
  return response;
}

/** In the library's own shape. */
const FOREIGN = (): Response =>
  Response.json({ code: "INVALID_ORIGIN", message: "Sign in on a page of this origin." }, { status: 403 });

/** What a call of the library that went well has changed for who was signed in before. */
function twoFactorChange(path: string, { twoFactor }: SessionUser) {
  if (path === "/two-factor/verify-totp" && !twoFactor) {
    return { before: { two_factor: false }, after: { two_factor: true } };
  }
  if (path === "/two-factor/disable" && twoFactor)
    return { before: { two_factor: true }, after: { two_factor: false } };
  if (path === "/two-factor/generate-backup-codes") return { before: null, after: { backup_codes: "made anew" } };
  return null;
}

/** The user whose session cookie the request carries, with all memberships; null without a valid one. */
export async function sessionUser(request: Request, env: Env): Promise<SessionUser | null> {
  if (!SESSION_COOKIE.test(request.headers.get("cookie") ?? "")) return null;
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, new URL(request.url).origin);
  // Not refreshed: the answer carries no cookie, and a read should write nothing.
  const found = await auth.api.getSession({ headers: request.headers, query: { disableRefresh: true } });
  if (!found) return null;
  noteUse(request, env, found.session);
  const { id, email, emailVerified, name, twoFactorEnabled } = found.user;
  const rows = await accountsOf(env)
    .select({
      tenant: organization.id,
      name: organization.name,
      role: member.role,
      party: member.party,
      requiresTwoFactor: organization.requireTwoFactor,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, id))
    .orderBy(organization.createdAt);
  const memberships = rows.map((row) => ({ ...row, role: roleOf(row.role) }));
  const twoFactor = twoFactorEnabled === true;
  const { id: sessionId, expiresAt } = found.session;
  return { id, email, emailVerified, name, twoFactor, sessionId, sessionEndsAt: +expiresAt, memberships };
}

/** Notes now and then that a session is in use, and from where. */
function noteUse(request: Request, env: Env, { id, updatedAt }: { id: string; updatedAt: Date }): void {
  const now = Date.now();
  if (now - +updatedAt < SEEN_EVERY_MS) return;
  const ipAddress = request.headers.get("cf-connecting-ip");
  waitUntil(
    accountsOf(env)
      .update(sessionTable)
      .set({ updatedAt: new Date(now), ...(ipAddress && { ipAddress }) })
      .where(eq(sessionTable.id, id))
      .then(() => undefined),
  );
}

/** The sessions of a user that have not ended, the last used one first. */
export const sessionsOf = (env: Env, userId: string) =>
  accountsOf(env).query.session.findMany({
    columns: { id: true, createdAt: true, updatedAt: true, expiresAt: true, ipAddress: true, userAgent: true },
    where: (each, { and, eq, gt }) => and(eq(each.userId, userId), gt(each.expiresAt, new Date())),
    orderBy: (each, { desc }) => [desc(each.updatedAt)],
  });

/** Ends the session `id` of a user, or all but that of the request itself. Answers how many ended. */
export async function endSessions(env: Env, user: SessionUser, which: { id: string } | "others"): Promise<number> {
  const { id, userId } = sessionTable;
  const ended = await accountsOf(env)
    .delete(sessionTable)
    .where(and(eq(userId, user.id), which === "others" ? ne(id, user.sessionId) : eq(id, which.id)))
    .returning({ id });
  if (ended.length > 0) await endLiveOf(env, user.id);
  return ended.length;
}

/** A link that signs `email` in once, within 15 minutes, and lands on the dashboard. The user must exist. */
export async function signInLink(env: Env, origin: string, email: string): Promise<string> {
  const { createAuth } = await import("./better.ts");
  let link = "";
  const auth = await createAuth(env, origin, {
    onLink: (url) => {
      link = url;
    },
  });
  await auth.api.signInMagicLink({ body: { email, callbackURL: "/app" }, headers: new Headers() });
  return link;
}

/** Signing in and out, and who a session's cookie stands for. */
import { eq } from "drizzle-orm";
import { accountsOf } from "../db/database.ts";
import { member, organization } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { type Role, roleOf } from "./roles.ts";

interface Membership {
  tenant: string;
  name: string;
  role: Role;
}

export interface SessionUser {
  id: string;
  email: string;
  name: string;
  memberships: Membership[];
}

/**
 * What the library serves to the outside. A list of what is open, not of what is closed: a new version's new endpoint is
 * not reachable before somebody has looked at it.
 */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/get-session",
  "/sign-in/email",
  "/sign-out",
  "/magic-link/verify",
  "/change-password",
  "/list-sessions",
  "/revoke-session",
  "/revoke-sessions",
  "/revoke-other-sessions",
]);

const SESSION_COOKIE = /(?:^|;\s*)(?:__Secure-)?meterr\.session_token=/;

/** Answers a request below `/api/auth`; null where there is no such path. */
export async function handleAuth(request: Request, env: Env): Promise<Response | null> {
  const url = new URL(request.url);
  if (!OPEN_PATHS.has(url.pathname.slice("/api/auth".length))) return null;
  const { createAuth } = await import("./better.ts");
  return (await createAuth(env, url.origin)).handler(request);
}

/** The user whose session cookie the request carries, with all memberships; null without a valid one. */
export async function sessionUser(request: Request, env: Env): Promise<SessionUser | null> {
  if (!SESSION_COOKIE.test(request.headers.get("cookie") ?? "")) return null;
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, new URL(request.url).origin);
  // Not refreshed: the answer carries no cookie, and a read should write nothing.
  const session = await auth.api.getSession({ headers: request.headers, query: { disableRefresh: true } });
  if (!session) return null;
  const { id, email, name } = session.user;
  const rows = await accountsOf(env)
    .select({ tenant: organization.id, name: organization.name, role: member.role })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, id))
    .orderBy(organization.createdAt);
  return { id, email, name, memberships: rows.map((row) => ({ ...row, role: roleOf(row.role) })) };
}

/** A link that signs `email` in once, within 15 minutes, and lands on the dashboard. The user must exist. */
export async function signInLink(env: Env, origin: string, email: string): Promise<string> {
  const { createAuth } = await import("./better.ts");
  let link = "";
  const auth = await createAuth(env, origin, (url) => {
    link = url;
  });
  await auth.api.signInMagicLink({ body: { email, callbackURL: "/app" }, headers: new Headers() });
  return link;
}

/** Gives the signed-in user a first password. False where there is one: changing that takes knowing it. */
export async function setFirstPassword(request: Request, env: Env, password: string): Promise<boolean> {
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, new URL(request.url).origin);
  try {
    await auth.api.setPassword({ body: { newPassword: password }, headers: request.headers });
    return true;
  } catch (error) {
    if (error instanceof Error && "body" in error && codeOf(error.body) === "PASSWORD_ALREADY_SET") return false;
    throw error;
  }
}

const codeOf = (body: unknown): unknown =>
  typeof body === "object" && body !== null && "code" in body ? body.code : undefined;

/** Passwords: the first one, another one, and one instead of what was forgotten. */
import { and, eq, sql } from "drizzle-orm";
import { accountsOf } from "../db/database.ts";
import { account, rateLimit, twoFactor, user } from "../db/schema.ts";
import type { Env } from "../env.ts";

/** The sign-in library's name for a password, among a user's ways to sign in. */
const PASSWORD = "credential";
/** Passwords that a session may try in a minute: an open browser must not find its owner's out. */
const TRIES = 5;
const TRIES_WITHIN_MS = 60_000;

/** By what a user can sign in: `password`, `github`, `google`. */
export async function waysIn(env: Env, userId: string): Promise<string[]> {
  const rows = await accountsOf(env)
    .select({ providerId: account.providerId })
    .from(account)
    .where(eq(account.userId, userId));
  return rows.map(({ providerId }) => (providerId === PASSWORD ? "password" : providerId)).sort();
}

/** Whether the user has a password. */
export async function hasPassword(env: Env, userId: string): Promise<boolean> {
  const rows = await accountsOf(env)
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.userId, userId), eq(account.providerId, PASSWORD)));
  return rows.length > 0;
}

/** Gives the signed-in user a first password. */
export async function setFirstPassword(request: Request, env: Env, newPassword: string): Promise<void> {
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, new URL(request.url).origin);
  await auth.api.setPassword({ body: { newPassword }, headers: request.headers });
}

/** Gives the signed-in user another password. All their sessions end; answers the cookies of a new one. */
export async function changePassword(
  request: Request,
  env: Env,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<string[]> {
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, new URL(request.url).origin);
  const { headers } = await auth.api.changePassword({
    body: { currentPassword, newPassword, revokeOtherSessions: true },
    headers: request.headers,
    returnHeaders: true,
  });
  return headers.getSetCookie();
}

export type PasswordCheck = "right" | "wrong" | "too many";

/** Whether `password` is the signed-in user's. A few tries a minute. */
export async function checkPassword(
  request: Request,
  env: Env,
  { userId, password, now }: { userId: string; password: string; now: number },
): Promise<PasswordCheck> {
  if ((await countTry(env, `password:${userId}`, now)) > TRIES) return "too many";
  const { createAuth } = await import("./better.ts");
  const auth = await createAuth(env, new URL(request.url).origin);
  try {
    await auth.api.verifyPassword({ body: { password }, headers: request.headers });
    return "right";
  } catch (error) {
    // The library says by throwing that a password is wrong.
    if (error instanceof Error && error.name === "APIError") return "wrong";
    throw error;
  }
}

/** Counts a try of `key`, and answers how many there were in this minute. */
async function countTry(env: Env, key: string, now: number): Promise<number> {
  const isOver = sql`${rateLimit.lastRequest} <= ${now - TRIES_WITHIN_MS}`;
  const [row] = await accountsOf(env)
    .insert(rateLimit)
    .values({ id: key, key, count: 1, lastRequest: now })
    .onConflictDoUpdate({
      target: rateLimit.key,
      set: {
        count: sql`CASE WHEN ${isOver} THEN 1 ELSE ${rateLimit.count} + 1 END`,
        lastRequest: sql`CASE WHEN ${isOver} THEN ${now} ELSE ${rateLimit.lastRequest} END`,
      },
    })
    .returning({ count: rateLimit.count });
  return row?.count ?? 1;
}

/** A token by which `email`'s password is set anew within an hour; null where nobody has that email. */
export async function passwordReset(env: Env, origin: string, email: string): Promise<string | null> {
  const { createAuth } = await import("./better.ts");
  let token: string | null = null;
  const auth = await createAuth(env, origin, {
    onReset: (made) => {
      token = made;
    },
  });
  await auth.api.requestPasswordReset({ body: { email }, headers: new Headers() });
  return token;
}

/** Forgets a user's second factor, for who has lost it. */
export async function forgetSecondFactor(env: Env, userId: string): Promise<void> {
  const accounts = accountsOf(env);
  await accounts.batch([
    accounts.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId)),
    accounts.delete(twoFactor).where(eq(twoFactor.userId, userId)),
  ]);
}

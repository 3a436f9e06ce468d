/** Showing that an email is one's own: by a link that goes there, for a new address before it counts. */
import { and, eq, gt } from "drizzle-orm";
import { randomBase62 } from "../core/ids.ts";
import { accountsOf } from "../db/database.ts";
import { user, verification } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { mailerOf } from "./mail.ts";
import { sha256Hex } from "./secrets.ts";

const ID_DIGITS = 24;
/** 190 bits. */
const SECRET_DIGITS = 32;
const CONFIRM_WITHIN_MS = 24 * 3_600_000;

export type Confirmed =
  | { outcome: "confirmed"; userId: string; before: string; after: string }
  /** Somebody else has that email by now. */
  | { outcome: "taken" }
  | { outcome: "unknown" };

/**
 * Sends a link by which `userId` shows that `email` is theirs. Only the last one that was sent works.
 * @returns false where this instance sends no email, or it was not taken.
 */
export async function requestConfirmation(
  env: Env,
  { userId, email }: { userId: string; email: string },
): Promise<boolean> {
  const mailer = mailerOf(env);
  if (!mailer) return false;
  const secret = randomBase62(SECRET_DIGITS);
  const now = new Date();
  const accounts = accountsOf(env);
  const identifier = identifierOf(userId);
  await accounts.batch([
    accounts.delete(verification).where(eq(verification.identifier, identifier)),
    accounts.insert(verification).values({
      id: randomBase62(ID_DIGITS),
      identifier,
      value: await digestOf(secret, email),
      expiresAt: new Date(+now + CONFIRM_WITHIN_MS),
      createdAt: now,
      updatedAt: now,
    }),
  ]);
  return mailer.confirmEmail(email, `${userId}.${secret}.${encodeURIComponent(email)}`);
}

/** Makes the email of the link's `token` its user's own. Works once. */
export async function confirmEmail(env: Env, token: string): Promise<Confirmed> {
  const [userId = "", secret = "", ...rest] = token.split(".");
  const email = decoded(rest.join("."));
  const accounts = accountsOf(env);
  const used = await accounts
    .delete(verification)
    .where(
      and(
        eq(verification.identifier, identifierOf(userId)),
        eq(verification.value, await digestOf(secret, email)),
        gt(verification.expiresAt, new Date()),
      ),
    )
    .returning({ id: verification.id });
  if (used.length === 0) return { outcome: "unknown" };
  const before = await accounts.select({ email: user.email }).from(user).where(eq(user.id, userId)).get();
  if (!before) return { outcome: "unknown" };
  const other = await accounts.select({ id: user.id }).from(user).where(eq(user.email, email)).get();
  if (other && other.id !== userId) return { outcome: "taken" };
  await accounts.update(user).set({ email, emailVerified: true, updatedAt: new Date() }).where(eq(user.id, userId));
  if (before.email !== email) await mailerOf(env)?.emailChanged(before.email, email);
  return { outcome: "confirmed", userId, before: before.email, after: email };
}

const identifierOf = (userId: string): string => `confirm-email:${userId}`;

const digestOf = (secret: string, email: string): Promise<string> => sha256Hex(`${secret} ${email}`);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Who has an invitation. */
import { and, eq, gt } from "drizzle-orm";
import { accountsOf } from "../db/database.ts";
import { invitation } from "../db/schema.ts";
import type { Env } from "../env.ts";

/** Whether somebody with this email is invited anywhere. */
export async function isInvited(env: Env, email: string): Promise<boolean> {
  const { id, status, expiresAt } = invitation;
  const found = await accountsOf(env)
    .select({ id })
    .from(invitation)
    .where(and(eq(invitation.email, email.toLowerCase()), eq(status, "pending"), gt(expiresAt, new Date())))
    .limit(1);
  return found.length > 0;
}

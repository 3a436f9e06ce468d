/** Changes of a person's account, in the audit log of every tenant that they belong to. */
import { eq } from "drizzle-orm";
import type { Actor } from "../core/ledger-api.ts";
import { accountsOf } from "../db/database.ts";
import { ledgerOf } from "../db/ledger.ts";
import { member } from "../db/schema.ts";
import type { Env } from "../env.ts";

/** What changed, without secrets: `{ two_factor: false }` and `{ two_factor: true }`. */
export interface AccountChange {
  userId: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Notes `change` wherever the user is a member. */
export async function noteAccount(env: Env, { userId, before, after }: AccountChange, actor: Actor): Promise<void> {
  const note = { kind: "account", action: "update", recordId: userId, before, after } as const;
  const tenants = await tenantsOf(env, userId);
  await Promise.all(tenants.map((tenant) => ledgerOf(env, tenant).note(note, actor)));
}

/** Closes what a user has open of any tenant: with a session that has not ended, a page opens it again. */
export async function endLiveOf(env: Env, userId: string): Promise<void> {
  const tenants = await tenantsOf(env, userId);
  await Promise.all(tenants.map((tenant) => ledgerOf(env, tenant).endLive(`user:${userId}`)));
}

async function tenantsOf(env: Env, userId: string): Promise<string[]> {
  const { organizationId } = member;
  const rows = await accountsOf(env).select({ organizationId }).from(member).where(eq(member.userId, userId));
  return rows.map((row) => row.organizationId);
}

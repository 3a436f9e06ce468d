/** The first tenant and its owner. */
import { eq } from "drizzle-orm";
import type { Env } from "../env.ts";
import { accountsOf } from "./database.ts";
import { member, organization, user } from "./schema.ts";

/** The slug of the first tenant: unique, so that two calls at once make one. */
const DEFAULT_SLUG = "default";

/**
 * Makes sure that there is a tenant "Default" and that the user with `email` owns it. Safe to repeat and to race.
 * @param first ids for what is not there yet.
 */
export async function ensureDefaultTenant(
  env: Env,
  first: { tenantId: string; userId: string; memberId: string; email: string; now: Date },
): Promise<{ id: string; name: string }> {
  const accounts = accountsOf(env);
  const { tenantId, userId, memberId, email, now } = first;
  await accounts
    .insert(organization)
    .values({ id: tenantId, name: "Default", slug: DEFAULT_SLUG, createdAt: now })
    .onConflictDoNothing();
  await accounts
    .insert(user)
    .values({ id: userId, name: "Owner", email, emailVerified: true, createdAt: now, updatedAt: now })
    .onConflictDoNothing();
  const { id, name } = organization;
  const [tenant] = await accounts.select({ id, name }).from(organization).where(eq(organization.slug, DEFAULT_SLUG));
  const [owner] = await accounts.select({ id: user.id }).from(user).where(eq(user.email, email));
  if (!tenant || !owner) throw new Error("the default tenant or its owner could not be made");
  await accounts
    .insert(member)
    .values({ id: memberId, organizationId: tenant.id, userId: owner.id, role: "owner", createdAt: now, party: email })
    .onConflictDoNothing();
  return tenant;
}

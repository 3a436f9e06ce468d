/** What members and invitations have in common: rows of D1, changed by who may hand out their role. */
import { and, eq } from "drizzle-orm";
import * as z from "zod";
import type { Role } from "../auth/roles.ts";
import { gatewayError } from "../core/errors.ts";
import { randomBase62 } from "../core/ids.ts";
import type { Actor, Note } from "../core/ledger-api.ts";
import { fail } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { ledgerOf } from "../db/ledger.ts";
import { member, user } from "../db/schema.ts";
import type { Env } from "../env.ts";
import type { TenantCall } from "./call.ts";
import { isMatch } from "./etag.ts";

/** 143 bits. */
const ID_DIGITS = 24;
export const newPersonId = (): string => randomBase62(ID_DIGITS);

/** An email as it is stored: in lower case, so that nobody has two accounts. */
export const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase());

export const tooMuch = (call: TenantCall, other: Role) =>
  fail(gatewayError("not_allowed", `${whoIs(call)} may not hand out, change or remove the role ${other}.`));

const whoIs = ({ principal, role }: TenantCall): string =>
  principal.kind === "token" ? "This token" : `The role ${role}`;

/** Whether `If-Match`, where it was sent, lets `shown` through. */
export async function mayChange({ request }: TenantCall, shown: unknown): Promise<boolean> {
  const ifMatch = request.headers.get("if-match");
  return ifMatch === null || isMatch(ifMatch, shown);
}

/** Notes a change of a tenant's people in its audit log. */
export const note = (env: Env, tenant: string, noted: Note, actor: Actor): Promise<void> =>
  ledgerOf(env, tenant).note(noted, actor);

interface Joining {
  tenant: string;
  userId: string;
  email: string;
  role: Role;
  now: number;
  /** Only while this invitation is open; null for the first member, who needs none, and whom nobody follows that way. */
  invitation: string | null;
}

/**
 * What makes a person a member, for a batch. As the user of keys and budgets they are their email, or where another member
 * is that already, their id.
 */
export const joining = (env: Env, { tenant, userId, email, role, now, invitation }: Joining): D1PreparedStatement =>
  env.DB.prepare(
    `INSERT INTO member (id, organization_id, user_id, role, created_at, party)
     SELECT ?1, ?2, ?3, ?4, ?5,
            CASE WHEN EXISTS (SELECT 1 FROM member WHERE organization_id = ?2 AND party = ?6) THEN ?3 ELSE ?6 END
     WHERE iif(?7 IS NULL, NOT EXISTS (SELECT 1 FROM member WHERE organization_id = ?2),
               EXISTS (SELECT 1 FROM invitation WHERE id = ?7 AND status = 'pending' AND expires_at > ?5))
     ON CONFLICT DO NOTHING`,
  ).bind(newPersonId(), tenant, userId, role, now, email, invitation);

/** Gives a new member's user of keys and budgets a name, where it has none yet. */
export async function nameParty(
  env: Env,
  { tenant, userId, now }: { tenant: string; userId: string; now: number },
  actor: Actor,
): Promise<void> {
  const found = await accountsOf(env)
    .select({ party: member.party, name: user.name })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.organizationId, tenant), eq(member.userId, userId)))
    .get();
  if (found) await ledgerOf(env, tenant).create("user", { id: found.party, name: found.name, createdAt: now }, actor);
}

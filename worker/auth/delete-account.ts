/** The end of an account. */
import { newId } from "../core/ids.ts";
import type { Actor, AuditEntry } from "../core/ledger-api.ts";
import type { Env } from "../env.ts";

/** Who goes, and who says so. */
interface Departure {
  person: { id: string; email: string };
  actor: Actor;
  /** Milliseconds since the epoch. */
  now: number;
}

const IS_LAST_OWNER = `EXISTS (
  SELECT 1 FROM member AS own WHERE own.user_id = ?1 AND own.role = 'owner' AND NOT EXISTS (
    SELECT 1 FROM member AS other
    WHERE other.organization_id = own.organization_id AND other.role = 'owner' AND other.user_id <> ?1))`;

/**
 * Deletes a user, and with them, by their tables' foreign keys, all sessions, ways in and memberships; what the audit logs of
 * their tenants have to say of it is due with the same transaction (`tellDue`). Of two last owners who go at once, one stays.
 * @returns false where they are the last owner of a tenant, and nothing has changed.
 */
export async function deleteAccount(env: Env, { person, actor, now }: Departure): Promise<boolean> {
  const { id: recordId, email } = person;
  const told = { kind: "account", action: "delete", recordId, before: { email }, after: null } as const;
  const entry: AuditEntry = { id: newId("aud", now), time: now, actor, ...told };
  const [, deleted] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO audit_due SELECT organization_id, ?2, ?3 FROM member WHERE user_id = ?1 AND NOT ${IS_LAST_OWNER}`,
    ).bind(recordId, entry.id, JSON.stringify(entry)),
    env.DB.prepare(`DELETE FROM user WHERE id = ?1 AND NOT ${IS_LAST_OWNER} RETURNING id`).bind(recordId),
  ]);
  return (deleted?.results.length ?? 0) > 0;
}

/** The end of an account. */
import type { Env } from "../env.ts";

/**
 * Deletes a user, and with them, by their tables' foreign keys, all sessions, ways in and memberships. One statement: of
 * two last owners who go at once, one stays.
 * @returns false where they are the last owner of a tenant, and nothing has changed.
 */
export async function deleteAccount(env: Env, userId: string): Promise<boolean> {
  const deleted = await env.DB.prepare(
    `DELETE FROM user WHERE id = ?1 AND NOT EXISTS (
       SELECT 1 FROM member AS own WHERE own.user_id = ?1 AND own.role = 'owner' AND NOT EXISTS (
         SELECT 1 FROM member AS other
         WHERE other.organization_id = own.organization_id AND other.role = 'owner' AND other.user_id <> ?1))
     RETURNING id`,
  )
    .bind(userId)
    .first();
  return deleted !== null;
}

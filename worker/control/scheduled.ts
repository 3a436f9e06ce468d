/** What runs every few minutes. */
import { removeExpired } from "../db/retention.ts";
import type { Env } from "../env.ts";

/** Called by the cron trigger, or by whoever stands in for it. */
export async function runScheduled(env: Env): Promise<void> {
  await removeExpired({ usage: env.DB, accounts: env.DB }, Date.now());
}

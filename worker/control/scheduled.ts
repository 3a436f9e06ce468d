/** What runs every few minutes. */
import { archiveOf } from "../core/archive.ts";
import { removeExpired } from "../db/retention.ts";
import type { Env } from "../env.ts";
import { type Refresh, refreshPrices } from "../pricing/index.ts";

/** Called by the cron trigger, or by whoever stands in for it. */
export async function runScheduled(env: Env): Promise<void> {
  const now = Date.now();
  await Promise.all([
    removeExpired({ usage: env.DB, accounts: env.DB, archive: archiveOf(env) }, now),
    refresh(env, now, "due"),
  ]);
}

/** Fetches the published prices, when they are due or now. */
export const refresh = (env: Env, time: number, when: "due" | "now"): Promise<Refresh> =>
  refreshPrices({ kv: env.CACHE, fetch: (url, init) => fetch(url, init), time, when });

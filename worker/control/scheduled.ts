/** What runs every few minutes. */
import { tellDue } from "../auth/audit-due.ts";
import { archiveOf } from "../core/archive.ts";
import { removeExpiredBodies } from "../core/body-store.ts";
import { log } from "../core/log.ts";
import { removeExpired } from "../db/retention.ts";
import type { Env } from "../env.ts";
import { type Refresh, refreshPrices } from "../pricing/index.ts";

/** Called by the cron trigger, or by whoever stands in for it. */
export async function runScheduled(env: Env): Promise<void> {
  const now = Date.now();
  const archive = archiveOf(env);
  await Promise.all([
    archive && isFirstOfDay(now) ? removeExpiredBodies(archive, now) : null,
    removeExpired({ usage: env.DB, accounts: env.DB, archive }, now),
    refresh(env, now, "due"),
    tellDue(env),
  ]);
}

const DAY_MS = 86_400_000;
/** The cron's, with room for a late one. */
const PERIOD_MS = 15 * 60_000;

/** Once a day is enough for what ends by days, and listing a bucket is not free. */
const isFirstOfDay = (now: number): boolean => now % DAY_MS < PERIOD_MS;

/** Fetches the published prices, when they are due or now. Those at hand do without: that they stay is told in a line. */
export async function refresh(env: Env, time: number, when: "due" | "now"): Promise<Refresh> {
  const refreshed = await refreshPrices({ kv: env.CACHE, fetch: (url, init) => fetch(url, init), time, when });
  const { outcome, reason, version } = refreshed;
  if (outcome === "unreachable" || outcome === "refused") {
    log("info", "no newer prices: those at hand stay in force, and it is tried again in an hour", {
      reason: reason ?? null,
      version,
    });
  }
  return refreshed;
}

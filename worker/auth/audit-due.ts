/** Brings what tenants' audit logs have yet to be told to the ledgers that keep them. Told twice, it is there once. */
import type { AuditEntry } from "../core/ledger-api.ts";
import { log, reasonOf } from "../core/log.ts";
import { ledgerOf } from "../db/ledger.ts";
import type { Env } from "../env.ts";

/** So many at a time; the cron comes again. */
const AT_ONCE = 100;

type Bound = Pick<Env, "DB" | "LEDGER">;

interface Due {
  tenant: string;
  id: string;
  entry: string;
}

/** Tells all that is due, and ends what those who left have open. A ledger out of reach is told with the next run. */
export async function tellDue(env: Bound): Promise<void> {
  const { results } = await env.DB.prepare("SELECT tenant, id, entry FROM audit_due LIMIT ?").bind(AT_ONCE).all<Due>();
  await Promise.all(results.map((due) => tell(env, due)));
}

async function tell(env: Bound, { tenant, id, entry }: Due): Promise<void> {
  const { time, actor, kind, action, recordId, before, after } = JSON.parse(entry) as AuditEntry & { kind: "account" };
  try {
    const ledger = ledgerOf(env, tenant);
    await ledger.note({ kind, action, recordId, before, after }, actor, { id, time });
    await ledger.endLive(`user:${recordId}`);
  } catch (cause) {
    log("warn", "an entry of the audit log is told later", { tenant, reason: reasonOf(cause) });
    return;
  }
  await env.DB.prepare("DELETE FROM audit_due WHERE tenant = ? AND id = ?").bind(tenant, id).run();
}

/** `/bodies/{request}`: what was asked and answered, where the key keeps it. Whoever reads it is in the audit log. */
import { archiveOf } from "../core/archive.ts";
import { readBodies } from "../core/body-store.ts";
import { databaseOf } from "../core/database.ts";
import { ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { findUsage } from "../db/usage.ts";
import { keptBodies } from "./body-shapes.ts";
import { type Answer, type App, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { ownUser } from "./keys.ts";

export function mountBodies(app: App): void {
  mount(app, "/tenants/:tenant/bodies/:id", {
    GET: {
      summary: "Shows what was asked and answered, redacted, where the request's key keeps it.",
      notes: "Each look is noted in the audit log. A developer sees those of their own keys.",
      answers: keptBodies,
      does: forTenant("bodies", read),
    },
  });
}

async function read(call: TenantCall): Promise<Answer> {
  const { env, tenant, params, actor } = call;
  const event = await findUsage(databaseOf(env, tenant), tenant, params.id ?? "");
  const own = ownUser(call);
  if (!event || (own !== null && event.user !== own)) return notFound("record");
  const archive = archiveOf(env);
  const until = event.bodiesUntil ?? null;
  if (!archive || until === null) return notFound("body");
  const bodies = await readBodies(archive, env.METERR_MASTER_KEY, { tenant, id: event.id, until });
  if (!bodies) return notFound("body");
  const note = { kind: "body", action: "read", recordId: event.id, before: null, after: null } as const;
  await ledgerOf(env, tenant).note(note, actor);
  return ok({ ...bodies, until: new Date(until).toISOString() });
}

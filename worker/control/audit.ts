/** The audit log: who changed what, newest first. Nobody changes it. */
import * as z from "zod";
import { ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { type App, forTenant, mount } from "./call.ts";
import { iso, paging, readQuery } from "./input.ts";

/** Mounts `/audit`. */
export function mountAudit(app: App): void {
  mount(app, "/tenants/:tenant/audit", {
    GET: forTenant("audit", async (call) => {
      const query = readQuery(call, z.strictObject(paging));
      if (!query.ok) return query;
      const page = await ledgerOf(call.env, call.tenant).audit(query.value);
      const data = page.items.map((entry) => ({
        id: entry.id,
        time: iso(entry.time),
        actor: entry.actor.id,
        ip: entry.actor.ip,
        action: entry.action,
        kind: entry.kind,
        record_id: entry.recordId,
        before: entry.before && publicFields(entry.before),
        after: entry.after && publicFields(entry.after),
      }));
      return ok({ data, next_cursor: page.cursor });
    }),
  });
}

/** The field names of this API instead of the inner ones. */
const publicFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [snakeCase(name), value]));

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

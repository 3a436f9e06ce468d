/** The audit log: who changed what, newest first. Nobody changes it. */
import * as z from "zod";
import { ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { type App, forTenant, mount } from "./call.ts";
import { iso, paging, readQuery } from "./input.ts";
import { pageOf, time } from "./shapes.ts";

const query = z.strictObject(paging);
const fields = z.record(z.string(), z.unknown()).nullable();
const shown = z.strictObject({
  id: z.string(),
  time,
  actor: z.string().meta({ description: "`operator`, `token:…`, `user:…`, or `system`." }),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  action: z.enum(["create", "update", "delete", "rotate"]),
  kind: z.string(),
  record_id: z.string(),
  before: fields,
  after: fields,
});

/** Mounts `/audit`. */
export function mountAudit(app: App): void {
  mount(app, "/tenants/:tenant/audit", {
    GET: {
      summary: "Lists who changed what, newest first.",
      query,
      answers: pageOf(shown),
      does: forTenant("audit", async (call) => {
        const asked = readQuery(call, query);
        if (!asked.ok) return asked;
        const page = await ledgerOf(call.env, call.tenant).audit(asked.value);
        const data = page.items.map((entry) => ({
          id: entry.id,
          time: iso(entry.time),
          actor: entry.actor.id,
          ip: entry.actor.ip,
          user_agent: entry.actor.userAgent ?? null,
          action: entry.action,
          kind: entry.kind,
          record_id: entry.recordId,
          before: entry.before && publicFields(entry.before),
          after: entry.after && publicFields(entry.after),
        }));
        return ok({ data, next_cursor: page.cursor });
      }),
    },
  });
}

/** The field names of this API instead of the inner ones. */
const publicFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [snakeCase(name), value]));

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

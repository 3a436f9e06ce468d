/** The audit log: who changed what, newest first. Nobody changes it. */
import * as z from "zod";
import { usdFromNanos } from "../core/money.ts";
import { ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { AUDIT_ACTIONS, AUDIT_KINDS, auditEntry } from "./audit-shapes.ts";
import { type App, forTenant, mount } from "./call.ts";
import { instant, iso, pagingBy, readQuery } from "./input.ts";
import { pageOf } from "./shapes.ts";

const text = z.string().min(1).max(300).optional();
const query = z.strictObject({
  actor: text,
  action: z.enum(AUDIT_ACTIONS).optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  record: text.meta({ description: "The id of what was changed." }),
  from: instant.optional(),
  to: instant.optional(),
  ...pagingBy(/^aud_\w+$/),
});
/** Mounts `/audit`. */
export function mountAudit(app: App): void {
  mount(app, "/tenants/:tenant/audit", {
    GET: {
      summary: "Lists who changed what, newest first.",
      notes: "A page may have fewer entries than `limit` and still more behind it: what counts is `next_cursor`.",
      query,
      answers: pageOf(auditEntry),
      does: forTenant("audit", async (call) => {
        const asked = readQuery(call, query);
        if (!asked.ok) return asked;
        const { record: recordId, ...rest } = asked.value;
        const page = await ledgerOf(call.env, call.tenant).audit({ ...rest, recordId });
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

/** Fields of records whose names are the tenant's own, or this API's already. */
const AS_THEY_ARE = new Set(["tags", "when", "perUnit", "perMillionTokens"]);

/** The names and values of this API instead of the inner ones. */
const publicFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => publicField(name, value, fields.unit)));

function publicField(name: string, value: unknown, unit: unknown): [string, unknown][] {
  // A budget's limit says by its name what it counts.
  if (name === "limit" && unit === "nanos") return [["limit_usd", usdFromNanos(Number(value))]];
  if (name === "limit" && typeof unit === "string") return [[`limit_${unit}`, value]];
  if (name === "unit") return [];
  if (name.endsWith("At") && typeof value === "number") return [[snakeCase(name), iso(value)]];
  return [[snakeCase(name), AS_THEY_ARE.has(name) ? value : publicValue(value)]];
}

function publicValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(publicValue);
  return typeof value === "object" && value !== null ? publicFields(value as Record<string, unknown>) : value;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

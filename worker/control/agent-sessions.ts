/** `/sessions`: what belongs together, such as an agent's run, as the client names it with `x-meterr-session`. */
import * as z from "zod";
import { databaseOf } from "../core/database.ts";
import { usdFromNanos } from "../core/money.ts";
import { ok } from "../core/outcome.ts";
import { findSession, listSessions, type SessionRow } from "../db/agent-sessions.ts";
import { agentSession } from "./agent-session-shapes.ts";
import { type Answer, type App, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { instant, iso, paging, readQuery } from "./input.ts";
import { pageOf } from "./shapes.ts";

const text = z.string().min(1).max(500).optional();
const query = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  key: text,
  user: text,
  team: text,
  mode: text,
  q: text.meta({ description: "What its name begins with." }),
  ...paging,
});
/** Mounts `/sessions`. */
export function mountAgentSessions(app: App): void {
  app.components.push({ name: "Session", schema: agentSession });
  mount(app, "/tenants/:tenant/sessions", {
    GET: {
      summary: "Lists sessions, those that ended last first.",
      notes: "A session is what requests with the same `x-meterr-session` are, such as an agent's run.",
      query,
      answers: pageOf(agentSession),
      does: forTenant("read", list),
    },
  });
  mount(app, "/tenants/:tenant/sessions/:id", {
    GET: {
      summary: "Shows a session.",
      notes: "Its requests are `/usage?session={id}`.",
      answers: agentSession,
      does: forTenant("read", async ({ env, tenant, params }) => {
        const row = await findSession(databaseOf(env, tenant), tenant, params.id ?? "");
        return row ? ok(show(row)) : notFound("session");
      }),
    },
  });
}

async function list(call: TenantCall): Promise<Answer> {
  const asked = readQuery(call, query);
  if (!asked.ok) return asked;
  const { limit, cursor, ...filter } = asked.value;
  const after = readCursor(cursor);
  if (!after.ok) return after;
  const db = databaseOf(call.env, call.tenant);
  const rows = await listSessions(db, { tenant: call.tenant, filter, after: after.value, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > page.length && last ? writeCursor({ time: last.endedAt, id: last.session }) : null;
  return ok({ data: page.map(show), next_cursor: next });
}

const show = (row: SessionRow) => ({
  id: row.session,
  key: row.key,
  team: row.team,
  user: row.user,
  mode: row.mode,
  started_at: iso(row.startedAt),
  ended_at: iso(row.endedAt),
  requests: row.requests,
  errors: row.errors,
  unpriced: row.unpriced,
  tokens: { input: row.input, output: row.output },
  cost_usd: usdFromNanos(row.costNanos),
  saved_usd: usdFromNanos(row.savedNanos),
});

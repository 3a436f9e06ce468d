/** Usage records: the list, one, sums, an export, and usage that did not pass through the proxy. */
import * as z from "zod";
import { databaseOf } from "../core/database.ts";
import { reversalId } from "../core/lost.ts";
import { usdFromNanos } from "../core/money.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { recordOf } from "../core/record.ts";
import { GROUPS, type Group } from "../core/usage.ts";
import { ledgerOf } from "../db/ledger.ts";
import { MAX_ROWS, RANKINGS, type SummaryRow, summarize } from "../db/summary.ts";
import { findUsage, listUsage } from "../db/usage.ts";
import {
  type Answer,
  type App,
  type Call,
  conflict,
  forOperator,
  forTenant,
  invalid,
  mount,
  notFound,
  type TenantCall,
} from "./call.ts";
import { explainCost } from "./cost.ts";
import { explainedCost } from "./cost-shapes.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { exportUsage } from "./export.ts";
import { once } from "./idempotency.ts";
import { eventsOf, importBody } from "./import.ts";
import { instant, iso, paging, readBody, readQuery, sumsPaging } from "./input.ts";
import { pageOf } from "./shapes.ts";
import { summaryRow, usageRecord } from "./usage-shapes.ts";

/** Of a tenant's own prices, the newest so many are looked through for an import. */
const MAX_PRICES = 2_000;
const nothing = z.strictObject({});
const text = z.string().min(1).max(500).optional();
const filters = {
  from: instant.optional(),
  to: instant.optional(),
  key: text,
  user: text,
  team: text,
  model: text,
  provider: text,
  session: text,
  endpoint: text,
  status: text,
  mode: text,
  error_code: text,
  refused_by: text,
  tag: text,
};
const q = text.meta({ description: "Words that all have to be in it: model, error, session, user, tags…; or an id." });
const listQuery = z.strictObject({ ...filters, q, ...paging });
const exportQuery = z.strictObject({ ...filters, q, format: z.enum(["csv", "ndjson"]).default("csv") });
const summaryQuery = z.strictObject({
  ...filters,
  group_by: z.string().max(200).default(""),
  top: z.coerce
    .number({ error: "must be a number from 1 to 500" })
    .int()
    .min(1)
    .max(500)
    .optional()
    .meta({ description: "So many of the last group's values, the largest; all others are one row, `others`." }),
  top_by: z.enum(RANKINGS).default("cost"),
  percentiles: z.enum(["true", "false"]).default("false"),
  ...sumsPaging,
});

/** Mounts `/usage` and what is below it. */
export function mountUsage(app: App): void {
  app.components.push({ name: "UsageRecord", schema: usageRecord });
  mount(app, "/tenants/:tenant/usage", {
    GET: {
      summary: "Lists usage records, newest first.",
      query: listQuery,
      answers: pageOf(usageRecord),
      does: forTenant("read", list),
    },
    POST: {
      summary: "Books usage that did not pass through the proxy. An id that is known is ignored.",
      body: importBody,
      example: {
        events: [{ id: "batch-1", provider: "openai", model: "gpt-5-mini", tokens: { input: 1200, output: 310 } }],
      },
      errors: ["conflict"],
      answers: z.strictObject({ imported: z.int(), ignored: z.int() }),
      does: forTenant("import", importEvents),
    },
  });
  mount(app, "/tenants/:tenant/usage/summary", {
    GET: {
      summary: "Sums of usage, by what `group_by` names.",
      notes: `Groups: ${GROUPS.join(", ")}; several with commas between them. A page has ${MAX_ROWS} rows; with a \`to\` in the past, nothing moves between pages.`,
      query: summaryQuery,
      answers: pageOf(summaryRow),
      does: forTenant("read", summary),
    },
  });
  mount(app, "/tenants/:tenant/usage/export", {
    GET: {
      summary: "All usage records that the filters let through, newest first, as a file.",
      query: exportQuery,
      answers: ["text/csv", "application/x-ndjson"],
      does: forTenant("read", async (call) => {
        const query = readQuery(call, exportQuery);
        if (!query.ok) return query;
        const { format, ...filter } = query.value;
        return exportUsage(databaseOf(call.env, call.tenant), { tenant: call.tenant, filter, format });
      }),
    },
  });
  mount(app, "/tenants/:tenant/usage/:id", {
    GET: {
      summary: "Shows a usage record.",
      answers: usageRecord,
      does: forTenant("read", async ({ env, tenant, params }) => {
        const event = await findUsage(databaseOf(env, tenant), tenant, params.id ?? "");
        return event ? ok(recordOf(event)) : notFound("usage record");
      }),
    },
  });
  mount(app, "/tenants/:tenant/usage/:id/reverse", {
    POST: {
      summary: "Takes back what a `lost` record charged; a record of its own tells of it.",
      notes: "For who knows that a request whose process vanished cost nothing. Budgets have its cost again.",
      body: nothing,
      example: {},
      errors: ["not_found", "conflict"],
      answers: usageRecord,
      does: forOperator(reverse),
    },
  });
  mount(app, "/tenants/:tenant/usage/:id/cost", {
    GET: {
      summary: "Says why a usage record costs what it costs: units × price by kind.",
      answers: explainedCost,
      does: forTenant("read", async ({ env, tenant, params }) => {
        const event = await findUsage(databaseOf(env, tenant), tenant, params.id ?? "");
        if (!event) return notFound("usage record");
        // What was charged at the tenant's own price names it.
        const own =
          event.priceSource === "tenant" && event.priceVersion !== null
            ? await ledgerOf(env, tenant).get("price", event.priceVersion)
            : null;
        return ok(explainCost(event, own));
      }),
    },
  });
}

async function list({ env, tenant, ...call }: TenantCall): Promise<Answer> {
  const query = readQuery({ env, ...call }, listQuery);
  if (!query.ok) return query;
  const { limit, cursor, ...filter } = query.value;
  const after = readCursor(cursor);
  if (!after.ok) return after;
  const db = databaseOf(env, tenant);
  const events = await listUsage(db, { tenant, filter, after: after.value, limit: limit + 1 });
  const page = events.slice(0, limit);
  const last = page.at(-1);
  return ok({ data: page.map(recordOf), next_cursor: events.length > page.length && last ? writeCursor(last) : null });
}

async function summary(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, summaryQuery);
  if (!query.ok) return query;
  const { group_by, top, top_by, percentiles, cursor, ...filter } = query.value;
  const skip = cursor ?? 0;
  const groups: Group[] = [];
  for (const name of new Set(group_by.split(",").filter((part) => part !== ""))) {
    const group = GROUPS.find((known) => known === name);
    if (!group) return invalid(`group_by: ${name} is not one of ${GROUPS.join(", ")}`, "group_by");
    groups.push(group);
  }
  const rows = await summarize(databaseOf(call.env, call.tenant), {
    tenant: call.tenant,
    filter,
    groups,
    percentiles: percentiles === "true",
    page: { skip, limit: MAX_ROWS + 1 },
    ...(top !== undefined && { top: { count: top, by: top_by } }),
  });
  const next_cursor = rows.length > MAX_ROWS ? String(skip + MAX_ROWS) : null;
  return ok({ data: rows.slice(0, MAX_ROWS).map(showRow), next_cursor });
}

/** Books events whose ids are new; those that are known are left as they are. */
async function importEvents(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, importBody);
  if (!body.ok) return body;
  return once(call, body.value, async () => {
    const ledger = ledgerOf(call.env, call.tenant);
    const prices = await ledger.list("price", { limit: MAX_PRICES, cursor: null });
    const events = eventsOf(body.value.input, call, prices.items);
    const imported = await ledger.importUsage(events);
    return ok({ imported, ignored: events.length - imported });
  });
}

/** Charges of vanished processes alone: all others are what the provider bills. */
async function reverse(call: Call): Promise<Answer> {
  const body = await readBody(call, nothing);
  if (!body.ok) return body;
  const tenant = call.params.tenant ?? "";
  return once({ env: call.env, tenant }, body.value, () => takeBack(call, tenant));
}

async function takeBack({ env, params, actor }: Call, tenant: string): Promise<Outcome<unknown>> {
  const id = params.id ?? "";
  const db = databaseOf(env, tenant);
  const event = await findUsage(db, tenant, id);
  if (!event) return notFound("usage record");
  if (event.status !== "lost" || !event.costNanos || event.costNanos < 0) {
    return conflict("Only what was charged because a process vanished can be taken back.");
  }
  // The ledger remembers it for days, the database for as long as it has the record.
  const isTaken = (await findUsage(db, tenant, reversalId(id))) !== null;
  const reversal = isTaken ? null : await ledgerOf(env, tenant).reverseLost(event, actor);
  return reversal ? ok(recordOf(reversal)) : conflict("It was taken back already.");
}

function showRow({ group, ...row }: SummaryRow) {
  return {
    ...Object.fromEntries(Object.entries(group).map(([name, value]) => [name, showGroup(name, value)])),
    requests: row.requests,
    tokens: {
      input: row.input,
      input_cached: row.inputCached,
      input_cache_write: row.inputCacheWrite,
      output: row.output,
      output_reasoning: row.outputReasoning,
    },
    cost_usd: usdFromNanos(row.costNanos),
    saved_usd: usdFromNanos(row.savedNanos),
    unpriced: row.unpriced,
    errors: row.errors,
    latency_ms: row.requests > 0 ? Math.round(row.latencyMs / row.requests) : null,
    ...(row.percentilesMs && { latency_p50_ms: row.percentilesMs.p50, latency_p95_ms: row.percentilesMs.p95 }),
    ...(row.others && { others: true }),
  };
}

function showGroup(name: string, value: string | number | null): string | number | null {
  if (name === "day") return iso(Number(value))?.slice(0, 10) ?? null;
  return name === "hour" ? iso(Number(value)) : value;
}

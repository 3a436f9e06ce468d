/** What was saved, by reason, and what a route's shadow would have cost. */
import * as z from "zod";
import { databaseOf } from "../core/database.ts";
import { usdFromNanos } from "../core/money.ts";
import { ok } from "../core/outcome.ts";
import { SAVING_GROUPS, type SavingGroup, summarizeSavings, summarizeShadows } from "../db/savings.ts";
import { MAX_ROWS } from "../db/summary.ts";
import { type Answer, type App, forTenant, invalid, mount, type TenantCall } from "./call.ts";
import { instant, iso, readQuery, sumsPaging } from "./input.ts";
import { money, pageOf } from "./shapes.ts";

const text = z.string().min(1).max(500).optional();
const filters = {
  from: instant.optional(),
  to: instant.optional(),
  provider: text,
  model: text,
  mode: text,
};
const savingsQuery = z.strictObject({
  ...filters,
  key: text,
  group_by: z.string().max(200).default("reason"),
  ...sumsPaging,
});
const shadowsQuery = z.strictObject(filters);

const savingsRow = z.strictObject({
  ...Object.fromEntries(SAVING_GROUPS.map((group) => [group, z.string().nullable().optional()])),
  requests: z.int().meta({ description: "Requests that saved; one may save for several reasons." }),
  cost_usd: money.meta({ description: "What they cost all the same." }),
  saved_usd: money,
});
const shadowRow = z.strictObject({
  route: z.string(),
  provider: z.string(),
  model: z.string(),
  shadow: z.string().meta({ description: "`provider/model` of the one that was not asked." }),
  requests: z.int(),
  cost_usd: money,
  shadow_usd: money.meta({ description: "What the same tokens would have cost there." }),
});

/** Mounts `/usage/savings` and `/usage/shadows`, which have to come before `/usage/{id}`. */
export function mountSavings(app: App): void {
  mount(app, "/tenants/:tenant/usage/savings", {
    GET: {
      summary: "Sums of what was saved, by what `group_by` names: the reason, where it is left out.",
      notes: `Groups: ${SAVING_GROUPS.join(", ")}; several with commas between them.`,
      query: savingsQuery,
      answers: pageOf(savingsRow),
      does: forTenant("read", savings),
    },
  });
  mount(app, "/tenants/:tenant/usage/shadows", {
    GET: {
      summary: "What routes' shadows would have cost, by route and pair of models.",
      query: shadowsQuery,
      answers: pageOf(shadowRow),
      does: forTenant("read", shadows),
    },
  });
}

async function savings(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, savingsQuery);
  if (!query.ok) return query;
  const { group_by, cursor, ...filter } = query.value;
  const skip = cursor ?? 0;
  const groups: SavingGroup[] = [];
  for (const name of new Set(group_by.split(",").filter((part) => part !== ""))) {
    const group = SAVING_GROUPS.find((known) => known === name);
    if (!group) return invalid(`group_by: ${name} is not one of ${SAVING_GROUPS.join(", ")}`, "group_by");
    groups.push(group);
  }
  const page = { skip, limit: MAX_ROWS + 1 };
  const rows = await summarizeSavings(databaseOf(call.env, call.tenant), { tenant: call.tenant, filter, groups, page });
  const data = rows.slice(0, MAX_ROWS).map(({ group, requests, costNanos, savedNanos }) => ({
    ...Object.fromEntries(Object.entries(group).map(([name, value]) => [name, showGroup(name, value)])),
    requests,
    cost_usd: usdFromNanos(costNanos),
    saved_usd: usdFromNanos(savedNanos),
  }));
  return ok({ data, next_cursor: rows.length > MAX_ROWS ? String(skip + MAX_ROWS) : null });
}

async function shadows(call: TenantCall): Promise<Answer> {
  const query = readQuery(call, shadowsQuery);
  if (!query.ok) return query;
  const rows = await summarizeShadows(databaseOf(call.env, call.tenant), { tenant: call.tenant, filter: query.value });
  const data = rows.map(({ costNanos, shadowNanos, ...row }) => ({
    ...row,
    cost_usd: usdFromNanos(costNanos),
    shadow_usd: usdFromNanos(shadowNanos),
  }));
  return ok({ data, next_cursor: null });
}

function showGroup(name: string, value: string | number | null): string | number | null {
  if (name === "day") return iso(Number(value))?.slice(0, 10) ?? null;
  return name === "hour" ? iso(Number(value)) : value;
}

/** `/cost-report`: what was spent, what was saved and by what, and what could be saved and by which switch. */
import * as z from "zod";
import { databaseOf } from "../core/database.ts";
import { usdFromNanos } from "../core/money.ts";
import { ok } from "../core/outcome.ts";
import { SAVING_REASONS, type SavingReason } from "../core/usage.ts";
import { ledgerOf } from "../db/ledger.ts";
import { sampleRequests } from "../db/report-sample.ts";
import { type SavingsRow, summarizeSavings, summarizeShadows } from "../db/savings.ts";
import { type SummaryRow, summarize } from "../db/summary.ts";
import { PROVIDER_SLUGS, providerOf } from "../providers/registry.ts";
import { type Answer, type App, forTenant, invalid, mount, type TenantCall } from "./call.ts";
import { type CostReport, costReport, type Possible } from "./cost-report-shapes.ts";
import { DAY_MS, startOfDay } from "./forecast.ts";
import { instant, iso, readQuery } from "./input.ts";
import { opportunitiesIn } from "./opportunities/index.ts";
import type { Opportunity, Sample } from "./opportunities/types.ts";

const DEFAULT_DAYS = 30;
/** A chart of more hours has bars that nobody can tell apart. */
const HOURLY_UP_TO_MS = 2 * DAY_MS;
/** What a report reads of single requests: a tenth of a second. */
const SAMPLE = 10_000;
/** Of a tenant's own prices, credentials, keys and routes, the newest so many are looked through. */
const MAX_RECORDS = 2_000;

const costReportQuery = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  mode: z.enum(["live", "test"]).optional(),
});

/** Mounts `/cost-report`. */
export function mountCostReport(app: App): void {
  mount(app, "/tenants/:tenant/cost-report", {
    GET: {
      summary: "Says what was spent, what was saved and by what, and what could be saved and by which switch.",
      notes: `The last ${DEFAULT_DAYS} days, where no span is named. Each opportunity says by what it was estimated and which call switches it on.`,
      query: costReportQuery,
      answers: costReport,
      does: forTenant("read", answer),
    },
  });
}

async function answer(call: TenantCall): Promise<Answer> {
  const asked = readQuery(call, costReportQuery);
  if (!asked.ok) return asked;
  const { env, tenant, now } = call;
  const { mode } = asked.value;
  const to = asked.value.to ?? now;
  const from = asked.value.from ?? startOfDay(to) - DEFAULT_DAYS * DAY_MS;
  if (from >= to) return invalid("from: must be before to", "from");
  const db = databaseOf(env, tenant);
  const filter = { from, to, ...(mode && { mode }) };
  const step = to - from <= HOURLY_UP_TO_MS ? ("hour" as const) : ("day" as const);
  const ledger = ledgerOf(env, tenant);
  const [models, byKey, reasons, times, shadows, requests, prices, credentials, keys, routes] = await Promise.all([
    summarize(db, { tenant, filter, groups: ["provider", "model"] }),
    summarize(db, { tenant, filter, groups: ["key"] }),
    summarizeSavings(db, { tenant, filter, groups: ["reason"] }),
    summarizeSavings(db, { tenant, filter, groups: [step, "reason"] }),
    summarizeShadows(db, { tenant, filter }),
    sampleRequests(db, { tenant, from, to, mode, limit: SAMPLE }),
    ledger.list("price", { limit: MAX_RECORDS, cursor: null }),
    ledger.list("credential", { limit: MAX_RECORDS, cursor: null }),
    ledger.list("key", { limit: MAX_RECORDS, cursor: null }),
    ledger.list("route", { limit: MAX_RECORDS, cursor: null }),
  ]);
  const costNanos = sumOf(models, (row) => row.costNanos);
  const savedNanos = sumOf(models, (row) => row.savedNanos);
  const sampled = requests.reduce((sum, each) => sum + (each.costNanos ?? 0), 0);
  const sample: Sample<(typeof requests)[number]> = {
    requests,
    factor: requests.length < SAMPLE || sampled === 0 ? 1 : Math.max(1, costNanos / sampled),
  };
  const operators = PROVIDER_SLUGS.filter((slug) => env[providerOf(slug)?.operatorKey as `${string}_API_KEY`]);
  const possible = opportunitiesIn({
    sample,
    models,
    shadows,
    prices: prices.items,
    keys: keys.items,
    routes: routes.items,
    connected: new Set([...operators, ...credentials.items.map(({ provider }) => provider)]),
    spentNanos: costNanos,
    now,
  });
  return ok({
    from: iso(from),
    to: iso(to),
    spent: {
      requests: sumOf(models, (row) => row.requests),
      unpriced: sumOf(models, (row) => row.unpriced),
      cost_usd: usdFromNanos(costNanos),
      by_model: models.map(showSpending),
      by_provider: byProvider(models).map(showSpending),
      by_key: byKey.map(showSpending),
    },
    saved: {
      saved_usd: usdFromNanos(savedNanos),
      part: costNanos + savedNanos > 0 ? savedNanos / (costNanos + savedNanos) : null,
      by_reason: reasons.flatMap((row) => {
        const reason = reasonOf(row);
        return reason ? [{ reason, requests: row.requests, saved_usd: usdFromNanos(row.savedNanos) }] : [];
      }),
      step,
      over_time: times.flatMap((row) => {
        const reason = reasonOf(row);
        return reason ? [{ time: iso(Number(row.group[step])), reason, saved_usd: usdFromNanos(row.savedNanos) }] : [];
      }),
    },
    possible: possible.map((each) => showOpportunity(each, tenant)),
    judged: { requests: requests.length, from: iso(requests[0]?.time ?? null) },
  } satisfies { [name in keyof CostReport]: unknown });
}

const sumOf = (rows: readonly SummaryRow[], of: (row: SummaryRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);

const reasonOf = ({ group }: SavingsRow): SavingReason | undefined =>
  SAVING_REASONS.find((known) => known === group.reason);

type Spending = Pick<
  SummaryRow,
  "group" | "requests" | "input" | "inputCached" | "output" | "costNanos" | "savedNanos"
>;

/** The models' sums by provider, the dearest first. */
function byProvider(models: readonly SummaryRow[]): Spending[] {
  const sums = new Map<string, Spending>();
  for (const row of models) {
    const provider = String(row.group.provider);
    const sum = sums.get(provider);
    if (!sum) {
      sums.set(provider, { ...row, group: { provider } });
      continue;
    }
    for (const field of ["requests", "input", "inputCached", "output", "costNanos", "savedNanos"] as const) {
      sum[field] += row[field];
    }
  }
  return [...sums.values()].sort((a, b) => b.costNanos - a.costNanos);
}

const showSpending = ({ group, requests, input, inputCached, output, costNanos, savedNanos }: Spending) => ({
  ...group,
  requests,
  tokens: { input, input_cached: inputCached, output },
  cost_usd: usdFromNanos(costNanos),
  saved_usd: usdFromNanos(savedNanos),
});

const showOpportunity = (each: Opportunity, tenant: string): Possible => ({
  lever: each.lever,
  subject: {
    key: each.subject.key ?? null,
    provider: each.subject.provider ?? null,
    model: each.subject.model ?? null,
    route: each.subject.route ?? null,
  },
  requests: each.requests,
  cost_usd: usdFromNanos(each.costNanos),
  saving_usd: usdFromNanos(each.savingNanos),
  certainty: each.certainty,
  basis: each.basis,
  change: { ...each.change, path: `/api/v1/tenants/${tenant}${each.change.path}` },
  needs: each.needs,
});

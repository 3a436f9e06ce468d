/** What the overview asks the API for, by what its URL says. */
import type { QueryClient } from "@tanstack/react-query";
import { budgetsQuery } from "../../api/budgets.ts";
import { forecastQuery } from "../../api/forecast.ts";
import { providerStatusQuery } from "../../api/provider-status.ts";
import { type SummaryParams, summaryQuery } from "../../api/summary.ts";
import { latestQuery } from "../../api/usage.ts";
import { spanOf } from "../../lib/period.ts";
import type { METRICS, OverviewSearch } from "../../lib/search.ts";

/** More than a chart tells apart, and what the table shows. */
const TOP = 12;
/** Of tags the largest of one name are shown, which may not be among the largest of all. */
const TOP_TAGS = 100;

export const FILTERS = ["model", "provider", "key", "team", "user", "tag"] as const;

const TOP_BY: Record<(typeof METRICS)[number], SummaryParams["top_by"]> = {
  spend: "cost",
  requests: "requests",
  tokens: "tokens",
  saved: "saved",
  errors: "errors",
};

/** The month's end, whatever span is looked at. */
export const monthQuery = (tenant: string) => forecastQuery(tenant, { period: "month" });

/** The sums that are shown of what `search` asks for at `now`, and what it asks for. */
export function sumsOf(tenant: string, search: OverviewSearch, now: number) {
  const span = spanOf(search.period ?? "30d", now);
  const by = search.by ?? "model";
  const metric = search.metric ?? "spend";
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search[name]]));
  const before = { from: span.previousFrom, to: span.previousTo };
  const whole = { group_by: "", percentiles: "true" } as const;
  const queries = {
    parts: summaryQuery(tenant, {
      from: span.from,
      group_by: `${span.step},${by}`,
      top: by === "tag" ? TOP_TAGS : TOP,
      top_by: TOP_BY[metric],
      ...filter,
    }),
    current: summaryQuery(tenant, { from: span.from, group_by: span.step, ...filter }),
    previous: summaryQuery(tenant, { ...before, group_by: span.step, ...filter }),
    latency: summaryQuery(tenant, { from: span.from, ...whole, ...filter }),
    latencyBefore: summaryQuery(tenant, { ...before, ...whole, ...filter }),
  };
  return { span, by, metric, filter, queries };
}

/** Asks for all of it at once, before the page itself is there. */
export function askForOverview(client: QueryClient, tenant: string, search: OverviewSearch): void {
  void client.prefetchQuery(latestQuery(tenant));
  for (const query of Object.values(sumsOf(tenant, search, Date.now()).queries)) void client.prefetchQuery(query);
  void client.prefetchQuery(budgetsQuery(tenant));
  void client.prefetchQuery(providerStatusQuery(tenant));
  void client.prefetchQuery(monthQuery(tenant));
}

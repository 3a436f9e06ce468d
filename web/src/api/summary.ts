/** Sums of usage over a span of time. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";
import type { SummaryRow } from "./types.ts";

export interface SummaryParams {
  from?: string;
  to?: string;
  /** Comma separated dimensions, e.g. `day,model`. */
  group_by: string;
  /** So many of the last dimension's values, the largest by `top_by`; all others are one row. */
  top?: number;
  top_by?: "cost" | "requests" | "tokens" | "saved" | "errors";
  percentiles?: "true";
  model?: string;
  provider?: string;
  key?: string;
  team?: string;
  user?: string;
  tag?: string;
}

export const summaryQuery = (tenant: string, params: SummaryParams) =>
  queryOptions({
    queryKey: ["summary", tenant, params],
    queryFn: ({ signal }) =>
      apiGet<{ data: SummaryRow[] }>(`/api/v1/tenants/${tenant}/usage/summary`, { ...params }, signal).then(
        (answer) => answer.data,
      ),
    // Another span or filter: the old figures stay, dimmed, until the new ones are there. Other groups do not fit.
    placeholderData: (old: SummaryRow[] | undefined, query) =>
      (query?.queryKey[2] as SummaryParams | undefined)?.group_by === params.group_by ? old : undefined,
  });

/** Sums of usage over a span of time. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";
import type { SummaryRow } from "./types.ts";

export interface SummaryParams {
  from?: string;
  to?: string;
  /** Comma separated dimensions, e.g. `day,model`. */
  group_by: string;
  model?: string;
  provider?: string;
  key?: string;
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

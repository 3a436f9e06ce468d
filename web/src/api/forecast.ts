/** What the present period is expected to cost in the end. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";

export interface Forecast {
  period: "day" | "week" | "month";
  starts_at: string;
  ends_at: string;
  spent_usd: string;
  expected_usd: string;
  low_usd: string;
  high_usd: string;
  basis: "history" | "pace" | "done";
  history_days: number;
}

export interface ForecastParams {
  period: Forecast["period"];
  key?: string;
  user?: string;
  team?: string;
  model?: string;
  provider?: string;
}

/** Days move it, not requests. */
const STALE_MS = 60_000;

export const forecastQuery = (tenant: string, params: ForecastParams) =>
  queryOptions({
    queryKey: ["forecast", tenant, params],
    queryFn: ({ signal }) => apiGet<Forecast>(`/api/v1/tenants/${tenant}/forecast`, { ...params }, signal),
    staleTime: STALE_MS,
  });

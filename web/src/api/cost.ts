/** Why a record costs what it costs. */
import { queryOptions } from "@tanstack/react-query";
import { ApiError, apiGet } from "./client.ts";
import type { UsageRecord } from "./types.ts";

export interface CostExplanation {
  cost_usd: string | null;
  price_source: UsageRecord["price_source"];
  cost_parts: {
    model: string;
    kind: string;
    units: number;
    /** Of one unit; twelve decimals, as the part's cost. */
    price_usd: string;
    cost_usd: string;
  }[];
  /** Of the parts, rounded up to nine decimals. */
  sum_usd: string;
  matches: boolean;
  /** Why the parts are not the cost; null where they are. */
  mismatch:
    | "provider_cost"
    | "charged_at_bound"
    | "unpriced"
    | "price_changed"
    | "price_removed"
    | "not_reproducible"
    | null;
}

/** A record that came live is in the API within two seconds: until then its cost is asked for again. */
const STORED_AFTER_TRIES = 5;
const TRY_AGAIN_MS = 600;

export const costQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["cost", tenant, id],
    queryFn: ({ signal }) => apiGet<CostExplanation>(`/api/v1/tenants/${tenant}/usage/${id}/cost`, {}, signal),
    // Prices change seldom, and the record never does.
    staleTime: 60_000,
    retry: (failures, error) =>
      failures < STORED_AFTER_TRIES &&
      error instanceof ApiError &&
      (error.status === 404 || error.status === 0 || error.status >= 500),
    retryDelay: TRY_AGAIN_MS,
  });

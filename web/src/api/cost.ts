/** Why a record costs what it costs. */
import { queryOptions } from "@tanstack/react-query";
import { ApiError, apiGet } from "./client.ts";
import type { ExplainedCost } from "./types.ts";

/** A record that came live is in the API within two seconds: until then its cost is asked for again. */
const STORED_AFTER_TRIES = 5;
const TRY_AGAIN_MS = 600;

export const costQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["cost", tenant, id],
    queryFn: ({ signal }) => apiGet<ExplainedCost>(`/api/v1/tenants/${tenant}/usage/${id}/cost`, {}, signal),
    // Prices change seldom, and the record never does.
    staleTime: 60_000,
    retry: (failures, error) =>
      failures < STORED_AFTER_TRIES &&
      error instanceof ApiError &&
      (error.status === 404 || error.status === 0 || error.status >= 500),
    retryDelay: TRY_AGAIN_MS,
  });

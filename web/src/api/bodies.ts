/** What was asked and answered, where a key keeps it. Each look is noted in the audit log, so it is asked for on demand. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";
import type { KeptBodies } from "./types.ts";

export const bodiesQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["bodies", tenant, id],
    queryFn: ({ signal }) => apiGet<KeptBodies>(`/api/v1/tenants/${tenant}/bodies/${id}`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

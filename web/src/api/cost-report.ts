/** What was spent, saved, and could be saved; and the switches. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiGet, apiPatch, apiPut } from "./client.ts";
import type { CostReport, Possible } from "./types.ts";

/** Roll-ups move with every request; nobody watches a report by the second. */
const REFETCH_MS = 30_000;

/** From `from` until now. */
export const costReportQuery = (tenant: string, from: string) =>
  queryOptions({
    queryKey: ["cost-report", tenant, from],
    queryFn: ({ signal }) => apiGet<CostReport>(`/api/v1/tenants/${tenant}/cost-report`, { from }, signal),
    refetchInterval: REFETCH_MS,
    // Another span: the old figures stay, dimmed, until the new ones are there.
    placeholderData: keepPreviousData,
  });

/** Does what an opportunity says: its own call of the API. */
export function useSwitchOn(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ change: { method, path, body } }: Possible) =>
      method === "PUT" ? apiPut(path, body) : apiPatch(path, body),
    onSuccess: () =>
      Promise.all(
        ["cost-report", "keys", "routes"].map((kind) => client.invalidateQueries({ queryKey: [kind, tenant] })),
      ),
  });
}

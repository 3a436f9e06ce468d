/** Saved views: filters under a name, for whoever saved them alone. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPost } from "./client.ts";
import type { SavedView } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/views`;

export const viewsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["views", tenant],
    queryFn: ({ signal }) => apiGetAll<SavedView>(path(tenant), signal),
  });

export function useSaveView(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (view: Pick<SavedView, "page" | "name" | "filters">) => apiPost<SavedView>(path(tenant), view),
    onSuccess: () => client.invalidateQueries({ queryKey: ["views", tenant] }),
  });
}

export function useDeleteView(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiDelete(`${path(tenant)}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["views", tenant] }),
  });
}

/** A tenant's budgets, with their counters; live events keep the counters fresh (see live-cache.ts). */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPatch, apiPost } from "./client.ts";
import type { Budget } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/budgets`;

export const budgetsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["budgets", tenant],
    queryFn: ({ signal }) => apiGetAll<Budget>(path(tenant), signal),
  });

export type BudgetInput = Pick<Budget, "name" | "scope" | "period" | "timezone" | "enforcement"> &
  Partial<Pick<Budget, "limit_usd" | "limit_tokens" | "limit_requests">>;

/** Creates a budget, or changes the one with `id`; its scope stays, since what was counted belongs to it. */
export function useSaveBudget(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, scope, ...input }: BudgetInput & { id?: string }) =>
      id === undefined
        ? apiPost<Budget>(path(tenant), { scope, ...input })
        : apiPatch<Budget>(`${path(tenant)}/${id}`, input),
    onSuccess: () => client.invalidateQueries({ queryKey: ["budgets", tenant] }),
  });
}

export function useDeleteBudget(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiDelete(`${path(tenant)}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["budgets", tenant] }),
  });
}

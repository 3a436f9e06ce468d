/** A tenant's budgets, with their counters; live events keep the counters fresh (see live-cache.ts). */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPatch, apiPost } from "./client.ts";
import type { Budget } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/budgets`;

/** Periods that end are no event: they are looked at when the next one does, but not more often than this. */
const LOOK_AT_MOST_EVERY_MS = 5_000;
const LOOK_AT_LEAST_EVERY_MS = 3_600_000;

export const budgetsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["budgets", tenant],
    queryFn: ({ signal }) => apiGetAll<Budget>(path(tenant), signal),
    refetchInterval: ({ state }) => untilNextReset(state.data ?? [], Date.now()),
  });

/** How long until one of `budgets` has more again; false where none ever does. */
function untilNextReset(budgets: readonly Budget[], now: number): number | false {
  const resets = budgets.flatMap(({ resets_at }) => (resets_at === null ? [] : [Date.parse(resets_at)]));
  if (resets.length === 0) return false;
  return Math.min(Math.max(Math.min(...resets) - now, LOOK_AT_MOST_EVERY_MS), LOOK_AT_LEAST_EVERY_MS);
}

export type BudgetInput = Pick<Budget, "name" | "scope" | "period" | "rolling" | "timezone" | "enforcement"> &
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

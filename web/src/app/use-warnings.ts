/** What the navigation warns of: budgets that are used up, and providers that are left alone. */
import { useQuery } from "@tanstack/react-query";
import { budgetsQuery } from "../api/budgets.ts";
import { providerStatusQuery } from "../api/provider-status.ts";
import type { Budget, ProviderStatus } from "../api/types.ts";
import { budgetFigures } from "../lib/budget-figures.ts";
import type { Destination } from "./navigation.ts";

/** Changes come by the live socket; without it this is how old a warning may be. */
const LOOK_EVERY_MS = 60_000;

export interface Warning {
  count: number;
  /** What so many are. */
  text: string;
}

export type Warnings = Partial<Record<Destination["to"], Warning>>;

/** The warnings for the pages that are about them; nothing while it is not known. */
export function useWarnings(tenant: string): Warnings {
  const { data: budgets = [] } = useQuery(budgetsQuery(tenant));
  const { data: status = [] } = useQuery({ ...providerStatusQuery(tenant), refetchInterval: LOOK_EVERY_MS });
  return warningsOf(budgets, status);
}

/** Pure. */
export function warningsOf(budgets: readonly Budget[], status: readonly ProviderStatus[]): Warnings {
  const out = budgets.filter((budget) => budgetFigures(budget).remaining <= 0).length;
  const failing = new Set(status.filter(({ state }) => state === "open").map(({ provider }) => provider)).size;
  return {
    ...(out > 0 && { "/$tenant/budgets": { count: out, text: "used up" } }),
    ...(failing > 0 && { "/$tenant/providers": { count: failing, text: "left alone" } }),
  };
}

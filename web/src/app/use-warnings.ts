/** What the navigation warns of: budgets that are used up, alerts that nobody looked at, and providers that are left alone. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { firedQuery } from "../api/alerts.ts";
import { budgetsQuery } from "../api/budgets.ts";
import { providerStatusQuery } from "../api/provider-status.ts";
import type { Budget, FiredAlert, ProviderStatus } from "../api/types.ts";
import { budgetFigures } from "../lib/budget-figures.ts";
import { useAlertsSeen } from "../lib/seen-alerts.ts";
import type { Destination } from "./navigation.ts";

/** Changes come by the live socket; without it this is how old a warning may be. */
const LOOK_EVERY_MS = 60_000;
/** Where somebody never looked at alerts, older ones are no news. */
const NEWS_MS = 7 * 86_400_000;

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
  const { data: fired } = useInfiniteQuery(firedQuery(tenant));
  const seen = useAlertsSeen(tenant) ?? new Date(Date.now() - NEWS_MS).toISOString();
  return warningsOf({ budgets, status, alerts: fired?.pages.flatMap((page) => page.data) ?? [], seen });
}

interface Known {
  budgets: readonly Budget[];
  status: readonly ProviderStatus[];
  alerts: readonly Pick<FiredAlert, "time">[];
  /** When the newest alert fired that the person has seen. */
  seen: string;
}

/** Pure. */
export function warningsOf({ budgets, status, alerts, seen }: Known): Warnings {
  const out = budgets.filter((budget) => budgetFigures(budget).remaining <= 0).length;
  const failing = new Set(status.filter(({ state }) => state === "open").map(({ provider }) => provider)).size;
  const unseen = alerts.filter(({ time }) => time > seen).length;
  return {
    ...(unseen > 0 && { "/$tenant/alerts": { count: unseen, text: "new" } }),
    ...(out > 0 && { "/$tenant/budgets": { count: out, text: "used up" } }),
    ...(failing > 0 && { "/$tenant/providers": { count: failing, text: "left alone" } }),
  };
}

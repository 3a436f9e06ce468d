/** How providers' models do, as all isolates saw it. A change of state comes by the live socket; figures are fetched. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";
import type { ProviderStatus } from "./types.ts";

/** Rates and times move with each settlement. */
const LOOK_EVERY_MS = 5_000;

export const providerStatusQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["provider-status", tenant],
    queryFn: ({ signal }) =>
      apiGet<{ data: ProviderStatus[] }>(`/api/v1/tenants/${tenant}/providers/status`, {}, signal).then(
        (answer) => answer.data,
      ),
    refetchInterval: LOOK_EVERY_MS,
  });

/** Takes a change of state into what is on screen. */
export function applyProviderStatus(client: QueryClient, tenant: string, changed: ProviderStatus): void {
  const isSame = (one: ProviderStatus) =>
    one.provider === changed.provider && one.model === changed.model && one.credential === changed.credential;
  client.setQueryData<ProviderStatus[]>(
    ["provider-status", tenant],
    (all) => all && (all.some(isSame) ? all.map((one) => (isSame(one) ? changed : one)) : [...all, changed]),
  );
}

/** Rate limits: of scopes, and as keys, teams and users have them on their own records. */
import { queryOptions } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPatch, apiPost } from "./client.ts";
import type { RateLimit, Rates, Scope } from "./types.ts";
import { useChange } from "./use-change.ts";

const path = (tenant: string, rest: string): string => `/api/v1/tenants/${tenant}/${rest}`;

export const rateLimitsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["rate-limits", tenant],
    queryFn: ({ signal }) => apiGetAll<RateLimit>(path(tenant, "rate-limits"), signal),
  });

/** What has limits of its own: a record of limits, or a key, a team or a user. */
export type LimitOwner = "rate-limits" | "keys" | "teams" | "users";
/** Of a record whose limits may have been changed. */
const LISTS: readonly LimitOwner[] = ["rate-limits", "keys", "teams", "users"];

export const useMakeLimit = (tenant: string) =>
  useChange(tenant, ["rate-limits"], (input: { name: string; scope: Scope } & Partial<Rates>) =>
    apiPost<RateLimit>(path(tenant, "rate-limits"), input),
  );

export interface LimitChange {
  owner: LimitOwner;
  id: string;
  /** Of a record of limits alone. */
  name?: string;
  rates: Rates;
}

export const useChangeLimit = (tenant: string) =>
  useChange(tenant, LISTS, ({ owner, id, name, rates }: LimitChange) =>
    apiPatch(
      path(tenant, `${owner}/${encodeURIComponent(id)}`),
      owner === "rate-limits" ? { name, ...rates } : { rate_limits: rates },
    ),
  );

const NONE: Rates = {
  requests_per_minute: null,
  requests_per_day: null,
  tokens_per_minute: null,
  tokens_per_day: null,
  concurrent: null,
};

/** A record of limits goes; a key, a team or a user stays, without limits. */
export const useRemoveLimit = (tenant: string) =>
  useChange(tenant, LISTS, ({ owner, id }: { owner: LimitOwner; id: string }) => {
    const at = path(tenant, `${owner}/${encodeURIComponent(id)}`);
    return owner === "rate-limits" ? apiDelete(at) : apiPatch(at, { rate_limits: NONE });
  });

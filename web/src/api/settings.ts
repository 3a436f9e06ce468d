/** The tenant itself, its management tokens, and its configuration as one document. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGet, apiGetAll, apiPatch, apiPost, apiPutTagged } from "./client.ts";
import type { Action, AppliedConfig, NewToken, Role, Tenant, Token } from "./types.ts";
import { useChange } from "./use-change.ts";

const path = (tenant: string, rest = ""): string => `/api/v1/tenants/${tenant}${rest}`;

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["tenant", tenant],
    queryFn: ({ signal }) => apiGet<Tenant>(path(tenant), {}, signal),
  });

export function useChangeTenant(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Partial<Pick<Tenant, "name" | "raw_retention_days">>) => apiPatch<Tenant>(path(tenant), input),
    onSuccess: (changed) => {
      client.setQueryData(["tenant", tenant], changed);
      return client.invalidateQueries({ queryKey: ["me"] });
    },
  });
}

export const removeTenant = (tenant: string): Promise<unknown> => apiDelete(path(tenant));

export const tokensQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["tokens", tenant],
    queryFn: ({ signal }) => apiGetAll<Token>(path(tenant, "/tokens"), signal),
  });

export interface TokenInput {
  name: string;
  role: Role;
  expires_at: string | null;
  /** Only these of what the role may do; null for all of it. */
  actions: readonly Action[] | null;
}

export const useMakeToken = (tenant: string) =>
  useChange(tenant, ["tokens"], (input: TokenInput) => apiPost<NewToken>(path(tenant, "/tokens"), input));

export const useRevokeToken = (tenant: string) =>
  useChange(tenant, ["tokens"], (id: string) => apiDelete(path(tenant, `/tokens/${id}`)));

export const readConfig = (tenant: string): Promise<Record<string, unknown>> => apiGet(path(tenant, "/config"));

/** What `document` would change, and the tag of what it would change it from. */
export const tryConfig = (tenant: string, document: unknown) =>
  apiPutTagged<AppliedConfig>(path(tenant, "/config?dry_run=1"), document);

/** Applies `document`, unless somebody has changed since what `tag` is of. */
export const applyConfig = (tenant: string, document: unknown, tag: string | null) =>
  apiPutTagged<AppliedConfig>(path(tenant, "/config"), document, tag);

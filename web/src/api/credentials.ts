/** A tenant's own keys for providers: write-only, the API tells the last four characters. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPost, apiPut } from "./client.ts";
import type { Credential } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/credentials`;

export const credentialsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["credentials", tenant],
    queryFn: ({ signal }) => apiGetAll<Credential>(path(tenant), signal),
  });

export interface CredentialInput {
  provider: string;
  api_key: string;
  /** Named: one more beside the default one. */
  name?: string;
  origin?: string;
  base_url?: string;
  dialect?: string;
}

/** Sets a provider's default credential, or adds a named one. */
export function useSaveCredential(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ provider, name, ...input }: CredentialInput) =>
      name === undefined
        ? apiPut(`${path(tenant)}/${encodeURIComponent(provider)}`, input)
        : apiPost(path(tenant), { provider, name, ...input }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["credentials", tenant] }),
  });
}

export function useDeleteCredential(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiDelete(`${path(tenant)}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["credentials", tenant] }),
  });
}

/** A tenant's own keys for providers: write-only, the API tells the last four characters. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPatch, apiPut } from "./client.ts";
import type { Credential } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/credentials`;

export const credentialsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["credentials", tenant],
    queryFn: ({ signal }) => apiGetAll<Credential>(path(tenant), signal),
  });

export interface CredentialInput {
  api_key: string;
  /** Replaces a known provider's origin. */
  origin?: string;
  /** For a provider that the gateway does not know. */
  base_url?: string;
  dialect?: string;
}

/** Sets a provider's default credential, or replaces the one with `id`. */
export function useSaveCredential(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (save: { provider: string; input: CredentialInput } | { id: string; input: CredentialInput }) =>
      "id" in save
        ? apiPatch(`${path(tenant)}/${save.id}`, save.input)
        : apiPut(`${path(tenant)}/${encodeURIComponent(save.provider)}`, save.input),
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

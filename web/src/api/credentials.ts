/** A tenant's own keys for providers: write-only, the API tells the last four characters. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPatch, apiPost, apiPut } from "./client.ts";
import type { Credential } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/credentials`;

export const credentialsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["credentials", tenant],
    queryFn: ({ signal }) => apiGetAll<Credential>(path(tenant), signal),
  });

export interface CredentialInput {
  api_key: string;
  /** Replaces a known provider's origin; null for that again. */
  origin?: string | null;
  /** For a provider that the gateway does not know. */
  base_url?: string;
  dialect?: string;
  weight?: number;
}

/** `name`: of a further credential of that provider; null for its first. */
type Save =
  | { provider: string; name: string | null; input: CredentialInput }
  | { id: string; input: CredentialInput | CredentialPatch };

/** What a credential's row changes of it. */
export interface CredentialPatch {
  name?: string;
  weight?: number;
}

/** Sets a provider's default credential, adds another one by its name, or changes the one with `id`. */
export function useSaveCredential(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (save: Save) => {
      if ("id" in save) return apiPatch(`${path(tenant)}/${save.id}`, save.input);
      const { provider, name, input } = save;
      return name === null
        ? apiPut(`${path(tenant)}/${encodeURIComponent(provider)}`, input)
        : apiPost(path(tenant), { provider, name, ...input });
    },
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

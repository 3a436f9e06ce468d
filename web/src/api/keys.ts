/** A tenant's keys. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPost } from "./client.ts";
import type { Key, KeyMode, NewKey } from "./types.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/keys`;

export const keysQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["keys", tenant],
    queryFn: ({ signal }) => apiGetAll<Key>(path(tenant), signal),
  });

/** What the create dialog can set; everything but the name may be left out. */
export interface KeyInput {
  name: string;
  mode: KeyMode;
  user?: string;
  team?: string;
  tags?: Record<string, string>;
  allow?: { models?: string[]; providers?: string[] };
  rate_limits?: { requests_per_minute: number };
  cache?: { ttl_seconds: number };
  expires_at?: string;
}

export function useCreateKey(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: KeyInput) => apiPost<NewKey>(path(tenant), input),
    onSuccess: () => client.invalidateQueries({ queryKey: ["keys", tenant] }),
  });
}

export function useRotateKey(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiPost<NewKey>(`${path(tenant)}/${id}/rotate`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["keys", tenant] }),
  });
}

export function useRevokeKey(tenant: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiDelete(`${path(tenant)}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["keys", tenant] }),
  });
}

/** A tenant's keys. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiGetTagged, apiPatchTagged, apiPost } from "./client.ts";
import type { Key, KeyMode, NewKey, Rates } from "./types.ts";
import { useChange } from "./use-change.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/keys`;

export const keysQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["keys", tenant],
    queryFn: ({ signal }) => apiGetAll<Key>(path(tenant), signal),
  });

/** One key as it is now, with the tag of its state: what an edit begins from. Never an older one. */
export const keyQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["key", tenant, id],
    queryFn: ({ signal }) => apiGetTagged<Key>(`${path(tenant)}/${id}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** What can be changed of a key; what is left out stays as it is. */
export type KeyChanges = Partial<
  Pick<
    Key,
    | "name"
    | "team"
    | "user"
    | "tags"
    | "require"
    | "max_identical_requests"
    | "cache"
    | "prompt_cache"
    | "bodies"
    | "on_disconnect"
    | "expires_at"
  >
> & { allow?: Partial<Key["allow"]>; rate_limits?: Partial<Rates> };

/** Changes a key that is still as `tag` says; else it is refused with 412. */
export const useChangeKey = (tenant: string) =>
  useChange(tenant, ["keys"], ({ id, tag, changes }: { id: string; tag: string | null; changes: KeyChanges }) =>
    apiPatchTagged<Key>(`${path(tenant)}/${id}`, changes, tag),
  );

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

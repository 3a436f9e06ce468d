/** A tenant's routes: named models, their versions, and which target a request would take. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import { apiDelete, apiGet, apiGetAll, apiPost, apiPut } from "./client.ts";
import type { Explanation, Route, RouteVersion } from "./types.ts";
import { useChange } from "./use-change.ts";

const path = (tenant: string, name?: string): string =>
  `/api/v1/tenants/${tenant}/routes${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;

export const routesQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["routes", tenant],
    queryFn: ({ signal }) => apiGetAll<Route>(path(tenant), signal),
  });

export const routeVersionsQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: ["routes", tenant, name, "versions"],
    queryFn: ({ signal }) =>
      apiGet<{ data: RouteVersion[] }>(`${path(tenant, name)}/versions`, {}, signal).then((answer) => answer.data),
  });

/** A sample of a request, as the API takes it. */
export interface SampleRequest {
  tags?: Record<string, string>;
  user?: string;
  session?: string;
  model?: string;
  stream?: boolean;
  input_tokens?: number;
  max_output_tokens?: number;
  body?: Record<string, unknown>;
}

export function useExplainRoute(tenant: string, name: string) {
  return useMutation({
    mutationFn: (request: SampleRequest) => apiPost<Explanation>(`${path(tenant, name)}/explain`, { request }),
  });
}

/** Makes a route, or replaces it: `body` is the whole of it but for its name. */
export const useSaveRoute = (tenant: string) =>
  useChange(
    tenant,
    ["routes"],
    ({ name, body, isNew }: { name: string; body: Record<string, unknown>; isNew: boolean }) =>
      isNew ? apiPost(path(tenant), { name, ...body }) : apiPut(path(tenant, name), body),
  );

export const useDeleteRoute = (tenant: string) =>
  useChange(tenant, ["routes"], (name: string) => apiDelete(path(tenant, name)));

export const useRestoreRoute = (tenant: string, name: string) =>
  useChange(tenant, ["routes"], (version: number) => apiPost(`${path(tenant, name)}/restore`, { version }));

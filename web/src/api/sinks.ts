/** Where usage goes beside the dashboard. */
import { queryOptions } from "@tanstack/react-query";
import { apiDelete, apiGetAll, apiPatch, apiPost } from "./client.ts";
import type { NewSink, Signal, Sink, SinkType } from "./types.ts";
import { useChange } from "./use-change.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/sinks`;
/** Sinks move all the time. */
const LOOK_EVERY_MS = 3_000;

export const sinksQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["sinks", tenant],
    queryFn: ({ signal }) => apiGetAll<Sink>(path(tenant), signal),
    refetchInterval: LOOK_EVERY_MS,
  });

export interface SinkInput {
  type: SinkType;
  name: string;
  url?: string;
  headers?: Record<string, string>;
  signals?: Signal[];
}

/** Makes a sink, or changes the one with `id`, whose type stays. The secret of a new webhook is in the answer, this once. */
export const useSaveSink = (tenant: string) =>
  useChange(tenant, ["sinks"], ({ id, type, ...input }: SinkInput & { id?: string }) =>
    id === undefined
      ? apiPost<NewSink>(path(tenant), { type, ...input })
      : apiPatch<NewSink>(`${path(tenant)}/${id}`, input),
  );

export const useEnableSink = (tenant: string) =>
  useChange(tenant, ["sinks"], ({ id, enabled }: { id: string; enabled: boolean }) =>
    apiPatch<Sink>(`${path(tenant)}/${id}`, { enabled }),
  );

export const useDeleteSink = (tenant: string) =>
  useChange(tenant, ["sinks"], (id: string) => apiDelete(`${path(tenant)}/${id}`));

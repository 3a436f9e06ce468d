/** Alert channels, what was delivered to them, and the alerts that fired. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { apiDelete, apiGet, apiGetAll, apiPatch, apiPost, type Page } from "./client.ts";
import type {
  AlertChannel,
  AlertType,
  ChannelType,
  DeliveryAttempt,
  FiredAlert,
  NewAlertChannel,
  TestedDelivery,
} from "./types.ts";
import { useChange } from "./use-change.ts";

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/alerts`;

export const channelsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["alerts", tenant],
    queryFn: ({ signal }) => apiGetAll<AlertChannel>(path(tenant), signal),
  });

const PAGE_SIZE = 50;
/** Attempts go on by themselves for hours. */
const LOOK_EVERY_MS = 5_000;

export const deliveriesQuery = (tenant: string, channel: string) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", tenant, channel],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page<DeliveryAttempt>>(
        `${path(tenant)}/${channel}/deliveries`,
        { limit: PAGE_SIZE, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LOOK_EVERY_MS,
  });

export const firedQuery = (tenant: string) =>
  infiniteQueryOptions({
    queryKey: ["alert-log", tenant],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page<FiredAlert>>(`/api/v1/tenants/${tenant}/alert-log`, { limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export interface ChannelInput {
  type: ChannelType;
  name: string;
  url?: string;
  to?: string[];
  events: AlertType[];
}

/** Makes a channel, or changes the one with `id`. The secret of a new webhook is in the answer, this once. */
export const useSaveChannel = (tenant: string) =>
  useChange(tenant, ["alerts"], ({ id, ...input }: ChannelInput & { id?: string }) =>
    id === undefined
      ? apiPost<NewAlertChannel>(path(tenant), input)
      : apiPatch<NewAlertChannel>(`${path(tenant)}/${id}`, input),
  );

export const useEnableChannel = (tenant: string) =>
  useChange(tenant, ["alerts"], ({ id, enabled }: { id: string; enabled: boolean }) =>
    apiPatch<AlertChannel>(`${path(tenant)}/${id}`, { enabled }),
  );

export const useDeleteChannel = (tenant: string) =>
  useChange(tenant, ["alerts"], (id: string) => apiDelete(`${path(tenant)}/${id}`));

/** Delivers a test now; that it could not be delivered is an answer, and no error. */
export const useTestChannel = (tenant: string) =>
  useChange(tenant, ["deliveries"], (id: string) => apiPost<TestedDelivery>(`${path(tenant)}/${id}/test`));

/** All alerts that fired, newest first. */
export const alertPages = (tenant: string) => (cursor: string | null, signal: AbortSignal) =>
  apiGet<Page<FiredAlert>>(`/api/v1/tenants/${tenant}/alert-log`, { limit: 500, cursor }, signal);

/** Models with what they cost, and a tenant's own prices. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { apiDelete, apiGet, apiGetAll, apiPost, type Page } from "./client.ts";
import type { Price, PricedModel } from "./types.ts";
import { useChange } from "./use-change.ts";

export const MODEL_FILTERS = ["q", "provider", "source"] as const;
export type ModelFilters = { [name in (typeof MODEL_FILTERS)[number]]?: string };

const path = (tenant: string, rest: string): string => `/api/v1/tenants/${tenant}/${rest}`;
const PAGE_SIZE = 100;

export const modelsQuery = (tenant: string, filters: ModelFilters) =>
  infiniteQueryOptions({
    queryKey: ["models", tenant, filters],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page<PricedModel>>(path(tenant, "models"), { ...filters, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** All that the filters let through. */
export const modelPages = (tenant: string, filters: ModelFilters) => (cursor: string | null, signal: AbortSignal) =>
  apiGet<Page<PricedModel>>(path(tenant, "models"), { ...filters, limit: 500, cursor }, signal);

/** One by its name, `provider/model`, wherever it is in the list; null where there is none. */
export const modelQuery = (tenant: string, name: string) =>
  queryOptions({
    queryKey: ["models", tenant, "one", name],
    queryFn: async ({ signal }) => {
      const at = name.indexOf("/");
      const [provider, model] = [name.slice(0, at), name.slice(at + 1)];
      const page = await modelPages(tenant, { provider, q: model })(null, signal);
      return page.data.find((each) => each.provider === provider && each.model === model) ?? null;
    },
  });

export const pricesQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["prices", tenant],
    queryFn: ({ signal }) => apiGetAll<Price>(path(tenant, "prices"), signal),
  });

export type PriceInput = Pick<Price, "per_million_tokens" | "per_unit" | "tiers" | "context_window" | "max_output"> & {
  per_request: string | null;
};

const LISTS = ["prices", "models"];

/** A price anew: an older one of the same model stays, to explain what it charged. */
export const useMakePrice = (tenant: string) =>
  useChange(tenant, LISTS, (input: PriceInput & Pick<Price, "provider" | "model">) =>
    apiPost<Price>(path(tenant, "prices"), input),
  );

export const useDeletePrice = (tenant: string) =>
  useChange(tenant, LISTS, (id: string) => apiDelete(path(tenant, `prices/${id}`)));

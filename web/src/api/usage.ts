/** Usage records, newest first. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { apiGet, type Page } from "./client.ts";
import type { UsageRecord } from "./types.ts";

/** What the list can be narrowed by; each is a query parameter of the API and of the page. */
export const USAGE_FILTERS = [
  "q",
  "status",
  "model",
  "provider",
  "key",
  "user",
  "team",
  "tag",
  "session",
  "mode",
  "endpoint",
  "error_code",
  "refused_by",
  "from",
  "to",
] as const;
export type UsageFilters = { [name in (typeof USAGE_FILTERS)[number]]?: string };

const PAGE_SIZE = 100;
const path = (tenant: string): string => `/api/v1/tenants/${tenant}/usage`;

export const usageQuery = (tenant: string, filters: UsageFilters) =>
  infiniteQueryOptions({
    queryKey: ["usage", tenant, filters],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page<UsageRecord>>(path(tenant), { ...filters, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** The newest few records. */
export const latestQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["latest", tenant],
    queryFn: ({ signal }) =>
      apiGet<Page<UsageRecord>>(path(tenant), { limit: LATEST }, signal).then((page) => page.data),
  });
export const LATEST = 10;

/** The latest requests that a budget refused, or cut short. */
export const refusedQuery = (tenant: string, budget: string) =>
  queryOptions({
    queryKey: ["latest", tenant, "refused", budget],
    queryFn: ({ signal }) =>
      apiGet<Page<UsageRecord>>(path(tenant), { refused_by: budget, limit: REFUSED }, signal).then((page) => page.data),
  });
const REFUSED = 6;

export const recordQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["record", tenant, id],
    queryFn: ({ signal }) => apiGet<UsageRecord>(`${path(tenant)}/${id}`, {}, signal),
    // A record never changes once it is written.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Whether `record` would be in the list that `filters` narrow. Mirrors the API, for records that come live. */
export function matchesFilters(record: UsageRecord, filters: UsageFilters): boolean {
  // What is no time lets nothing through: the API refuses it, and says so.
  const at = Date.parse(record.time);
  if (filters.from !== undefined && !(at >= Date.parse(filters.from))) return false;
  if (filters.to !== undefined && !(at < Date.parse(filters.to))) return false;
  for (const field of EQUAL) {
    if (filters[field] !== undefined && record[field] !== filters[field]) return false;
  }
  if (filters.q !== undefined && !hasWords(record, filters.q)) return false;
  return filters.tag === undefined || hasTag(record.tags, filters.tag);
}

const EQUAL = [
  "status",
  "model",
  "provider",
  "key",
  "user",
  "team",
  "session",
  "mode",
  "endpoint",
  "error_code",
  "refused_by",
] as const;

/** Whether all words of `q` are in what a person reads of the record, or it is the record's id. */
function hasWords(record: UsageRecord, q: string): boolean {
  const { provider, model, model_served, error_code, session, user, team } = record;
  const tags = Object.entries(record.tags).flat();
  const errors = record.attempts.map((attempt) => attempt.error);
  const text = [record.id, provider, model, model_served, error_code, session, user, team, ...tags, ...record.flags]
    .concat(errors.filter((error) => error !== undefined))
    .join(" ")
    .toLowerCase();
  return q
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .every((word) => text.includes(word));
}

/** Whether `tags` have `tag`, a name or `name=value`. */
export function hasTag(tags: Record<string, string>, tag: string): boolean {
  const at = tag.indexOf("=");
  const name = at < 0 ? tag : tag.slice(0, at);
  return Object.hasOwn(tags, name) && (at < 0 || tags[name] === tag.slice(at + 1));
}

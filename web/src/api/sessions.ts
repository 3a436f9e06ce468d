/** Sessions: agents' runs, those that ended last first. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { apiGet, type Page } from "./client.ts";
import type { AgentSession, UsageRecord } from "./types.ts";

export const SESSION_FILTERS = ["q", "key", "user", "team"] as const;
export type SessionFilters = { [name in (typeof SESSION_FILTERS)[number]]?: string };

const PAGE_SIZE = 100;
const path = (tenant: string): string => `/api/v1/tenants/${tenant}/sessions`;

export const sessionsQuery = (tenant: string, filters: SessionFilters) =>
  infiniteQueryOptions({
    queryKey: ["sessions", tenant, filters],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page<AgentSession>>(path(tenant), { ...filters, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const sessionQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["sessions", tenant, "one", id],
    queryFn: ({ signal }) => apiGet<AgentSession>(`${path(tenant)}/${encodeURIComponent(id)}`, {}, signal),
  });

/** A page has at most so many; a run that has more shows its latest. */
const MOST_REQUESTS = 2_000;
const REQUESTS_A_CALL = 500;

/** The latest requests of a session, in the order in which they came. */
export const sessionRequestsQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ["sessions", tenant, "requests", id],
    queryFn: async ({ signal }) => {
      const all: UsageRecord[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<UsageRecord> = await apiGet(
          `/api/v1/tenants/${tenant}/usage`,
          { session: id, limit: REQUESTS_A_CALL, cursor },
          signal,
        );
        all.push(...page.data);
        cursor = page.next_cursor;
      } while (cursor !== null && all.length < MOST_REQUESTS);
      return all.reverse();
    },
  });

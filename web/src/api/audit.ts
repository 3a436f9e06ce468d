/** Who changed what. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { apiGet, type Page } from "./client.ts";
import type { AuditEntry } from "./types.ts";

const ACTIONS: Record<AuditEntry["action"], true> = {
  create: true,
  update: true,
  delete: true,
  rotate: true,
  read: true,
};
const KINDS: Record<AuditEntry["kind"], true> = {
  key: true,
  budget: true,
  credential: true,
  price: true,
  route: true,
  rateLimit: true,
  token: true,
  team: true,
  user: true,
  sink: true,
  alert: true,
  member: true,
  invitation: true,
  account: true,
  tenant: true,
  body: true,
  usage: true,
};
export const AUDIT_ACTIONS = Object.keys(ACTIONS);
export const AUDIT_KINDS = Object.keys(KINDS);

export const AUDIT_FILTERS = ["actor", "action", "kind", "record", "from", "to"] as const;
export type AuditFilters = { [name in (typeof AUDIT_FILTERS)[number]]?: string };

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/audit`;
const PAGE_SIZE = 100;

export const auditQuery = (tenant: string, filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: ["audit", tenant, filters],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page<AuditEntry>>(path(tenant), { ...filters, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** All that the filters let through, newest first. */
export const auditPages = (tenant: string, filters: AuditFilters) => (cursor: string | null, signal: AbortSignal) =>
  apiGet<Page<AuditEntry>>(path(tenant), { ...filters, limit: 500, cursor }, signal);

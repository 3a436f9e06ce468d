/** Who is signed in, what they belong to, and what they may do there. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { apiGet } from "./client.ts";
import type { Action, Me } from "./types.ts";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => apiGet<Me>("/api/v1/me", {}, signal),
  staleTime: 60_000,
});

/** The organization that is open, as the person belongs to it. */
export function useMembership(): Me["tenants"][number] | undefined {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data } = useQuery(meQuery);
  return data?.tenants.find((each) => each.id === tenant);
}

/**
 * Whether the person may do `action` in the organization that is open: what they may not is not offered. The API decides
 * by the same table.
 */
export const useMay = (action: Action): boolean => useMembership()?.actions.includes(action) ?? false;

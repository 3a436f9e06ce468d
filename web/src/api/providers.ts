/** The providers that the gateway knows by name. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";

export interface KnownProvider {
  /** The first segment of its paths at the gateway. */
  slug: string;
  origin: string;
}

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) =>
    apiGet<{ data: KnownProvider[] }>("/api/v1/providers", {}, signal).then((answer) => answer.data),
  staleTime: Number.POSITIVE_INFINITY,
});

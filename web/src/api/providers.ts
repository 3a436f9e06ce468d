/** The providers that the gateway knows by name. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";
import type { KnownProvider } from "./types.ts";

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) =>
    apiGet<{ data: KnownProvider[] }>("/api/v1/providers", {}, signal).then((answer) => answer.data),
  staleTime: Number.POSITIVE_INFINITY,
});

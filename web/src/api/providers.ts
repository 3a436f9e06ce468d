/** The providers that the gateway knows by name. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";

export interface KnownProvider {
  /** The first segment of its paths at the gateway. */
  slug: string;
  /** Null where every customer has an origin of its own, which the credential has to name. */
  origin: string | null;
  /** Whether a tenant without a credential of its own is served with the operator's. */
  operator_credential: boolean;
}

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) =>
    apiGet<{ data: KnownProvider[] }>("/api/v1/providers", {}, signal).then((answer) => answer.data),
  staleTime: Number.POSITIVE_INFINITY,
});

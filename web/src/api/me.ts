/** Who is signed in, and what they belong to. */
import { queryOptions } from "@tanstack/react-query";
import { apiGet } from "./client.ts";
import type { Me } from "./types.ts";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => apiGet<Me>("/api/v1/me", {}, signal),
  staleTime: 60_000,
});

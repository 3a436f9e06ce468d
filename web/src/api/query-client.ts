import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client.ts";

/** Refusals are answers: asking again changes nothing. Only silence and server faults are tried again. */
const worthRetrying = (error: Error): boolean =>
  !(error instanceof ApiError) || error.status === 0 || error.status >= 500;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && worthRetrying(error),
      retryDelay: (attempt) => 400 * 2 ** attempt,
    },
  },
});

/** Where a session ends while its pages are open: elsewhere, by an owner, or by time. */
import type { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/client.ts";
import type { router as dashboard } from "./router.tsx";

/**
 * Once the API says that nobody is signed in, goes to the sign-in page, and back afterwards. Without it every page would say
 * that it could not be loaded, beside figures that are of before.
 */
export function watchSession(client: QueryClient, router: typeof dashboard): void {
  let isLeaving = false;
  client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "error" || isLeaving) return;
    const { error } = event.action;
    // A key that ended, as the playground's does, is another 401.
    if (!(error instanceof ApiError) || error.code !== "unauthenticated") return;
    if (!router.state.matches.some(({ routeId }) => routeId === "/$tenant")) return;
    isLeaving = true;
    void router.navigate({ to: "/sign-in", search: { next: `/app${router.state.location.href}` } }).finally(() => {
      client.clear();
      isLeaving = false;
    });
  });
}

/** The dashboard's pages: each is loaded when it is first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "../api/client.ts";
import { meQuery } from "../api/me.ts";
import { queryClient } from "../api/query-client.ts";
import { dialogSearch, overviewSearch, providersSearch, requestsSearch, signInSearch } from "../lib/search.ts";
import { recall, remember } from "../lib/storage.ts";
import { PageCrashed, PageLoading, PageNotFound } from "./fallbacks.tsx";
import { NoTenant } from "./no-tenant.tsx";
import { Shell } from "./shell.tsx";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: PageNotFound });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import("../features/auth/sign-in-page.tsx"), "SignInPage"),
});

/** Where a bare `/app` leads: the tenant that was open last, else the first one. */
const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  // A one-time link that failed comes back here with its reason.
  validateSearch: (raw): { error?: string } => (typeof raw.error === "string" ? { error: raw.error } : {}),
  beforeLoad: async ({ search }) => {
    if (search.error) throw redirect({ to: "/sign-in", search: { error: search.error } });
    const { tenants } = await signedIn("/app");
    const tenant = tenants.find((each) => each.id === recall("tenant")) ?? tenants[0];
    if (tenant) throw redirect({ to: "/$tenant", params: { tenant: tenant.id }, replace: true });
  },
  component: NoTenant,
});

const tenantRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/$tenant",
  beforeLoad: async ({ params, location }) => {
    const { tenants } = await signedIn(`/app${location.href}`);
    if (!tenants.some((each) => each.id === params.tenant)) throw redirect({ to: "/", replace: true });
    remember("tenant", params.tenant);
  },
  component: Shell,
});

const overviewRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/",
  validateSearch: overviewSearch,
  component: lazyRouteComponent(() => import("../features/overview/overview-page.tsx"), "OverviewPage"),
});

const requestsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/requests",
  validateSearch: requestsSearch,
  component: lazyRouteComponent(() => import("../features/requests/requests-page.tsx"), "RequestsPage"),
});

const requestRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/requests/$id",
  component: lazyRouteComponent(() => import("../features/requests/request-page.tsx"), "RequestPage"),
});

const keysRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/keys",
  validateSearch: dialogSearch,
  component: lazyRouteComponent(() => import("../features/keys/keys-page.tsx"), "KeysPage"),
});

const budgetsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/budgets",
  validateSearch: dialogSearch,
  component: lazyRouteComponent(() => import("../features/budgets/budgets-page.tsx"), "BudgetsPage"),
});

const providersRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/providers",
  validateSearch: providersSearch,
  component: lazyRouteComponent(() => import("../features/providers/providers-page.tsx"), "ProvidersPage"),
});

/** Who is signed in; without a session, off to the sign-in page and back afterwards. */
async function signedIn(next: string) {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      throw redirect({ to: "/sign-in", search: next === "/app" ? {} : { next } });
    }
    throw error;
  }
}

export const router = createRouter({
  basepath: "/app",
  routeTree: rootRoute.addChildren([
    indexRoute,
    signInRoute,
    tenantRoute.addChildren([overviewRoute, requestsRoute, requestRoute, keysRoute, budgetsRoute, providersRoute]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 200,
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageCrashed,
  defaultNotFoundComponent: PageNotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** The dashboard's pages: each is loaded when it is first opened. */
import {
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { ApiError } from "../api/client.ts";
import { meQuery } from "../api/me.ts";
import { queryClient } from "../api/query-client.ts";
import { askForOverview } from "../features/overview/queries.ts";
import {
  alertsSearch,
  auditSearch,
  budgetsSearch,
  dialogSearch,
  editSearch,
  modelsSearch,
  overviewSearch,
  playgroundSearch,
  providersSearch,
  quotedValue,
  requestsSearch,
  savingsSearch,
  sessionsSearch,
} from "../lib/search.ts";
import { recall, remember } from "../lib/storage.ts";
import { AUTH_ROUTES } from "./auth-routes.ts";
import { PageCrashed, PageLoading, PageNotFound } from "./fallbacks.tsx";
import { rootRoute } from "./root-route.ts";
import { Shell } from "./shell.tsx";

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
    if (!tenant) throw redirect({ to: "/new-organization", replace: true });
    throw redirect({ to: "/$tenant", params: { tenant: tenant.id }, replace: true });
  },
});

const newOrganizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/new-organization",
  beforeLoad: () => signedIn("/app/new-organization"),
  component: lazyRouteComponent(() => import("../features/auth/new-organization-page.tsx"), "NewOrganizationPage"),
});

const tenantRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/$tenant",
  beforeLoad: async ({ params, location, matches }) => {
    const asked = signedIn(`/app${location.href}`);
    for (const { routeId } of matches) {
      const { component } = router.routesById[routeId as keyof typeof router.routesById].options;
      component?.preload?.();
    }
    // Who was here has a session still, most likely: the page's data come while that is asked.
    if (recall("tenant") === params.tenant) {
      for (const { staticData, search } of matches) staticData.ask?.(params.tenant, { ...search });
    }
    const { tenants } = await asked;
    const membership = tenants.find((each) => each.id === params.tenant);
    if (!membership) throw redirect({ to: "/", replace: true });
    remember("tenant", params.tenant);
    // Nothing but the account is to be seen there before.
    if (membership.second_factor_needed && !location.pathname.endsWith("/account")) {
      throw redirect({ to: "/$tenant/account", params, replace: true });
    }
  },
  component: Shell,
  // Within the shell, so that the way on is at hand.
  notFoundComponent: PageNotFound,
});

const overviewRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/",
  validateSearch: overviewSearch,
  staticData: { ask: (tenant, search) => askForOverview(queryClient, tenant, overviewSearch(search)) },
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

const sessionsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/sessions",
  validateSearch: sessionsSearch,
  component: lazyRouteComponent(() => import("../features/sessions/sessions-page.tsx"), "SessionsPage"),
});

const sessionRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/sessions/$id",
  component: lazyRouteComponent(() => import("../features/sessions/session-page.tsx"), "SessionPage"),
});

const playgroundRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/playground",
  validateSearch: playgroundSearch,
  component: lazyRouteComponent(() => import("../features/playground/playground-page.tsx"), "PlaygroundPage"),
});

const keysRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/keys",
  validateSearch: editSearch,
  component: lazyRouteComponent(() => import("../features/keys/keys-page.tsx"), "KeysPage"),
});

const savingsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/savings",
  validateSearch: savingsSearch,
  component: lazyRouteComponent(() => import("../features/savings/savings-page.tsx"), "SavingsPage"),
});

const budgetsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/budgets",
  validateSearch: budgetsSearch,
  component: lazyRouteComponent(() => import("../features/budgets/budgets-page.tsx"), "BudgetsPage"),
});

const providersRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/providers",
  validateSearch: providersSearch,
  component: lazyRouteComponent(() => import("../features/providers/providers-page.tsx"), "ProvidersPage"),
});

const routesRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/routes",
  validateSearch: dialogSearch,
  component: lazyRouteComponent(() => import("../features/routes/routes-page.tsx"), "RoutesPage"),
});

const routeRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/routes/$name",
  component: lazyRouteComponent(() => import("../features/routes/route-page.tsx"), "RoutePage"),
});

const alertsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/alerts",
  validateSearch: alertsSearch,
  component: lazyRouteComponent(() => import("../features/alerts/alerts-page.tsx"), "AlertsPage"),
});

const limitsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/limits",
  validateSearch: editSearch,
  component: lazyRouteComponent(() => import("../features/limits/limits-page.tsx"), "LimitsPage"),
});

const modelsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/models",
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => import("../features/models/models-page.tsx"), "ModelsPage"),
});

const sinksRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/sinks",
  validateSearch: editSearch,
  component: lazyRouteComponent(() => import("../features/sinks/sinks-page.tsx"), "SinksPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("../features/audit/audit-page.tsx"), "AuditPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/settings",
  validateSearch: dialogSearch,
  component: lazyRouteComponent(() => import("../features/settings/settings-page.tsx"), "SettingsPage"),
});

const teamRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/team",
  validateSearch: dialogSearch,
  component: lazyRouteComponent(() => import("../features/team/team-page.tsx"), "TeamPage"),
});

const accountRoute = createRoute({
  getParentRoute: () => tenantRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("../features/account/account-page.tsx"), "AccountPage"),
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
  parseSearch: parseSearchWith(quotedValue),
  stringifySearch: stringifySearchWith(JSON.stringify, quotedValue),
  routeTree: rootRoute.addChildren([
    indexRoute,
    ...AUTH_ROUTES,
    newOrganizationRoute,
    tenantRoute.addChildren([
      overviewRoute,
      requestsRoute,
      requestRoute,
      sessionsRoute,
      sessionRoute,
      playgroundRoute,
      keysRoute,
      savingsRoute,
      budgetsRoute,
      routesRoute,
      routeRoute,
      providersRoute,
      alertsRoute,
      limitsRoute,
      modelsRoute,
      sinksRoute,
      auditRoute,
      settingsRoute,
      teamRoute,
      accountRoute,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 200,
  // By itself it would show what is loading for half a second more, for the sake of calm, where the page is there already.
  defaultPendingMinMs: 0,
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageCrashed,
  defaultNotFoundComponent: PageNotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** Asks for what the page shows, ahead of it. */
    ask?: (tenant: string, search: Record<string, unknown>) => void;
  }
}

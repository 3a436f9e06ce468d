/** The admin API and signing in: all routes below `/api`. */
import { Hono } from "hono";
import { actorOf } from "../auth/principal.ts";
import { handleAuth } from "../auth/sessions.ts";
import { gatewayError } from "../core/errors.ts";
import type { Env } from "../env.ts";
import { mountAccount } from "./account.ts";
import { mountAgentSessions } from "./agent-sessions.ts";
import { mountAlerts } from "./alerts.ts";
import { mountAudit } from "./audit.ts";
import { mountBudgets } from "./budgets.ts";
import { type App, errorResponse, faultResponse } from "./call.ts";
import { mountConfig } from "./config.ts";
import { mountCredentials } from "./credentials.ts";
import { mountDescription, referencePage } from "./describe.ts";
import { mountForecast } from "./forecasts.ts";
import { mountInvitations } from "./invitations.ts";
import { mountJoining } from "./joining.ts";
import { mountKeys } from "./keys.ts";
import { mountLive } from "./live.ts";
import { mountMe } from "./me.ts";
import { mountMembers } from "./members.ts";
import { mountOperator } from "./operator.ts";
import { mountParties } from "./parties.ts";
import { mountPrices } from "./prices.ts";
import { mountProviders } from "./providers.ts";
import { mountRateLimits } from "./rate-limits.ts";
import { mountRoutes } from "./routes.ts";
import { mountSavedViews } from "./saved-views.ts";
import { mountSavings } from "./savings.ts";
import { mountSignUp } from "./sign-up.ts";
import { mountSinks } from "./sinks.ts";
import { mountTenantSecurity } from "./tenant-security.ts";
import { mountTenants } from "./tenants.ts";
import { mountTokens } from "./tokens.ts";
import { mountUsage } from "./usage.ts";

export const v1: App = { router: new Hono<{ Bindings: Env }>(), operations: [], components: [], sections: [] };
mountMe(v1);
mountAccount(v1);
mountSignUp(v1);
mountJoining(v1);
mountOperator(v1);
mountTenants(v1);
mountTenantSecurity(v1);
mountMembers(v1);
mountInvitations(v1);
mountParties(v1);
mountProviders(v1);
mountKeys(v1);
mountCredentials(v1);
mountBudgets(v1);
mountRateLimits(v1);
mountAlerts(v1);
mountPrices(v1);
mountRoutes(v1);
mountSinks(v1);
mountTokens(v1);
mountSavings(v1);
mountUsage(v1);
mountAgentSessions(v1);
mountSavedViews(v1);
mountForecast(v1);
mountAudit(v1);
mountLive(v1);
mountConfig(v1);
mountDescription(v1);

const noSuchPath = () => errorResponse(gatewayError("not_found", "There is no such path in this API."));

export const api = new Hono<{ Bindings: Env }>();
api.all(
  "/api/auth/*",
  async (c) => (await handleAuth(c.req.raw, c.env, (user) => actorOf(c.req.raw, `user:${user}`))) ?? noSuchPath(),
);
api.get("/api/docs", (c) => referencePage(v1, new URL(c.req.url)));
api.route("/api/v1", v1.router);
api.all("*", noSuchPath);
api.onError(faultResponse);

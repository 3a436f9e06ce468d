/** The admin API and signing in: all routes below `/api`. */
import { Hono } from "hono";
import { handleAuth } from "../auth/sessions.ts";
import { gatewayError } from "../core/errors.ts";
import type { Env } from "../env.ts";
import { mountAlerts } from "./alerts.ts";
import { mountAudit } from "./audit.ts";
import { mountBudgets } from "./budgets.ts";
import { errorResponse, faultResponse } from "./call.ts";
import { mountCredentials } from "./credentials.ts";
import { mountKeys } from "./keys.ts";
import { mountLive } from "./live.ts";
import { mountMe } from "./me.ts";
import { mountOperator } from "./operator.ts";
import { mountParties } from "./parties.ts";
import { mountPrices } from "./prices.ts";
import { mountProviders } from "./providers.ts";
import { mountRateLimits } from "./rate-limits.ts";
import { mountSinks } from "./sinks.ts";
import { mountTenants } from "./tenants.ts";
import { mountTokens } from "./tokens.ts";
import { mountUsage } from "./usage.ts";

const v1 = new Hono<{ Bindings: Env }>();
mountMe(v1);
mountOperator(v1);
mountTenants(v1);
mountParties(v1);
mountProviders(v1);
mountKeys(v1);
mountCredentials(v1);
mountBudgets(v1);
mountRateLimits(v1);
mountAlerts(v1);
mountPrices(v1);
mountSinks(v1);
mountTokens(v1);
mountUsage(v1);
mountAudit(v1);
mountLive(v1);

const noSuchPath = () => errorResponse(gatewayError("not_found", "There is no such path in this API."));

export const api = new Hono<{ Bindings: Env }>();
api.all("/api/auth/*", async (c) => (await handleAuth(c.req.raw, c.env)) ?? noSuchPath());
api.route("/api/v1", v1);
api.all("*", noSuchPath);
api.onError(faultResponse);

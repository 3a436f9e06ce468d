/** The control plane: health, sign-in and the admin API, as one router. */
import { Hono } from "hono";
import { handleAuth } from "../auth/sessions.ts";
import { gatewayError } from "../core/errors.ts";
import type { Env } from "../env.ts";
import { mountAudit } from "./audit.ts";
import { mountBudgets } from "./budgets.ts";
import { errorResponse, faultResponse } from "./call.ts";
import { mountCredentials } from "./credentials.ts";
import { mountKeys } from "./keys.ts";
import { mountLive } from "./live.ts";
import { mountMe } from "./me.ts";
import { mountOperator } from "./operator.ts";
import { mountParties } from "./parties.ts";
import { mountTenants } from "./tenants.ts";
import { mountTokens } from "./tokens.ts";
import { mountUsage } from "./usage.ts";

/** As in package.json; the two are held together by a test. */
export const VERSION = "0.1.0";

const api = new Hono<{ Bindings: Env }>();
const noSuchPath = () => errorResponse(gatewayError("not_found", "There is no such path in this API."));
mountMe(api);
mountOperator(api);
mountTenants(api);
mountParties(api);
mountKeys(api);
mountCredentials(api);
mountBudgets(api);
mountTokens(api);
mountUsage(api);
mountAudit(api);
mountLive(api);
api.all("*", noSuchPath);

export const control = new Hono<{ Bindings: Env }>();
control.get("/healthz", () => Response.json({ status: "ok", version: VERSION }));
control.all("/healthz", () => errorResponse(gatewayError("method_not_allowed", "This path takes GET.")));
control.all("/api/auth/*", async (c) => (await handleAuth(c.req.raw, c.env)) ?? noSuchPath());
control.route("/api/v1", api);
control.all("/api/*", noSuchPath);
control.all("/api", noSuchPath);
control.onError(faultResponse);

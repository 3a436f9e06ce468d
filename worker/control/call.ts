/** What a route's handler gets and gives: plain values. Hono's context ends here. */
import type { Context, Hono } from "hono";
import { actorId, authorize, authorizeOperator, identify, type Principal } from "../auth/principal.ts";
import type { Action, Role } from "../auth/roles.ts";
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { Actor } from "../core/ledger-api.ts";
import { fail, type Outcome } from "../core/outcome.ts";
import type { Env } from "../env.ts";

export type App = Hono<{ Bindings: Env }>;
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Call {
  env: Env;
  request: Request;
  url: URL;
  /** Path parameters, decoded. */
  params: Record<string, string>;
  principal: Principal;
  /** For the audit log. */
  actor: Actor;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface TenantCall extends Call {
  tenant: string;
  role: Role;
}

/** A handler answers a value for JSON, an error, or a whole response. */
export type Answer = Outcome<unknown> | Response;
type Handler = (call: Call) => Promise<Answer>;

/** A handler that runs for whoever may do `action` in the path's tenant. */
export const forTenant =
  (action: Action, handle: (call: TenantCall) => Promise<Answer>): Handler =>
  async (call) => {
    const tenant = call.params.tenant ?? "";
    const role = await authorize(call.env, call.principal, { tenant, action });
    return role.ok ? handle({ ...call, tenant, role: role.value }) : role;
  };

/** A handler that runs for the operator alone. */
export const forOperator =
  (handle: Handler): Handler =>
  async (call) => {
    const allowed = authorizeOperator(call.principal);
    return allowed.ok ? handle(call) : allowed;
  };

/** Mounts the methods of one path; every other method is answered with 405. */
export function mount(app: App, path: string, handlers: Partial<Record<Method, Handler>>): void {
  for (const [method, handle] of Object.entries(handlers)) app.on(method, path, (c) => run(c, handle));
  const allow = Object.keys(handlers).join(", ");
  app.all(path, () => {
    const response = errorResponse(gatewayError("method_not_allowed", `This path takes ${allow}.`));
    response.headers.set("allow", allow);
    return response;
  });
}

/** An error in the admin API's shape. */
export function errorResponse({ status, code, message, details, retryAfterSeconds }: GatewayError): Response {
  const headers: Record<string, string> = { "cache-control": "no-store" };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  if (status === 401) headers["www-authenticate"] = "Bearer";
  return Response.json({ error: { code, message, details: details ?? {} } }, { status, headers });
}

/** An error that is no refusal but a fault: told apart by what the platform marks on a Durable Object's error. */
export function faultResponse(error: unknown): Response {
  console.error("admin API:", error instanceof Error ? (error.stack ?? error.message) : String(error));
  const outOfReach = error instanceof Error && ("retryable" in error || "overloaded" in error);
  return errorResponse(
    outOfReach
      ? gatewayError("ledger_unavailable", "The tenant's ledger is out of reach. Try again.", { retryAfterSeconds: 1 })
      : gatewayError("internal", "Something went wrong on our side."),
  );
}

export const invalid = (message: string, field?: string): { ok: false; error: GatewayError } =>
  fail(gatewayError("invalid_request", message, field === undefined ? {} : { details: { field } }));

export const notFound = (what: string): { ok: false; error: GatewayError } =>
  fail(gatewayError("not_found", `There is no such ${what}.`));

export const conflict = (message: string): { ok: false; error: GatewayError } =>
  fail(gatewayError("conflict", message));

async function run(c: Context<{ Bindings: Env }>, handle: Handler): Promise<Response> {
  const request = c.req.raw;
  const principal = await identify(request, c.env);
  if (!principal.ok) return errorResponse(principal.error);
  const answer = await handle({
    env: c.env,
    request,
    url: new URL(request.url),
    params: c.req.param(),
    principal: principal.value,
    actor: { id: actorId(principal.value), ip: request.headers.get("cf-connecting-ip") },
    now: Date.now(),
  });
  if (answer instanceof Response) return answer;
  return answer.ok
    ? Response.json(answer.value, { headers: { "cache-control": "no-store" } })
    : errorResponse(answer.error);
}

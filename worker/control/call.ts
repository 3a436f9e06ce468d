/** What a route's handler gets and gives: plain values. Hono's context ends here. */
import type { Context } from "hono";
import {
  actorId,
  actorOf,
  authorize,
  authorizeOperator,
  identify,
  type Principal,
  type Standing,
} from "../auth/principal.ts";
import type { Action } from "../auth/roles.ts";
import { compressed } from "../core/compressed.ts";
import { type GatewayError, gatewayError } from "../core/errors.ts";
import type { Actor } from "../core/ledger-api.ts";
import { framesOf, log, reasonOf } from "../core/log.ts";
import { fail, type Outcome } from "../core/outcome.ts";
import type { Env } from "../env.ts";
import { outdate } from "../wallet/index.ts";
import type { Access, App, Described, Method } from "./operation.ts";

export type { App } from "./operation.ts";

/** A request, whoever sent it. */
export interface Incoming {
  env: Env;
  request: Request;
  url: URL;
  /** Path parameters, decoded. */
  params: Record<string, string>;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface Call extends Incoming {
  principal: Principal;
  /** For the audit log. */
  actor: Actor;
}

export interface TenantCall extends Call, Standing {
  tenant: string;
}

/** A handler answers a value for JSON, with the tag of its state where it has one; an error; or a whole response. */
export type Answer = (Outcome<unknown> & { etag?: string }) | Response;

/** A handler, and who may call it. */
export interface Endpoint {
  access: Access;
  run(incoming: Incoming): Promise<Answer>;
}

export const forAnyone = (run: (incoming: Incoming) => Promise<Answer>): Endpoint => ({ access: "anyone", run });

/** A handler that runs for whoever is known. */
export const forKnown = (handle: (call: Call) => Promise<Answer>): Endpoint => known("known", handle);

/** A handler that runs for whoever may do `action` in the path's tenant. */
export const forTenant = (action: Action, handle: (call: TenantCall) => Promise<Answer>): Endpoint =>
  known(action, (call) => inTenant(call, action, handle));

/** A handler that runs for the operator alone. */
export const forOperator = (handle: (call: Call) => Promise<Answer>): Endpoint =>
  known("operator", async (call) => {
    const allowed = authorizeOperator(call.principal);
    return allowed.ok ? handle(call) : allowed;
  });

async function inTenant(call: Call, action: Action, handle: (call: TenantCall) => Promise<Answer>): Promise<Answer> {
  const tenant = call.params.tenant ?? "";
  const standing = await authorize(call.env, call.principal, { tenant, action });
  if (!standing.ok) return standing;
  try {
    return await handle({ ...call, tenant, ...standing.value });
  } finally {
    // Whoever makes a budget and tries it finds it in force.
    if (call.request.method !== "GET") outdate(tenant);
  }
}

const known = (access: Access, handle: (call: Call) => Promise<Answer>): Endpoint => ({
  access,
  run: async (incoming) => {
    const { request, env } = incoming;
    const principal = await identify(request, env);
    if (!principal.ok) return principal;
    return handle({ ...incoming, principal: principal.value, actor: actorOf(request, actorId(principal.value)) });
  },
});

/** What a method of a path does, and what is said of it. */
type Mounted = Described & { does: Endpoint };

/** Mounts the methods of one path, and notes what they say of themselves; every other method is answered with 405. */
export function mount(app: App, path: string, methods: Partial<Record<Method, Mounted>>): void {
  for (const [method, { does, ...described }] of Object.entries(methods)) {
    app.router.on(method, path, (c) => run(c, does));
    const shown = `/api/v1${path.replace(/:(\w+)/g, "{$1}")}`;
    app.operations.push({ ...described, method: method as Method, path: shown, access: does.access });
  }
  const allow = Object.keys(methods).join(", ");
  app.router.all(path, () => {
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
  const reason = reasonOf(error);
  log("error", "the admin API failed", { reason, at: framesOf(error) });
  const outOfReach = error instanceof Error && ("retryable" in error || "overloaded" in error);
  if (isOfDatabase(reason)) {
    const message = "The database is out of reach; the proxy goes on without it. Try again.";
    return errorResponse(gatewayError("database_unavailable", message, { retryAfterSeconds: 5 }));
  }
  return errorResponse(
    outOfReach
      ? gatewayError("ledger_unavailable", "The tenant's ledger is out of reach. Try again.", { retryAfterSeconds: 1 })
      : gatewayError("internal", "Something went wrong on our side."),
  );
}

/** Whether D1 did not answer, rather than refuse a statement, which is a fault of ours. */
const isOfDatabase = (reason: string): boolean =>
  reason.includes("D1_ERROR") && !/SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(reason);

export const invalid = (message: string, field?: string): { ok: false; error: GatewayError } =>
  fail(gatewayError("invalid_request", message, field === undefined ? {} : { details: { field } }));

export const notFound = (what: string): { ok: false; error: GatewayError } =>
  fail(gatewayError("not_found", `There is no such ${what}.`));

export const conflict = (message: string): { ok: false; error: GatewayError } =>
  fail(gatewayError("conflict", message));

/** Below, a packet holds it as it is. */
const WORTH_COMPRESSING_CHARACTERS = 1_024;

async function run(c: Context<{ Bindings: Env }>, does: Endpoint): Promise<Response> {
  const request = c.req.raw;
  const answer = await does.run({
    env: c.env,
    request,
    url: new URL(request.url),
    params: c.req.param(),
    now: Date.now(),
  });
  if (answer instanceof Response) return answer;
  if (!answer.ok) return errorResponse(answer.error);
  const headers: Record<string, string> = { "cache-control": "no-store" };
  if (answer.etag !== undefined) headers.etag = answer.etag;
  const text = JSON.stringify(answer.value);
  const response = new Response(text, { headers: { ...headers, "content-type": "application/json" } });
  // Not what was sent to us: it may come back beside a new secret, whose letters its compressed size would tell of.
  return request.method === "GET" && text.length >= WORTH_COMPRESSING_CHARACTERS
    ? compressed(request, response)
    : response;
}

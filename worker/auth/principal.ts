/** Who is calling the admin API, and what they may do. Every route asks here, and nowhere else. */
import { eq } from "drizzle-orm";
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { organization } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { type Action, may, type Role } from "./roles.ts";
import { equalSecrets, isTenantId, readToken } from "./secrets.ts";
import { type SessionUser, sessionUser } from "./sessions.ts";

export type Principal =
  | { kind: "operator" }
  | { kind: "token"; id: string; tenant: string; role: Role }
  | { kind: "user"; user: SessionUser };

const unauthenticated = (message: string) => fail(gatewayError("unauthenticated", message));

/** Who sent `request`. A session counts only where a page of ours sent the request, if it changes anything. */
export async function identify(request: Request, env: Env): Promise<Outcome<Principal>> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return identifyBearer(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "", env);
  const user = await sessionUser(request, env);
  if (!user) return unauthenticated("Sign in, or send a management token: Authorization: Bearer mtm_….");
  if (!isSafe(request) && !isSameOrigin(request)) {
    return fail(gatewayError("not_allowed", "A session may only be used from a page of this origin."));
  }
  return ok({ kind: "user", user });
}

/** The role of `principal` in `tenant`, if it exists and they may do `action` there. */
export async function authorize(
  env: Env,
  principal: Principal,
  { tenant, action }: { tenant: string; action: Action },
): Promise<Outcome<Role>> {
  // One answer for a tenant that is not there and for one that is none of theirs: nobody learns which ids exist.
  const nothingThere = fail(gatewayError("not_found", "There is no such tenant."));
  if (!isTenantId(tenant)) return nothingThere;
  if (principal.kind === "operator") return (await tenantExists(env, tenant)) ? ok("owner") : nothingThere;
  const role = roleIn(principal, tenant);
  if (role === null) return nothingThere;
  if (!may(role, action)) return fail(gatewayError("not_allowed", `The role ${role} may not do this.`));
  return ok(role);
}

/** Whether `principal` is the operator; the others are refused without a word about what is behind it. */
export function authorizeOperator(principal: Principal): Outcome<null> {
  if (principal.kind === "operator") return ok(null);
  return fail(gatewayError("not_allowed", "Only the operator may do this."));
}

/** How the audit log names `principal`. */
export function actorId(principal: Principal): string {
  switch (principal.kind) {
    case "operator":
      return "operator";
    case "token":
      return `token:${principal.id}`;
    case "user":
      return `user:${principal.user.id}`;
  }
}

/** Whether a browser says that a page of this very origin sent the request. What says nothing is no browser. */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null) return origin === new URL(request.url).origin;
  return request.headers.get("sec-fetch-site") === "same-origin";
}

async function identifyBearer(secret: string, env: Env): Promise<Outcome<Principal>> {
  const token = await readToken(env.METERR_MASTER_KEY, secret);
  if (token) {
    const record = await env.LEDGER.getByName(token.tenant).tokenByHash(token.hash);
    if (!record) return unauthenticated("This management token was removed or has expired.");
    return ok({ kind: "token", id: record.id, tenant: token.tenant, role: record.role });
  }
  if (env.METERR_ADMIN_TOKEN && (await equalSecrets(secret, env.METERR_ADMIN_TOKEN))) return ok({ kind: "operator" });
  return unauthenticated("This is neither the operator's token nor a management token.");
}

function roleIn(principal: Exclude<Principal, { kind: "operator" }>, tenant: string): Role | null {
  if (principal.kind === "token") return principal.tenant === tenant ? principal.role : null;
  return principal.user.memberships.find((membership) => membership.tenant === tenant)?.role ?? null;
}

async function tenantExists(env: Env, tenant: string): Promise<boolean> {
  const found = await accountsOf(env)
    .select({ id: organization.id })
    .from(organization)
    .where(eq(organization.id, tenant))
    .limit(1);
  return found.length > 0;
}

const isSafe = (request: Request): boolean => request.method === "GET" || request.method === "HEAD";

/** Who is calling the admin API, and what they may do. Every route asks here, and nowhere else. */
import { eq } from "drizzle-orm";
import { gatewayError } from "../core/errors.ts";
import type { Actor } from "../core/ledger-api.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { organization } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { isSafe, isSameOrigin } from "./origin.ts";
import { ACTIONS, type Action, actionsOf, allowedTo, type Role } from "./roles.ts";
import { equalSecrets, isTenantId, readToken } from "./secrets.ts";
import { type SessionUser, sessionUser } from "./sessions.ts";

export type Principal = { kind: "operator" } | TokenPrincipal | { kind: "user"; user: SessionUser };

interface TokenPrincipal {
  kind: "token";
  id: string;
  tenant: string;
  role: Role;
  actions: readonly string[] | null;
  user: string | null;
  /** Milliseconds since the epoch; null where it does not expire. */
  expiresAt: number | null;
}

/** What somebody is in a tenant. */
export interface Standing {
  role: Role;
  /** What they may do: what their role may, or less. */
  actions: readonly Action[];
  /** The user that keys of their own are of; null for the operator, who is nobody's colleague. */
  party: string | null;
}

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

/** What `principal` is in `tenant`, if it exists and they may do `action` there. */
export async function authorize(
  env: Env,
  principal: Principal,
  { tenant, action }: { tenant: string; action: Action },
): Promise<Outcome<Standing>> {
  // One answer for a tenant that is not there and for one that is none of theirs: nobody learns which ids exist.
  const nothingThere = fail(gatewayError("not_found", "There is no such tenant."));
  if (!isTenantId(tenant)) return nothingThere;
  if (principal.kind === "operator") {
    return (await tenantExists(env, tenant)) ? ok({ role: "owner", actions: ACTIONS, party: null }) : nothingThere;
  }
  const standing = standingIn(principal, tenant);
  if (standing === null) return nothingThere;
  if (lacksSecondFactor(principal, tenant)) return SECOND_FACTOR_NEEDED;
  if (!standing.actions.includes(action)) {
    const who = principal.kind === "token" ? "This token" : `The role ${standing.role}`;
    return fail(gatewayError("not_allowed", `${who} may not do this.`, { details: { role: standing.role, action } }));
  }
  return ok(standing);
}

const SECOND_FACTOR_NEEDED = fail(
  gatewayError("not_allowed", "This organization asks for a second factor. Turn yours on in your account first.", {
    details: { second_factor: "required" },
  }),
);

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

/** Until when `principal` is who they are, in milliseconds since the epoch; null where that has no end. */
export function validUntil(principal: Principal): number | null {
  switch (principal.kind) {
    case "operator":
      return null;
    case "token":
      return principal.expiresAt;
    case "user":
      return principal.user.sessionEndsAt;
  }
}

/** Characters of what a client says it is. */
const MAX_USER_AGENT = 300;

/** Who changes something by `request`, for the audit log; `id` as `actorId` has it. */
export const actorOf = ({ headers }: Request, id: string): Actor => ({
  id,
  ip: headers.get("cf-connecting-ip"),
  userAgent: headers.get("user-agent")?.slice(0, MAX_USER_AGENT) ?? null,
});

async function identifyBearer(secret: string, env: Env): Promise<Outcome<Principal>> {
  const token = await readToken(env.METERR_MASTER_KEY, secret);
  if (token) {
    const record = await env.LEDGER.getByName(token.tenant).tokenByHash(token.hash);
    if (!record) return unauthenticated("This management token was removed or has expired.");
    const { id, role, actions = null, user = null, expiresAt } = record;
    return ok({ kind: "token", id, tenant: token.tenant, role, actions, user, expiresAt });
  }
  if (env.METERR_ADMIN_TOKEN && (await equalSecrets(secret, env.METERR_ADMIN_TOKEN))) return ok({ kind: "operator" });
  return unauthenticated("This is neither the operator's token nor a management token.");
}

function standingIn(principal: Exclude<Principal, { kind: "operator" }>, tenant: string): Standing | null {
  if (principal.kind === "token") {
    if (principal.tenant !== tenant) return null;
    const { role, user, id } = principal;
    return { role, actions: allowedTo(principal), party: user ?? id };
  }
  const membership = principal.user.memberships.find((each) => each.tenant === tenant);
  return membership ? { role: membership.role, actions: actionsOf(membership.role), party: membership.party } : null;
}

/** Whether `principal` signed in with less than `tenant` asks of its people. */
const lacksSecondFactor = (principal: Principal, tenant: string): boolean =>
  principal.kind === "user" &&
  !principal.user.twoFactor &&
  principal.user.memberships.some((each) => each.tenant === tenant && each.requiresTwoFactor);

async function tenantExists(env: Env, tenant: string): Promise<boolean> {
  const found = await accountsOf(env)
    .select({ id: organization.id })
    .from(organization)
    .where(eq(organization.id, tenant))
    .limit(1);
  return found.length > 0;
}

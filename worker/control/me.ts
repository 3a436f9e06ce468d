/** Who is calling, and which tenants they belong to. */
import { eq } from "drizzle-orm";
import { waysIn } from "../auth/passwords.ts";
import { actionsOf, allowedTo } from "../auth/roles.ts";
import { ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { organization } from "../db/schema.ts";
import { type Answer, type App, type Call, forKnown, mount } from "./call.ts";
import { me as shape } from "./me-shapes.ts";

/** Mounts `/me`. */
export function mountMe(app: App): void {
  mount(app, "/me", {
    GET: { summary: "Says who is calling, and which tenants they belong to.", answers: shape, does: forKnown(me) },
  });
}

async function me({ env, principal }: Call): Promise<Answer> {
  switch (principal.kind) {
    case "operator":
      // The operator is in every tenant: GET /tenants lists them.
      return ok({ kind: "operator", user: null, tenants: [] });
    case "token": {
      const { id, name } = organization;
      const rows = await accountsOf(env).select({ id, name }).from(organization).where(eq(id, principal.tenant));
      const { role, user } = principal;
      const standing = { role, actions: allowedTo(principal), user: user ?? principal.id, second_factor_needed: false };
      return ok({ kind: "token", user: null, tenants: rows.map((row) => ({ ...row, ...standing })) });
    }
    case "user": {
      const { id, email, emailVerified, name, twoFactor, memberships } = principal.user;
      return ok({
        kind: "user",
        user: {
          id,
          email,
          email_verified: emailVerified,
          name,
          two_factor: twoFactor,
          sign_in: await waysIn(env, id),
        },
        tenants: memberships.map((each) => ({
          id: each.tenant,
          name: each.name,
          role: each.role,
          actions: actionsOf(each.role),
          user: each.party,
          second_factor_needed: each.requiresTwoFactor && !twoFactor,
        })),
      });
    }
  }
}

/** Who is calling, and which tenants they belong to. */
import { eq } from "drizzle-orm";
import { ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { organization } from "../db/schema.ts";
import { type Answer, type App, type Call, mount } from "./call.ts";

/** Mounts `/me`. */
export function mountMe(app: App): void {
  mount(app, "/me", { GET: me });
}

async function me({ env, principal }: Call): Promise<Answer> {
  switch (principal.kind) {
    case "operator":
      // The operator is in every tenant: GET /tenants lists them.
      return ok({ kind: "operator", user: null, tenants: [] });
    case "token": {
      const { id, name } = organization;
      const rows = await accountsOf(env).select({ id, name }).from(organization).where(eq(id, principal.tenant));
      return ok({ kind: "token", user: null, tenants: rows.map((row) => ({ ...row, role: principal.role })) });
    }
    case "user": {
      const { memberships, ...user } = principal.user;
      const tenants = memberships.map(({ tenant, name, role }) => ({ id: tenant, name, role }));
      return ok({ kind: "user", user, tenants });
    }
  }
}

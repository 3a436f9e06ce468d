/** Who is calling, and which tenants they belong to. */
import { eq } from "drizzle-orm";
import * as z from "zod";
import { ROLES } from "../auth/roles.ts";
import { setFirstPassword } from "../auth/sessions.ts";
import { gatewayError } from "../core/errors.ts";
import { fail, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { organization } from "../db/schema.ts";
import { type Answer, type App, type Call, conflict, forKnown, mount } from "./call.ts";
import { readBody } from "./input.ts";

/** As the sign-in library has it. */
const password = z.string().min(10).max(128);

const passwordBody = z.strictObject({ new_password: password });
const shown = z.strictObject({
  kind: z.enum(["operator", "token", "user"]),
  user: z.looseObject({ id: z.string(), email: z.string(), name: z.string() }).nullable(),
  tenants: z.array(z.strictObject({ id: z.string(), name: z.string(), role: z.enum(ROLES) })),
});

/** Mounts `/me` and `/me/password`. */
export function mountMe(app: App): void {
  mount(app, "/me", {
    GET: { summary: "Says who is calling, and which tenants they belong to.", answers: shown, does: forKnown(me) },
  });
  mount(app, "/me/password", {
    PUT: {
      summary: "Sets the first password of who came by a link.",
      body: passwordBody,
      example: { new_password: "correct horse battery" },
      answers: z.strictObject({ password: z.literal(true) }),
      errors: ["conflict", "not_allowed"],
      does: forKnown(putPassword),
    },
  });
}

/** Who came by a link gets a password of their own; after that it is the sign-in library's to change. */
async function putPassword(call: Call): Promise<Answer> {
  if (call.principal.kind !== "user") return fail(gatewayError("not_allowed", "Only a signed-in user has a password."));
  const body = await readBody(call, passwordBody);
  if (!body.ok) return body;
  const isSet = await setFirstPassword(call.request, call.env, body.value.input.new_password);
  return isSet ? ok({ password: true }) : conflict("There is a password already: POST /api/auth/change-password.");
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

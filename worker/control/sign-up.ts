/** Ways in: which there are on this instance, and an organization of one's own where the operator lets people make one. */
import { eq, sql } from "drizzle-orm";
import * as z from "zod";
import { mailerOf } from "../auth/mail.ts";
import { isSignUpOpen, socialProviders } from "../auth/options.ts";
import { gatewayError } from "../core/errors.ts";
import { fail, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { member } from "../db/schema.ts";
import { forPerson } from "./account.ts";
import { signInOptions } from "./account-shapes.ts";
import { type Answer, type App, type Call, conflict, forAnyone, mount } from "./call.ts";
import { name, readBody } from "./input.ts";
import { joining, nameParty, note } from "./people.ts";
import { makeTenant } from "./tenants.ts";

/** More are no person's. */
const MAX_OWN = 20;

const create = z.strictObject({ name });

/** Mounts `/sign-in-options` and `/me/tenants`. */
export function mountSignUp(app: App): void {
  mount(app, "/sign-in-options", {
    GET: {
      summary: "Says how one gets in here.",
      answers: signInOptions,
      does: forAnyone(async ({ env }) =>
        ok({
          sign_up: isSignUpOpen(env),
          password_reset: mailerOf(env) !== null,
          providers: socialProviders(env),
        }),
      ),
    },
  });
  mount(app, "/me/tenants", {
    POST: {
      summary: "Makes an organization of which who is signed in is the owner, where this instance is open for that.",
      body: create,
      example: { name: "Acme" },
      answers: z.strictObject({ id: z.string(), name: z.string() }),
      errors: ["not_allowed", "conflict"],
      does: forPerson(post),
    },
  });
}

async function post(call: Call & { user: { id: string; email: string } }): Promise<Answer> {
  const { env, user, now, actor } = call;
  if (!isSignUpOpen(env)) return fail(gatewayError("not_allowed", "Ask the operator for an organization of your own."));
  const body = await readBody(call, create);
  if (!body.ok) return body;
  if ((await belongsTo(call)) >= MAX_OWN) return conflict(`You are in ${MAX_OWN} organizations already.`);
  const made = await makeTenant(call, body.value);
  if (!made.ok) return made;
  const { id: tenant, name: title } = made.value.row;
  const joins = { tenant, userId: user.id, email: user.email, role: "owner", now, invitation: null } as const;
  const { meta } = await joining(env, joins).run();
  // A repeat: whoever was taken out of the organization since is not back in it.
  if (meta.changes === 0) return ok({ id: tenant, name: title });
  const after = { name: title, owner: user.email };
  await note(env, tenant, { kind: "tenant", action: "create", recordId: tenant, before: null, after }, actor);
  await nameParty(env, { tenant, userId: user.id, now }, actor);
  return ok({ id: tenant, name: title });
}

async function belongsTo({ env, user }: { env: Call["env"]; user: { id: string } }): Promise<number> {
  const row = await accountsOf(env)
    .select({ n: sql<number>`count(*)` })
    .from(member)
    .where(eq(member.userId, user.id))
    .get();
  return row?.n ?? 0;
}

/** What a tenant asks of its people before they get at it. */
import { eq } from "drizzle-orm";
import { gatewayError } from "../core/errors.ts";
import { fail, ok } from "../core/outcome.ts";
import { accountsOf } from "../db/database.ts";
import { ledgerOf } from "../db/ledger.ts";
import { organization } from "../db/schema.ts";
import { type Answer, type App, forTenant, mount, notFound, type TenantCall } from "./call.ts";
import { readBody } from "./input.ts";
import { note } from "./people.ts";
import { tenantSecurity as settings } from "./people-shapes.ts";

/** Mounts `/security`. */
export function mountTenantSecurity(app: App): void {
  mount(app, "/tenants/:tenant/security", {
    GET: { summary: "Shows what the tenant asks of its people.", answers: settings, does: forTenant("read", show) },
    PUT: {
      summary: "Sets what the tenant asks of its people.",
      notes: "Who asks for a second factor has one. Management tokens need none: they are no people.",
      body: settings,
      example: { require_two_factor: true },
      answers: settings,
      errors: ["conflict"],
      does: forTenant("security", put),
    },
  });
}

async function present({ env, tenant }: TenantCall): Promise<boolean | undefined> {
  const { requireTwoFactor } = organization;
  const row = await accountsOf(env)
    .select({ requireTwoFactor })
    .from(organization)
    .where(eq(organization.id, tenant))
    .get();
  return row?.requireTwoFactor;
}

async function show(call: TenantCall): Promise<Answer> {
  const isRequired = await present(call);
  return isRequired === undefined ? notFound("tenant") : ok({ require_two_factor: isRequired });
}

async function put(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, settings);
  if (!body.ok) return body;
  const { require_two_factor: wanted } = body.value.input;
  const { principal, env, tenant, actor } = call;
  if (wanted && principal.kind === "user" && !principal.user.twoFactor) {
    return fail(gatewayError("conflict", "Turn your own second factor on first: else you would lock yourself out."));
  }
  const before = await present(call);
  await accountsOf(env).update(organization).set({ requireTwoFactor: wanted }).where(eq(organization.id, tenant));
  if (before !== wanted) {
    // Whoever has no second factor is not to go on looking.
    if (wanted) await ledgerOf(env, tenant).endLive(null);
    const noted = { kind: "tenant", action: "update", recordId: tenant } as const;
    const fields = [before, wanted].map((value) => ({ require_two_factor: value }));
    await note(env, tenant, { ...noted, before: fields[0] ?? null, after: fields[1] ?? null }, actor);
  }
  return ok({ require_two_factor: wanted });
}

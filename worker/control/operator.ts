/** What the start script and the cron of a self-hosted instance call. */
import * as z from "zod";
import { noteAccount } from "../auth/account-audit.ts";
import { RESET_PATH } from "../auth/mail.ts";
import { forgetSecondFactor, passwordReset } from "../auth/passwords.ts";
import { newTenantId } from "../auth/secrets.ts";
import { signInLink } from "../auth/sessions.ts";
import { userIdOf } from "../auth/sign-up.ts";
import { randomBase62 } from "../core/ids.ts";
import { ok } from "../core/outcome.ts";
import { ensureDefaultTenant } from "../db/bootstrap.ts";
import { ledgerOf } from "../db/ledger.ts";
import { migrate } from "../db/migrate.ts";
import type { Env } from "../env.ts";
import { drainWallets } from "../wallet/index.ts";
import { type Answer, type App, type Call, forOperator, mount, notFound } from "./call.ts";
import { readBody } from "./input.ts";
import { newKey } from "./keys.ts";
import { email } from "./people.ts";
import { refresh, runScheduled } from "./scheduled.ts";

const ID_DIGITS = 24;
/** Of the first user, who has no mailbox: the link that bootstrap answers is the way in. */
const OWNER_EMAIL = "owner@meterr.localhost";

const bootstrapBody = z.strictObject({ need_key: z.boolean().default(false), email: z.email().default(OWNER_EMAIL) });

const resetBody = z.strictObject({ email, forget_second_factor: z.boolean().default(false) });

/** Shorter than a start script waits before it kills. */
const DRAIN_MS = 9_000;

/** Mounts `/operator/bootstrap`, `/operator/drain`, `/operator/cron` and `/operator/prices/refresh`. */
export function mountOperator(app: App): void {
  mount(app, "/operator/bootstrap", {
    POST: {
      summary: "Makes an empty instance usable, and a used one reachable: schema, first tenant, a link to sign in.",
      body: bootstrapBody,
      example: { need_key: true },
      answers: z.strictObject({
        tenant: z.strictObject({ id: z.string(), name: z.string() }),
        sign_in_url: z.string(),
        test_key: z.string().nullable(),
      }),
      does: forOperator(bootstrap),
    },
  });
  mount(app, "/operator/password-reset", {
    POST: {
      summary: "Makes a link by which somebody sets their password anew within an hour.",
      notes: "`forget_second_factor` is for who has lost it, backup codes and all.",
      body: resetBody,
      example: { email: "ada@example.com" },
      answers: z.strictObject({ reset_url: z.string() }),
      errors: ["not_found"],
      does: forOperator(resetPassword),
    },
  });
  mount(app, "/operator/drain", {
    POST: {
      summary: "Answers once nothing runs in this isolate and all is settled, or after 9 s.",
      answers: z.strictObject({ drained: z.boolean() }),
      does: forOperator(drain),
    },
  });
  mount(app, "/operator/cron", {
    POST: {
      summary: "Does now what is done every few minutes: retention, and prices that are due.",
      answers: z.strictObject({ done: z.boolean() }),
      does: forOperator(async ({ env }) => {
        await runScheduled(env);
        return ok({ done: true });
      }),
    },
  });
  mount(app, "/operator/prices/refresh", {
    POST: {
      summary: "Fetches the published prices now.",
      answers: z.looseObject({ version: z.string() }),
      does: forOperator(async ({ env, now }) => ok(await refresh(env, now, "now"))),
    },
  });
}

/** Makes an empty instance usable, and a used one reachable: schema, first tenant, its owner, a link, a test key. */
async function bootstrap(call: Call): Promise<Answer> {
  const body = await readBody(call, bootstrapBody);
  if (!body.ok) return body;
  const { env, now, actor, url } = call;
  const { need_key, email } = body.value.input;
  await migrate(env.DB);
  const tenant = await ensureDefaultTenant(env, {
    tenantId: newTenantId(),
    userId: randomBase62(ID_DIGITS),
    memberId: randomBase62(ID_DIGITS),
    email: email.toLowerCase(),
    now: new Date(now),
  });
  const sign_in_url = await signInLink(env, url.origin, email.toLowerCase());
  const test_key = need_key ? await sandboxKey({ env, now, tenant: tenant.id }, actor) : null;
  return ok({ tenant, sign_in_url, test_key });
}

/** For who cannot sign in, and whom no email reaches. */
async function resetPassword(call: Call): Promise<Answer> {
  const body = await readBody(call, resetBody);
  if (!body.ok) return body;
  const { email: address, forget_second_factor: isToForget } = body.value.input;
  const userId = await userIdOf(call.env, address);
  if (userId === null) return notFound("user");
  if (isToForget) {
    await forgetSecondFactor(call.env, userId);
    const change = { userId, before: { two_factor: true }, after: { two_factor: false } };
    await noteAccount(call.env, change, call.actor);
  }
  const token = await passwordReset(call.env, call.url.origin, address);
  return token === null ? notFound("user") : ok({ reset_url: `${call.url.origin}${RESET_PATH}${token}` });
}

/**
 * Answers once no request runs in this isolate, everything is settled and nothing is held, or after a while with `drained: false`. For
 * who stops a single process; on Cloudflare there are as many isolates as there is traffic, and nobody to stop them.
 */
async function drain(call: Call): Promise<Answer> {
  const drained = await drainWallets({ namespace: call.env.LEDGER, deadline: call.now + DRAIN_MS });
  return ok({ drained });
}

async function sandboxKey(at: { env: Env; now: number; tenant: string }, actor: Call["actor"]): Promise<string> {
  const { record, once } = await newKey(at, { name: "Sandbox", mode: "test" });
  await ledgerOf(at.env, at.tenant).create("key", record, actor);
  return once.key;
}

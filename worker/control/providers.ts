/** The providers that the gateway knows, for whoever picks one. */
import * as z from "zod";
import { showHealth } from "../core/health-view.ts";
import { ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { PROVIDER_SLUGS, providerOf } from "../providers/registry.ts";
import { type Answer, type App, type Call, forKnown, forTenant, mount } from "./call.ts";
import { pageOf, time } from "./shapes.ts";

const status = z.strictObject({
  provider: z.string(),
  model: z.string(),
  credential: z
    .string()
    .meta({ description: "A credential's id; `operator`, or `client` where clients bring their own." }),
  state: z.enum(["closed", "open", "half-open"]).meta({
    description: "Closed: it is used. Open: it failed and is left alone. Half-open: the next request tries it.",
  }),
  since: time.nullable().meta({ description: "Since when it is closed, or is not; null while it never failed so." }),
  open_until: time.nullable(),
  attempts: z.int().meta({ description: "Of the last five minutes, as are the next three." }),
  failures: z.int(),
  error_rate: z.number().nullable(),
  last_error: z
    .strictObject({ error: z.string().nullable(), time })
    .nullable()
    .meta({ description: "A status, or a code, as a record's attempts have it." }),
  first_byte_ms: z.number().nullable().meta({ description: "The median time to the head of an answer." }),
  first_token_ms: z.number().nullable(),
  last_seen_at: time,
});

/** Mounts `/providers`. */
export function mountProviders(app: App): void {
  mount(app, "/providers", {
    GET: {
      summary: "Lists the providers that the gateway knows.",
      answers: pageOf(
        z.strictObject({ slug: z.string(), origin: z.string().nullable(), operator_credential: z.boolean() }),
      ),
      does: forKnown(list),
    },
  });
  mount(app, "/tenants/:tenant/providers/status", {
    GET: {
      summary: "Says how the providers' models do, by credential, as all isolates saw it.",
      notes:
        "As fresh as the isolates' last settlements: a second, where there is traffic. A change of state also comes on the live socket, as `provider`.",
      answers: pageOf(status),
      does: forTenant("read", async ({ env, tenant }) => {
        const seen = await ledgerOf(env, tenant).providerHealth();
        return ok({ data: seen.map(showHealth), next_cursor: null });
      }),
    },
  });
}

async function list({ env }: Call): Promise<Answer> {
  const data = PROVIDER_SLUGS.map((slug) => {
    const provider = providerOf(slug);
    return {
      slug,
      // Null where every customer has an origin of its own, which the credential then has to name.
      origin: provider?.origin("/") ?? null,
      // Whether a tenant without a credential of its own is served with the operator's.
      operator_credential: Boolean(provider && env[provider.operatorKey as `${string}_API_KEY`]),
    };
  });
  return ok({ data, next_cursor: null });
}

/** The providers that the gateway knows, for whoever picks one. */
import { showHealth } from "../core/health-view.ts";
import { ok } from "../core/outcome.ts";
import { ledgerOf } from "../db/ledger.ts";
import { PROVIDER_SLUGS, providerOf } from "../providers/registry.ts";
import { type Answer, type App, type Call, forKnown, forTenant, mount } from "./call.ts";
import { knownProvider, providerStatus } from "./provider-shapes.ts";
import { pageOf } from "./shapes.ts";

/** Mounts `/providers`. */
export function mountProviders(app: App): void {
  mount(app, "/providers", {
    GET: {
      summary: "Lists the providers that the gateway knows.",
      answers: pageOf(knownProvider),
      does: forKnown(list),
    },
  });
  mount(app, "/tenants/:tenant/providers/status", {
    GET: {
      summary: "Says how the providers' models do, by credential, as all isolates saw it.",
      notes:
        "As fresh as the isolates' last settlements: a second, where there is traffic. A change of state also comes on the live socket, as `provider`.",
      answers: pageOf(providerStatus),
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

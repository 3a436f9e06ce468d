/** The providers that the gateway knows, for whoever picks one. */
import * as z from "zod";
import { ok } from "../core/outcome.ts";
import { PROVIDER_SLUGS, providerOf } from "../providers/registry.ts";
import { type Answer, type App, type Call, forKnown, mount } from "./call.ts";
import { pageOf } from "./shapes.ts";

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

/** Where a request wants to go: the provider, its endpoint, and the path and query as the client wrote them. */
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { providerOf } from "../providers/registry.ts";
import type { Endpoint, Provider } from "../providers/types.ts";

export interface Place {
  provider: Provider;
  endpoint: Endpoint;
  /** The provider's own path, untouched, with its leading slash. */
  path: string;
  /** The query with its leading `?`, or empty. */
  search: string;
}

/** The place that `/{provider}/…` names. */
export function locate(method: string, url: URL): Outcome<Place> {
  const slash = url.pathname.indexOf("/", 1);
  const slug = slash < 0 ? url.pathname.slice(1) : url.pathname.slice(1, slash);
  const provider = providerOf(slug);
  if (!provider) {
    const name = slug === "" ? "this path" : `/${slug.slice(0, 64)}`;
    return fail(
      gatewayError(
        "not_found",
        `There is no provider and no page at ${name}. Providers: /openai, /anthropic, /google, …`,
      ),
    );
  }
  const path = slash < 0 ? "/" : url.pathname.slice(slash);
  return ok({ provider, endpoint: provider.endpoint(method, path), path, search: url.search });
}

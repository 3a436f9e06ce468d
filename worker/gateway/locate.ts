/** Where a request wants to go: the provider, its endpoint, and the path and query as the client wrote them. */
import { type GatewayError, gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { Credential } from "../core/policy.ts";
import type { FactsContext } from "../dialects/types.ts";
import { customProvider, pathBelow } from "../providers/custom.ts";
import { providerOf } from "../providers/registry.ts";
import type { Endpoint, Provider } from "../providers/types.ts";

export interface Place {
  provider: Provider;
  endpoint: Endpoint;
  /** The provider's own path, untouched, with its leading slash. */
  path: string;
  /** The query with its leading `?`, or empty. */
  search: string;
  /** A WebSocket is asked for: it passes, and nothing in it is metered yet. */
  isSocket?: true;
}

/** What a dialect has to know beside the body. */
export const contextOf = ({ endpoint, provider }: Place): FactsContext => ({
  model: endpoint.model,
  method: endpoint.method,
  knowsMaxTokensOnly: provider.knowsMaxTokensOnly,
});

/** The parts of `/{provider}/…`: the slug, and the provider's own path. */
export function splitPath(pathname: string): { slug: string; path: string } {
  const slash = pathname.indexOf("/", 1);
  return slash < 0
    ? { slug: pathname.slice(1), path: "/" }
    : { slug: pathname.slice(1, slash), path: pathname.slice(slash) };
}

/** The place that `/{provider}/…` names, at a known provider. */
export function locate(method: string, url: URL): Outcome<Place> {
  const { slug, path } = splitPath(url.pathname);
  const provider = providerOf(slug);
  return provider
    ? ok({ provider, endpoint: endpointAt(provider, method, path), path, search: url.search })
    : fail(noSuchPlace(slug));
}

/** A place where the client asks for a WebSocket. Nobody can bound what is said in it, so it is no free GET. */
export function asSocket(place: Place): Place {
  const { name, method } = place.endpoint;
  const model = place.endpoint.model ?? new URLSearchParams(place.search).get("model");
  return { ...place, isSocket: true, endpoint: { name, billing: "unmetered", dialect: null, model, method } };
}

/** Endpoints by provider, method and path: most requests go where others went, and reading a path costs more than a look-up. */
const endpoints = new Map<string, Endpoint>();
const MAX_ENDPOINTS = 1_000;
/** Longer ones are nobody's daily path, and anybody may ask for any: keys are checked later. */
const MAX_KEPT_CHARS = 256;

/** What a path is at a provider. Of one that a tenant added, nothing is kept: another may have one of that name. */
export function endpointAt(provider: Provider, method: string, path: string): Endpoint {
  if (providerOf(provider.slug) !== provider || path.length > MAX_KEPT_CHARS) return provider.endpoint(method, path);
  const name = `${provider.slug} ${method} ${path}`;
  let endpoint = endpoints.get(name);
  if (!endpoint) {
    if (endpoints.size >= MAX_ENDPOINTS) endpoints.clear();
    endpoint = provider.endpoint(method, path);
    endpoints.set(name, endpoint);
  }
  return endpoint;
}

/** The place at a provider that one of `credentials` adds. */
export function locateCustom(method: string, url: URL, credentials: readonly Credential[]): Outcome<Place> {
  const { slug, path } = splitPath(url.pathname);
  const credential = credentials.find((one) => one.provider === slug && one.custom !== null);
  const provider = credential ? customProvider(credential) : null;
  if (!credential?.custom || !provider) return fail(noSuchPlace(slug));
  const below = pathBelow(credential.custom.baseUrl, path);
  return ok({ provider, endpoint: provider.endpoint(method, below), path: below, search: url.search });
}

function noSuchPlace(slug: string): GatewayError {
  const name = slug === "" ? "this path" : `/${slug.slice(0, 64)}`;
  return gatewayError(
    "not_found",
    `There is no provider and no page at ${name}. Providers: /openai, /anthropic, /google, …`,
  );
}

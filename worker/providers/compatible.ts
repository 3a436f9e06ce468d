/** A provider that copies OpenAI's API: a configuration, no code. */
import { openAiError } from "../dialects/errors.ts";
import { openAiEndpoint } from "./endpoints.ts";
import type { Provider } from "./types.ts";

/** An OpenAI-compatible provider with a bearer token; `more` overrides what is its own. */
export function compatible(slug: string, origin: string, more: Partial<Provider> = {}): Provider {
  return {
    slug,
    origin: () => origin,
    authorize: ({ headers }, apiKey) => headers.set("authorization", `Bearer ${apiKey}`),
    endpoint: openAiEndpoint,
    error: openAiError,
    asksForUsage: () => false,
    operatorKey: `${slug.toUpperCase().replaceAll("-", "_")}_API_KEY`,
    ...more,
  };
}

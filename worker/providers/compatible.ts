/** A provider that copies OpenAI's API: a configuration, no code. */
import { openAiError } from "../dialects/errors.ts";
import { openAiEndpoint } from "./endpoints.ts";
import type { Provider, Speaks } from "./types.ts";

/** What whoever copies OpenAI's API answers to, below `base`. */
export const likeOpenAi = (base: string): Speaks => ({ chat: base, completions: base, embeddings: base });

/** OpenAI's API below `base`, whole. */
export const wholeOpenAi = (base: string): Speaks => ({
  ...likeOpenAi(base),
  responses: base,
  images: base,
  speech: base,
  transcription: base,
});

/** An OpenAI-compatible provider with a bearer token; `more` overrides what is its own. */
export function compatible(slug: string, origin: string, more: Partial<Provider> = {}): Provider {
  return {
    slug,
    origin: () => origin,
    authorize: ({ headers }, apiKey) => headers.set("authorization", `Bearer ${apiKey}`),
    endpoint: openAiEndpoint,
    speaks: likeOpenAi("/v1"),
    error: openAiError,
    asksForUsage: () => false,
    operatorKey: `${slug.toUpperCase().replaceAll("-", "_")}_API_KEY`,
    ...more,
  };
}

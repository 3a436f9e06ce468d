/** Anthropic: `x-api-key`, its own shapes. */
import { anthropicError } from "../dialects/errors.ts";
import { anthropicEndpoint } from "./endpoints.ts";
import type { Provider } from "./types.ts";

export const anthropic: Provider = {
  slug: "anthropic",
  origin: () => "https://api.anthropic.com",
  authorize({ headers, path }, apiKey) {
    // Its OpenAI-compatible endpoint is asked as OpenAI's SDK asks.
    if (path.endsWith("/chat/completions")) headers.set("authorization", `Bearer ${apiKey}`);
    else headers.set("x-api-key", apiKey);
  },
  endpoint: anthropicEndpoint,
  speaks: { messages: "/v1" },
  error: anthropicError,
  asksForUsage: () => true,
  operatorKey: "ANTHROPIC_API_KEY",
};

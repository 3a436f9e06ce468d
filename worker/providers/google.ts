/** Google's Gemini API: `x-goog-api-key`; its OpenAI-compatible endpoint wants a bearer token. */
import { googleError } from "../dialects/errors.ts";
import { geminiEndpoint } from "./endpoints.ts";
import type { Provider } from "./types.ts";

export const google: Provider = {
  slug: "google",
  origin: () => "https://generativelanguage.googleapis.com",
  authorize({ headers, path }, apiKey) {
    if (path.includes("/openai/")) headers.set("authorization", `Bearer ${apiKey}`);
    else headers.set("x-goog-api-key", apiKey);
  },
  endpoint: geminiEndpoint,
  // Its OpenAI-compatible endpoint embeds as OpenAI does; of chats it loses what its own format has more.
  speaks: { gemini: "/v1beta", embeddings: "/v1beta/openai" },
  error: googleError,
  asksForUsage: () => true,
  operatorKey: "GEMINI_API_KEY",
};

/** Mistral. Streams tell their usage unasked, and unknown fields and longer ids of tool calls are refused. */
import { compatible } from "./compatible.ts";
import { mistralEndpoint } from "./endpoints.ts";

export const mistral = compatible("mistral", "https://api.mistral.ai", {
  endpoint: mistralEndpoint,
  knowsMaxTokensOnly: true,
  refusesThoughts: true,
  toolIdLength: 9,
});

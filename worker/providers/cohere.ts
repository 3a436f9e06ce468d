/** Cohere: its own shapes, a bearer token. */
import { cohereError } from "../dialects/errors.ts";
import { compatible, likeOpenAi } from "./compatible.ts";
import { cohereEndpoint } from "./endpoints.ts";

export const cohere = compatible("cohere", "https://api.cohere.com", {
  endpoint: cohereEndpoint,
  speaks: { cohere: "/v2", ...likeOpenAi("/compatibility/v1") },
  error: cohereError,
  knowsMaxTokensOnly: true,
});

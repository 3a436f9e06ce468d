/** Cohere: its own shapes, a bearer token. */
import { cohereError } from "../dialects/errors.ts";
import { compatible } from "./compatible.ts";
import { cohereEndpoint } from "./endpoints.ts";

export const cohere = compatible("cohere", "https://api.cohere.com", {
  endpoint: cohereEndpoint,
  error: cohereError,
});

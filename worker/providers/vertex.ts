/** Google Vertex AI: regional hosts, OAuth tokens, and the models of others under `publishers/`. */
import { googleError } from "../dialects/errors.ts";
import { vertexEndpoint } from "./endpoints.ts";
import { googleAccessToken } from "./google-token.ts";
import type { Provider } from "./types.ts";

export const vertex: Provider = {
  slug: "vertex",
  origin(path) {
    const region = /\/locations\/([a-z0-9-]{1,40})\//.exec(path)?.[1];
    return region && region !== "global"
      ? `https://${region}-aiplatform.googleapis.com`
      : "https://aiplatform.googleapis.com";
  },
  async authorize({ headers }, apiKey) {
    headers.set("authorization", `Bearer ${await googleAccessToken(apiKey)}`);
  },
  endpoint: vertexEndpoint,
  // Its paths need a project and a region, which no model's name tells.
  speaks: {},
  error: googleError,
  asksForUsage: () => true,
  // cloud.google.com, "Priority PayGo".
  serviceTierHeader: "x-vertex-ai-llm-shared-request-type",
  operatorKey: "VERTEX_API_KEY",
};

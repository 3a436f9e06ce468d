/** Azure OpenAI and Azure AI Foundry: every customer has an origin of its own, which its credential names. */
import { compatible, wholeOpenAi } from "./compatible.ts";

/** The first API version whose streams know `stream_options`. Source: Azure's API version history. */
const FIRST_WITH_USAGE = "2024-09-01";

export const azure = compatible("azure", "", {
  origin: () => null,
  // Its API without versions takes the deployment as the model.
  speaks: wholeOpenAi("/openai/v1"),
  authorize: ({ headers }, apiKey) => headers.set("api-key", apiKey),
  asksForUsage(search) {
    const version = new URLSearchParams(search).get("api-version");
    return version === null || !/^\d/.test(version) || version >= FIRST_WITH_USAGE;
  },
});

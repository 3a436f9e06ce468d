/** xAI. */
import { compatible } from "./compatible.ts";

export const xai = compatible("xai", "https://api.x.ai", {
  speaks: { chat: "/v1", responses: "/v1", embeddings: "/v1" },
  asksForUsage: () => true,
});

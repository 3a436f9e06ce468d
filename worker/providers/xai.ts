/** xAI. */
import { compatible } from "./compatible.ts";

export const xai = compatible("xai", "https://api.x.ai", {
  asksForUsage: () => true,
});

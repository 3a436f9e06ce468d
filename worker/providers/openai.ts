/** OpenAI. */
import { compatible, wholeOpenAi } from "./compatible.ts";

export const openai = compatible("openai", "https://api.openai.com", {
  speaks: wholeOpenAi("/v1"),
  asksForUsage: () => true,
  takesPromptCacheKey: true,
});

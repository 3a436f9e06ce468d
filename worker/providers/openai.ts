/** OpenAI. */
import { compatible } from "./compatible.ts";

export const openai = compatible("openai", "https://api.openai.com", {
  asksForUsage: () => true,
});

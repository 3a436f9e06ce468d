/** Ollama's cloud. */
import { compatible } from "./compatible.ts";

export const ollamaCloud = compatible("ollama-cloud", "https://ollama.com", {
  asksForUsage: () => true,
  knowsMaxTokensOnly: true,
});

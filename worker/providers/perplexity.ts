/** Perplexity. Every chunk tells the usage so far, and the cost. */
import { compatible, likeOpenAi } from "./compatible.ts";

export const perplexity = compatible("perplexity", "https://api.perplexity.ai", {
  speaks: likeOpenAi(""),
  knowsMaxTokensOnly: true,
});

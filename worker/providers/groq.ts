/** Groq. Streams tell their usage unasked. */
import { compatible, likeOpenAi } from "./compatible.ts";

export const groq = compatible("groq", "https://api.groq.com", {
  speaks: likeOpenAi("/openai/v1"),
  refusesThoughts: true,
});

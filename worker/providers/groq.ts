/** Groq. Streams tell their usage unasked. */
import { compatible } from "./compatible.ts";

export const groq = compatible("groq", "https://api.groq.com");

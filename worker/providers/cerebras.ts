/** Cerebras. Streams tell their usage unasked. */
import { compatible } from "./compatible.ts";

export const cerebras = compatible("cerebras", "https://api.cerebras.ai", { refusesThoughts: true });

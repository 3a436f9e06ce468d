/** DeepSeek. Streams tell their usage unasked; a cap in `max_completion_tokens` is silently ignored. */
import { compatible } from "./compatible.ts";

export const deepseek = compatible("deepseek", "https://api.deepseek.com", { knowsMaxTokensOnly: true });

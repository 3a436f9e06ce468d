/** DeepSeek. Streams tell their usage unasked. */
import { compatible } from "./compatible.ts";

export const deepseek = compatible("deepseek", "https://api.deepseek.com");

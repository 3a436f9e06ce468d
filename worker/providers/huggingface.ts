/** Hugging Face's router: the path names the provider behind it. */
import { compatible } from "./compatible.ts";

export const huggingface = compatible("huggingface", "https://router.huggingface.co", { knowsMaxTokensOnly: true });

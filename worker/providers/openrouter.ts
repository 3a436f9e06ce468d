/** OpenRouter. Usage, with its own cost, is always sent. */
import { compatible, likeOpenAi } from "./compatible.ts";

export const openrouter = compatible("openrouter", "https://openrouter.ai", { speaks: likeOpenAi("/api/v1") });

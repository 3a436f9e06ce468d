/** OpenRouter. Usage, with its own cost, is always sent. */
import { compatible } from "./compatible.ts";

export const openrouter = compatible("openrouter", "https://openrouter.ai");

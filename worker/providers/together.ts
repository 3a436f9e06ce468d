/** Together. Streams tell their usage unasked. */
import { compatible } from "./compatible.ts";

export const together = compatible("together", "https://api.together.xyz", { knowsMaxTokensOnly: true });

/** Moonshot (Kimi). Streams tell their usage unasked. */
import { compatible } from "./compatible.ts";

export const moonshot = compatible("moonshot", "https://api.moonshot.ai");

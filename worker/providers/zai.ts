/** Z.AI (GLM). Streams tell their usage unasked. */
import { compatible } from "./compatible.ts";

export const zai = compatible("zai", "https://api.z.ai");

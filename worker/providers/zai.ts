/** Z.AI (GLM). Streams tell their usage unasked. */
import { compatible, likeOpenAi } from "./compatible.ts";

export const zai = compatible("zai", "https://api.z.ai", {
  speaks: likeOpenAi("/api/paas/v4"),
  knowsMaxTokensOnly: true,
});

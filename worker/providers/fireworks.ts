/** Fireworks. Its newer models tell their usage only when asked; asking the older ones changes nothing. */
import { compatible, likeOpenAi } from "./compatible.ts";

export const fireworks = compatible("fireworks", "https://api.fireworks.ai", {
  speaks: likeOpenAi("/inference/v1"),
  asksForUsage: () => true,
});

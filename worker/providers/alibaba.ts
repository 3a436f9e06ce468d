/** Alibaba Cloud's Model Studio (Qwen), at its OpenAI-compatible endpoint. */
import { compatible, likeOpenAi } from "./compatible.ts";

export const alibaba = compatible("alibaba", "https://dashscope-intl.aliyuncs.com", {
  speaks: likeOpenAi("/compatible-mode/v1"),
  asksForUsage: () => true,
  knowsMaxTokensOnly: true,
});

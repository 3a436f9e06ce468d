/** Alibaba Cloud's Model Studio (Qwen), at its OpenAI-compatible endpoint. */
import { compatible } from "./compatible.ts";

export const alibaba = compatible("alibaba", "https://dashscope-intl.aliyuncs.com", { asksForUsage: () => true });

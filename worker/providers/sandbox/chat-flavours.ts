/** In what the providers differ that speak OpenAI's chat format, as recorded from them. */
import type { Ids } from "./ids.ts";
import type { Fields } from "./json.ts";
import type { PlayedUsage } from "./play.ts";

export interface Flavour {
  id(ids: Ids): string;
  /** When a stream reports usage: if asked, in an own chunk; always, in the last chunk; always, in every chunk. */
  usageAt: "asked" | "last" | "every";
  usage(usage: PlayedUsage): Fields;
  /** The field that shows the thought, where it is shown. */
  thoughtField?: "reasoning_content" | "reasoning";
  /** Fields on answers and chunks alike. */
  extra?: Fields;
  /** Fields of each choice. */
  choiceExtra?: Fields;
}

const totals = (usage: PlayedUsage): Fields => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
});

/** OpenAI's own usage, with all details. */
export const openaiUsage = (usage: PlayedUsage): Fields => ({
  ...totals(usage),
  prompt_tokens_details: {
    cached_tokens: usage.cached,
    audio_tokens: usage.audioIn,
    ...(usage.cacheWrite > 0 ? { cache_write_tokens: usage.cacheWrite } : {}),
  },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    audio_tokens: usage.audioOut,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const chatId = (ids: Ids): string => `chatcmpl-${ids.text(29)}`;
const chatUuid = (ids: Ids): string => `chatcmpl-${ids.uuid()}`;

const OPENAI: Flavour = {
  id: chatId,
  usageAt: "asked",
  usage: openaiUsage,
  extra: { service_tier: "default", system_fingerprint: "fp_sandbox" },
};
const PLAIN: Flavour = { id: chatId, usageAt: "asked", usage: openaiUsage };
const LAST: Flavour = { ...PLAIN, usageAt: "last", thoughtField: "reasoning_content" };

const FLAVOURS: Record<string, Flavour> = {
  openai: OPENAI,
  azure: { ...OPENAI, extra: { system_fingerprint: "fp_sandbox" }, choiceExtra: { content_filter_results: {} } },
  groq: {
    id: chatUuid,
    usageAt: "last",
    thoughtField: "reasoning",
    extra: { system_fingerprint: "fp_sandbox" },
    usage: (usage) => ({
      queue_time: 0.001,
      prompt_time: 0.001,
      completion_time: 0.002,
      total_time: 0.003,
      ...totals(usage),
      prompt_tokens_details: { cached_tokens: usage.cached },
      completion_tokens_details: { reasoning_tokens: usage.reasoning },
    }),
  },
  mistral: {
    id: (ids) => ids.hex(32),
    usageAt: "last",
    usage: (usage) => ({ ...totals(usage), prompt_tokens_details: { cached_tokens: usage.cached } }),
  },
  deepseek: {
    id: (ids) => ids.uuid(),
    usageAt: "last",
    thoughtField: "reasoning_content",
    extra: { system_fingerprint: "fp_sandbox" },
    usage: (usage) => ({
      ...totals(usage),
      prompt_tokens_details: { cached_tokens: usage.cached },
      completion_tokens_details: { reasoning_tokens: usage.reasoning },
      prompt_cache_hit_tokens: usage.cached,
      prompt_cache_miss_tokens: usage.input - usage.cached,
    }),
  },
  // Its completion_tokens leave the thought out; the total has it.
  xai: {
    id: (ids) => ids.uuid(),
    usageAt: "asked",
    thoughtField: "reasoning_content",
    extra: { system_fingerprint: "fp_sandbox" },
    usage: (usage) => ({ ...openaiUsage(usage), completion_tokens: usage.output - usage.reasoning }),
  },
  openrouter: {
    id: (ids) => `gen-1767225600-${ids.text(20)}`,
    usageAt: "last",
    thoughtField: "reasoning",
    extra: { provider: "Sandbox" },
    usage: openaiUsage,
  },
  perplexity: { id: (ids) => ids.uuid(), usageAt: "every", usage: totals },
  // Google's compatible endpoint: the thought is in the total alone.
  google: {
    ...PLAIN,
    usage: (usage) => ({ ...totals(usage), completion_tokens: usage.output - usage.reasoning }),
  },
  together: LAST,
  fireworks: LAST,
  cerebras: LAST,
  moonshot: LAST,
  zai: LAST,
};

/** How `provider` speaks the chat format; as OpenAI, without its extras, where nothing else is known. */
export const flavourOf = (provider: string): Flavour =>
  Object.hasOwn(FLAVOURS, provider) ? (FLAVOURS[provider] ?? PLAIN) : PLAIN;

/**
 * Prices that the catalogue lacks or has wrong, each with its source and the day it was read. They win over the catalogue's,
 * key by key. Keys as in `list-price.ts`: dollars for a million tokens, for a thousand calls, or (`unit:`) for one unit.
 */
import type { ListPrice } from "./list-price.ts";

/** When this table last changed: part of the catalogue's version. */
export const EXTRA_PRICES_DATE = "2026-11-24";

interface ExtraPrice {
  providers: readonly string[];
  /** Of the model's name in lower case, without `models/`. */
  model: RegExp;
  list: ListPrice;
  /** Comes on top of the catalogue's price, and is no price without it. */
  addOn?: true;
}

const OPENAI = ["openai", "azure"];
const doubledAbove = (price: number) => ({ base: price, tiers: [{ start: 128_000, price: 2 * price }] });

const EXTRA_PRICES: readonly ExtraPrice[] = [
  // OpenAI's pricing page, 2025-10: audio tokens of the audio models, which the catalogue prices as text.
  {
    providers: OPENAI,
    model: /^gpt-4o-audio-preview/,
    list: { input_audio_mtok: 40, output_audio_mtok: 80 },
    addOn: true,
  },
  {
    providers: OPENAI,
    model: /^gpt-4o-mini-audio-preview/,
    list: { input_audio_mtok: 10, output_audio_mtok: 20 },
    addOn: true,
  },
  // Likewise: every call of a search model searches.
  { providers: OPENAI, model: /^gpt-4o(-mini)?-search-preview/, list: { requests_kcount: 25 }, addOn: true },
  { providers: OPENAI, model: /^gpt-5-search-api/, list: { requests_kcount: 10 }, addOn: true },
  // Likewise, the search of 2025 by the call: 25 with models that do not reason, their search's text included. Azure bills
  // that text as input (recorded), and the search like any other.
  {
    providers: ["openai"],
    model: /^(chatgpt|gpt-4|gpt-3\.?5)/,
    list: { "unit:web_search_preview_requests": 0.025 },
    addOn: true,
  },
  {
    providers: ["openai"],
    model: /^(gpt-[5-9]|o[134])/,
    list: { "unit:web_search_preview_requests": 0.01 },
    addOn: true,
  },
  { providers: ["azure"], model: /./, list: { "unit:web_search_preview_requests": 0.01 }, addOn: true },
  // Likewise, 2026: a container's 20 minutes by its memory; how long it ran no answer tells, nor, in old ones, which it was.
  {
    providers: OPENAI,
    model: /^(gpt-[4-9]|o[134])/,
    list: {
      "unit:containers": 0.03,
      "unit:containers_4g": 0.12,
      "unit:containers_16g": 0.48,
      "unit:containers_64g": 1.92,
      "unit:code_interpreter_requests": 0.03,
    },
    addOn: true,
  },
  // Likewise, 2026: searches and file searches, of the models that the catalogue leaves them out of.
  {
    providers: OPENAI,
    model: /^(gpt-[4-9]|o[134])/,
    list: { web_searches_kcount: 10, storage_searches_kcount: 2.5 },
    addOn: true,
  },
  // Likewise: speech by the character.
  { providers: OPENAI, model: /^tts-1(-\d{4})?$/, list: { input_mchars: 15 } },
  { providers: OPENAI, model: /^tts-1-hd/, list: { input_mchars: 30 } },
  { providers: OPENAI, model: /^(davinci-002)|^davinci:/, list: { input_mtok: 2, output_mtok: 2 } },
  { providers: OPENAI, model: /^babbage-002/, list: { input_mtok: 0.4, output_mtok: 0.4 } },
  // Likewise: images by the piece. `image:` is followed by quality and size, as in the request.
  {
    providers: OPENAI,
    model: /^dall-e-3/,
    list: {
      "unit:image:standard:1024x1024": 0.04,
      "unit:image:standard:1024x1792": 0.08,
      "unit:image:standard:1792x1024": 0.08,
      "unit:image:hd:1024x1024": 0.08,
      "unit:image:hd:1024x1792": 0.12,
      "unit:image:hd:1792x1024": 0.12,
    },
  },
  {
    providers: OPENAI,
    model: /^dall-e-2/,
    list: {
      "unit:image:standard:1024x1024": 0.02,
      "unit:image:standard:512x512": 0.018,
      "unit:image:standard:256x256": 0.016,
    },
  },
  // docs.x.ai, "Tools pricing"; the searches agree with recorded bills, 2026-11.
  {
    providers: ["xai"],
    model: /^grok/,
    list: {
      "unit:web_search_requests": 0.005,
      "unit:x_search_requests": 0.005,
      "unit:code_interpreter_requests": 0.005,
      "unit:document_search_requests": 0.005,
      "unit:file_search_requests": 0.0025,
    },
    addOn: true,
  },
  // docs.x.ai, models, 2025-10: requests of more than 128,000 tokens cost twice as much.
  {
    providers: ["xai", "openrouter"],
    model: /^(x-ai\/)?grok-4(-0709|-latest)?$/,
    list: { input_mtok: doubledAbove(3), cache_read_mtok: doubledAbove(0.75), output_mtok: doubledAbove(15) },
    addOn: true,
  },
  {
    providers: ["xai", "openrouter"],
    model: /^(x-ai\/)?grok-4([.-]1)?-fast/,
    list: { input_mtok: doubledAbove(0.2), cache_read_mtok: doubledAbove(0.05), output_mtok: doubledAbove(0.5) },
    addOn: true,
  },
  // ai.google.dev, pricing, 2026: grounding with Google Search by the prompt, from Gemini 3 on by the query, and with Google
  // Maps by the prompt. What is free of them each day or month is the account's, and no answer tells of it.
  {
    providers: ["google", "vertex"],
    model: /^gemini-(1|2)/,
    list: { "unit:grounded_prompts": 0.035, "unit:web_search_queries": 0, "unit:maps_prompts": 0.025 },
    addOn: true,
  },
  {
    providers: ["google", "vertex"],
    model: /^gemini-([3-9]|flash|pro)/,
    list: { "unit:grounded_prompts": 0, "unit:web_search_queries": 0.014, "unit:maps_prompts": 0.025 },
    addOn: true,
  },
  // cloud.google.com, Vertex AI pricing: text embeddings before Gemini's by the character, blank space left out.
  {
    providers: ["vertex"],
    model: /^(text-embedding-00[345]|text-multilingual-embedding-002|textembedding-gecko)/,
    list: { input_mchars: 0.025 },
  },
  // cohere.com/pricing, 2025-10. A search unit is one query with up to 100 documents.
  { providers: ["cohere"], model: /^rerank/, list: { "unit:search_units": 0.002 } },
  {
    providers: ["cohere"],
    model: /^command-a-(reasoning|vision|translate)/,
    list: { input_mtok: 2.5, output_mtok: 10 },
  },
  { providers: ["cohere"], model: /^embed-v4/, list: { input_image_mtok: 0.47 }, addOn: true },
  { providers: ["cohere", "azure"], model: /^embed-(english|multilingual)/, list: { input_mtok: 0.1 } },
  // docs.voyageai.com/docs/pricing, 2026-10.
  { providers: ["voyage"], model: /^rerank-2(\.5)?$/, list: { input_mtok: 0.05 } },
  { providers: ["voyage"], model: /^rerank-2(\.5)?-lite/, list: { input_mtok: 0.02 } },
  // alibabacloud.com, Model Studio, international, 2025-10.
  {
    providers: ["alibaba"],
    model: /^qwen3-max/,
    list: {
      input_mtok: {
        base: 1.2,
        tiers: [
          { start: 32_000, price: 2.4 },
          { start: 128_000, price: 3 },
        ],
      },
      output_mtok: {
        base: 6,
        tiers: [
          { start: 32_000, price: 12 },
          { start: 128_000, price: 15 },
        ],
      },
    },
  },
  // docs.z.ai, pricing, 2026-10 and 2026-11: what the catalogue does not list of it. Its sister in China, zhipuai, sells the same
  // models for half.
  { providers: ["zai"], model: /^glm-4\.6v$/, list: { input_mtok: 0.3, output_mtok: 0.9 } },
  {
    providers: ["zai"],
    model: /^glm-4\.[567]$/,
    list: { input_mtok: 0.6, cache_read_mtok: 0.11, output_mtok: 2.2 },
  },
  { providers: ["zai"], model: /^glm-4\.5-air$/, list: { input_mtok: 0.2, cache_read_mtok: 0.03, output_mtok: 1.1 } },
  {
    providers: ["zai"],
    model: /^glm-4\.7-flashx$/,
    list: { input_mtok: 0.07, cache_read_mtok: 0.01, output_mtok: 0.4 },
  },
  { providers: ["zai"], model: /^glm-5$/, list: { input_mtok: 1, cache_read_mtok: 0.2, output_mtok: 3.2 } },
  { providers: ["zai"], model: /^glm-5\.1$/, list: { input_mtok: 1.4, cache_read_mtok: 0.26, output_mtok: 4.4 } },
  { providers: ["zai"], model: /^glm-5v?-turbo$/, list: { input_mtok: 1.2, cache_read_mtok: 0.24, output_mtok: 4 } },
  // mistral.ai/pricing, 2026-10.
  { providers: ["mistral"], model: /^mistral-moderation-2411/, list: { input_mtok: 0.1 } },
  { providers: ["mistral"], model: /^ministral-14b/, list: { input_mtok: 0.2, output_mtok: 0.2 } },
  // Likewise, 2026-07: audio by the minute, its tokens for information.
  {
    providers: ["mistral"],
    model: /^voxtral-small/,
    list: { input_audio_hours: 0.24, input_audio_mtok: 0, cache_audio_read_mtok: 0 },
    addOn: true,
  },
  // together.ai/pricing, 2025-10.
  { providers: ["together"], model: /m2-bert-80m-32k-retrieval/, list: { input_mtok: 0.008 } },
  // docs.fireworks.ai, embeddings, 2025-10.
  { providers: ["fireworks"], model: /qwen3-embedding-8b/, list: { input_mtok: 0.1 } },
  // ai.google.dev, pricing, 2026-10: text; the catalogue knows the name without `preview`.
  { providers: ["google"], model: /^gemini-embedding-2-preview/, list: { input_mtok: 0.2 } },
];

/** Names that move from model to model: the dearest of those that they may stand for. What served is in the answer. */
const MOVING_NAMES: Readonly<Record<string, string>> = {
  "gemini-flash-latest": "gemini-3.5-flash",
  "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
  "gemini-pro-latest": "gemini-3.1-pro-preview",
};

/** Snapshots that the catalogue does not list beside their model; OpenAI sells them at its price. */
const SNAPSHOT = /^(gpt-4o-mini-(?:tts|transcribe))-\d{4}-\d{2}-\d{2}$/;

/** The model whose price holds for `name`. */
export const pricedAs = (name: string): string =>
  Object.hasOwn(MOVING_NAMES, name) ? (MOVING_NAMES[name] ?? name) : (SNAPSHOT.exec(name)?.[1] ?? name);

/** What is given away, by the provider's word. */
const FREE_MODELS: readonly { providers: readonly string[]; model: RegExp }[] = [
  // OpenAI's moderation guide: free to use.
  { providers: OPENAI, model: /moderation/ },
  // OpenRouter's documentation: the `:free` variants.
  { providers: ["openrouter"], model: /:free$/ },
  // together.ai: the models whose names end so.
  { providers: ["together"], model: /-free$/ },
];

/** Our own price of a model, or null where the table has none; what comes on top of the catalogue's alone where it is `listed`. */
export function extraPriceOf(provider: string, model: string, listed: boolean): ListPrice | null {
  const lists = EXTRA_PRICES.filter(
    (extra) => (listed || !extra.addOn) && extra.providers.includes(provider) && extra.model.test(model),
  );
  if (lists.length === 0) return null;
  const merged: ListPrice = {};
  for (const { list } of lists) Object.assign(merged, list);
  return merged;
}

/** Whether a model costs nothing, by its provider's word. */
export function isFree(provider: string, model: string): boolean {
  return FREE_MODELS.some((free) => free.providers.includes(provider) && free.model.test(model));
}

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
}

const EXTRA_PRICES: readonly ExtraPrice[] = [
  // platform.openai.com/docs/pricing, read 2025-10: audio tokens of the audio models.
  {
    providers: ["openai", "azure"],
    model: /^gpt-4o-audio-preview/,
    list: { input_audio_mtok: 40, output_audio_mtok: 80 },
  },
  {
    providers: ["openai", "azure"],
    model: /^gpt-4o-mini-audio-preview/,
    list: { input_audio_mtok: 10, output_audio_mtok: 20 },
  },
];

/** What is given away: moderation, and the models whose name says so. */
const FREE_MODELS: readonly { providers: readonly string[] | null; model: RegExp }[] = [
  // platform.openai.com/docs/guides/moderation: "free to use".
  { providers: ["openai", "azure"], model: /moderation/ },
  // openrouter.ai/docs: the `:free` variants.
  { providers: ["openrouter"], model: /:free$/ },
];

/** Our own price of a model, or null where the table has none. */
export function extraPriceOf(provider: string, model: string, _time: number): ListPrice | null {
  const lists = EXTRA_PRICES.filter((extra) => extra.providers.includes(provider) && extra.model.test(model));
  if (lists.length > 0) return Object.assign({}, ...lists.map((extra) => extra.list)) as ListPrice;
  return isFree(provider, model) ? {} : null;
}

/** Whether a model costs nothing, by its provider's word. */
export function isFree(provider: string, model: string): boolean {
  return FREE_MODELS.some((free) => (free.providers?.includes(provider) ?? true) && free.model.test(model));
}

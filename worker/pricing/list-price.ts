/** From a price list in dollars, as the catalogue writes it, to our integers. */
import { picosEach, picosPerHour, picosPerMillion, picosPerThousand } from "./decimal.ts";
import type { ContextTier, ModelPrice, TokenPrices } from "./types.ts";

/** A price that depends on the whole input's length: `price` counts above `start` tokens. */
interface Tiered {
  base: number;
  tiers: readonly { start: number; price: number }[];
}

/** The catalogue's names (`input_mtok`: dollars for a million) and, in the table of our own, units by our names. */
export type ListPrice = { [key: string]: number | string | Tiered | undefined };

/** Names of the catalogue, by the unit of a usage record, and how they scale. */
const UNIT_KEYS: Readonly<Record<string, { key: string; scale: (usd: number | string) => number }>> = {
  web_search_requests: { key: "web_searches_kcount", scale: picosPerThousand },
  file_search_requests: { key: "storage_searches_kcount", scale: picosPerThousand },
  search_queries: { key: "web_searches_kcount", scale: picosPerThousand },
  x_search_requests: { key: "social_searches_kcount", scale: picosPerThousand },
  code_execution_requests: { key: "code_executions_kcount", scale: picosPerThousand },
  search_units: { key: "rerank_searches_kcount", scale: picosPerThousand },
  pages: { key: "input_document_kpages", scale: picosPerThousand },
  annotated_pages: { key: "input_annotated_document_kpages", scale: picosPerThousand },
  characters: { key: "input_mchars", scale: picosPerMillion },
  milliseconds: { key: "input_audio_hours", scale: picosPerHour },
  citation_tokens: { key: "output_citation_mtok", scale: picosPerMillion },
  reasoning_tokens: { key: "output_reasoning_mtok", scale: picosPerMillion },
  input_video_tokens: { key: "input_video_mtok", scale: picosPerMillion },
  output_video_tokens: { key: "output_video_mtok", scale: picosPerMillion },
};
/** A unit of our own table: dollars for one, `unit:` before the unit's name. */
const OWN_UNIT = "unit:";
/** Likewise, the fee of a request; no unit of its own. */
const OWN_REQUEST = "unit:request";

/** The model that a list price belongs to. */
export type PriceHead = Pick<ModelPrice, "provider" | "model" | "name" | "contextWindow" | "maxOutput" | "version">;

/** A `ModelPrice` from a list price: tiers merged, missing kinds filled upwards. */
export function priceFromList(list: ListPrice, head: PriceHead): ModelPrice {
  const starts = new Set<number>();
  for (const value of Object.values(list)) {
    if (typeof value === "object") for (const tier of value.tiers) starts.add(tier.start);
  }
  const tiers: ContextTier[] = [];
  for (const aboveInputTokens of [...starts].sort((a, b) => a - b)) {
    const tokens = tokenPrices(list, aboveInputTokens);
    if (tokens) tiers.push({ aboveInputTokens, tokens });
  }
  return {
    ...head,
    tokens: tokenPrices(list, -1),
    tiers,
    units: unitPrices(list),
    requestPicos:
      list[OWN_REQUEST] === undefined
        ? picosPerThousand(flat(list.requests_kcount) ?? 0)
        : picosEach(flat(list[OWN_REQUEST]) ?? 0),
    source: "catalog",
  };
}

function tokenPrices(list: ListPrice, start: number): TokenPrices | null {
  const at = (key: string): number | undefined => {
    const value = list[key];
    const usd = typeof value === "object" ? priceAt(value, start) : value;
    return usd === undefined ? undefined : picosPerMillion(usd);
  };
  const input = at("input_mtok");
  if (input === undefined) return Object.keys(list).length === 0 ? FREE : null;
  // Embeddings and the like are sold by input alone; should such a model ever report output, it is not free.
  const output = at("output_mtok") ?? input;
  const inputCached = at("cache_read_mtok") ?? input;
  const inputCacheWrite = at("cache_write_mtok") ?? input;
  const inputAudio = at("input_audio_mtok") ?? input;
  const inputImage = at("input_image_mtok") ?? input;
  return {
    input,
    inputCached,
    inputCacheWrite,
    // Only Anthropic reports these; its price is twice the input's, and resellers often list the short ones alone.
    inputCacheWrite1h: at("cache_write_1h_mtok") ?? Math.max(2 * input, inputCacheWrite),
    inputAudio,
    inputAudioCached: at("cache_audio_read_mtok") ?? (inputAudio > input ? inputAudio : inputCached),
    inputImage,
    inputImageCached: at("cache_image_read_mtok") ?? (inputImage > input ? inputImage : inputCached),
    output,
    outputReasoning: at("output_reasoning_mtok") ?? output,
    outputAudio: at("output_audio_mtok") ?? output,
    outputImage: at("output_image_mtok") ?? output,
  };
}

const FREE: TokenPrices = {
  input: 0,
  inputCached: 0,
  inputCacheWrite: 0,
  inputCacheWrite1h: 0,
  inputAudio: 0,
  inputAudioCached: 0,
  inputImage: 0,
  inputImageCached: 0,
  output: 0,
  outputReasoning: 0,
  outputAudio: 0,
  outputImage: 0,
};

/** The price in the tier that begins at `start`; before the first, the base. */
function priceAt(tiered: Tiered, start: number): number {
  let price = tiered.base;
  let from = -1;
  for (const tier of tiered.tiers) {
    if (tier.start <= start && tier.start > from) {
      price = tier.price;
      from = tier.start;
    }
  }
  return price;
}

function unitPrices(list: ListPrice): Record<string, number> {
  const units: Record<string, number> = {};
  for (const [unit, { key, scale }] of Object.entries(UNIT_KEYS)) {
    const usd = flat(list[key]);
    if (usd !== undefined) units[unit] = scale(usd);
  }
  for (const [key, value] of Object.entries(list)) {
    const usd = flat(value);
    if (key.startsWith(OWN_UNIT) && key !== OWN_REQUEST && usd !== undefined)
      units[key.slice(OWN_UNIT.length)] = picosEach(usd);
  }
  return units;
}

/** A unit has one price, whatever the input's length: the dearest, should it be tiered. */
function flat(value: number | string | Tiered | undefined): number | string | undefined {
  return typeof value === "object" ? Math.max(value.base, ...value.tiers.map((tier) => tier.price)) : value;
}

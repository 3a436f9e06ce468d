/** What reported usage costs: each kind at its price, the tier by the whole input, rounded up once. */
import { type CostPart, costOf, type Nanos, type Picos } from "../core/money.ts";
import type { Tokens } from "../core/usage.ts";
import type { ModelPrice, TokenPrices } from "./types.ts";

export interface Cost {
  /** Null where something was used and nothing of it has a price: not known, which is not 0. */
  nanos: Nanos | null;
  parts: CostPart[];
  /** Kinds that were used and have no price; `nanos` is then a floor. */
  unpriced: string[];
}

/** Units that tell of work and are free wherever the catalogue has no price for them. */
const FREE_UNITS: ReadonlySet<string> = new Set([
  "web_fetch_requests",
  "tool_search_requests",
  "code_execution_requests",
  "mcp_requests",
  // Told of embeddings that are sold by the token, too.
  "characters",
  // Perplexity's searches are in its fee for the request, but for deep research.
  "search_queries",
  // Reasoning is told apart by many, and sold apart by the few that have it beside the output.
  "reasoning_tokens",
]);
/** Audio is priced by the millisecond, whatever its name. */
const SECONDS_UNITS: ReadonlySet<string> = new Set(["seconds", "audio_seconds"]);
/** Audio that is shorter is billed as if it were this long, by the catalogue's provider. console.groq.com, "Speech to text". */
const LEAST_MILLISECONDS: Readonly<Record<string, number>> = { groq: 10_000 };

/** The prices that hold for a request whose input has `inputTokens` tokens. */
export function tokenPricesFor(price: ModelPrice, inputTokens: number): TokenPrices | null {
  let tokens = price.tokens;
  for (const tier of price.tiers) if (inputTokens > tier.aboveInputTokens) tokens = tier.tokens;
  return tokens;
}

/**
 * The cost of `tokens` and `units` at `price`. Reports that contradict themselves (more cached than input) are
 * clamped to the totals, dearer kinds first. Units may be fractions; they are rounded up to whole units
 * (`seconds` to milliseconds).
 */
export function costOfUsage(price: ModelPrice, tokens: Tokens, units: Readonly<Record<string, number>> = {}): Cost {
  const parts: CostPart[] = [];
  const unpriced: string[] = [];
  const prices = tokenPricesFor(price, tokens.input);
  if (prices) parts.push(...inputParts(price, prices, tokens, units), ...outputParts(price, prices, tokens, units));
  for (const [name, count] of Object.entries(units)) {
    if (!(count > 0) || TOKEN_DETAILS.has(name)) continue;
    const part = unitPart(price, name, count);
    if (part) parts.push(part);
    else if (!FREE_UNITS.has(name)) unpriced.push(name);
  }
  // Where time or pieces are sold, tokens are reported for information only.
  if (!prices && parts.length === 0 && (tokens.input > 0 || tokens.output > 0)) unpriced.push("tokens");
  if (price.requestPicos > 0) parts.push({ kind: "request", units: 1, pricePicos: price.requestPicos });
  return { nanos: parts.length === 0 && unpriced.length > 0 ? null : costOf(parts), parts, unpriced };
}

/** Parts of the tokens that `Tokens` has no field for: cached audio and images, and video, as units. They cost no extra. */
const TOKEN_DETAILS: ReadonlySet<string> = new Set([
  "input_audio_cached",
  "input_image_cached",
  "input_video_tokens",
  "output_video_tokens",
]);

type Units = Readonly<Record<string, number>>;

/** Tokens of video, where they have a price of their own: hardly any model has one. */
const videoAt = (price: ModelPrice, unit: string, units: Units): { count: number; pricePicos: Picos } => {
  const pricePicos = price.units[unit];
  return pricePicos === undefined ? { count: 0, pricePicos: 0 } : { count: units[unit] ?? 0, pricePicos };
};

function inputParts(price: ModelPrice, prices: TokenPrices, tokens: Tokens, units: Units): CostPart[] {
  let left = Math.ceil(tokens.input);
  const take = (count: number): number => {
    const taken = Math.min(Math.max(0, Math.ceil(count)), left);
    left -= taken;
    return taken;
  };
  const write1h = take(tokens.inputCacheWrite1h);
  const write = take(tokens.inputCacheWrite - write1h);
  const audio = take(tokens.inputAudio);
  const image = take(tokens.inputImage);
  const ofVideo = videoAt(price, "input_video_tokens", units);
  const video = take(ofVideo.count);
  const cached = take(tokens.inputCached);
  // Cached tokens that found no room besides audio and images are cached audio or cached images.
  const overlap = Math.min(Math.max(0, tokens.inputCached - cached), audio + image);
  const audioCached = Math.min(audio, Math.max(units.input_audio_cached ?? 0, overlap));
  const imageCached = Math.min(image, Math.max(units.input_image_cached ?? 0, overlap - audioCached));
  // Those known by name were counted among `cached` too: give that place back to plain input.
  const named = Math.min(cached, Math.max(0, audioCached + imageCached - overlap));
  return nonZero([
    ["input", left + named, prices.input],
    ["input_cached", cached - named, prices.inputCached],
    ["input_cache_write", write, prices.inputCacheWrite],
    ["input_cache_write_1h", write1h, prices.inputCacheWrite1h],
    ["input_audio", audio - audioCached, prices.inputAudio],
    ["input_audio_cached", audioCached, prices.inputAudioCached],
    ["input_image", image - imageCached, prices.inputImage],
    ["input_image_cached", imageCached, prices.inputImageCached],
    ["input_video_tokens", video, ofVideo.pricePicos],
  ]);
}

function outputParts(price: ModelPrice, prices: TokenPrices, tokens: Tokens, units: Units): CostPart[] {
  let left = Math.ceil(tokens.output);
  const take = (count: number): number => {
    const taken = Math.min(Math.max(0, Math.ceil(count)), left);
    left -= taken;
    return taken;
  };
  const audio = take(tokens.outputAudio);
  const image = take(tokens.outputImage);
  const ofVideo = videoAt(price, "output_video_tokens", units);
  const video = take(ofVideo.count);
  const reasoning = take(tokens.outputReasoning);
  return nonZero([
    ["output", left, prices.output],
    ["output_reasoning", reasoning, prices.outputReasoning],
    ["output_audio", audio, prices.outputAudio],
    ["output_image", image, prices.outputImage],
    ["output_video_tokens", video, ofVideo.pricePicos],
  ]);
}

function unitPart(price: ModelPrice, name: string, count: number): CostPart | null {
  if (SECONDS_UNITS.has(name)) {
    const pricePicos = price.units.milliseconds;
    const least = Object.hasOwn(LEAST_MILLISECONDS, price.provider) ? (LEAST_MILLISECONDS[price.provider] ?? 0) : 0;
    const units = Math.max(least, Math.ceil(count * 1000));
    return pricePicos === undefined ? null : { kind: "milliseconds", units, pricePicos };
  }
  const pricePicos = Object.hasOwn(price.units, name) ? price.units[name] : undefined;
  return pricePicos === undefined ? null : { kind: name, units: Math.ceil(count), pricePicos };
}

function nonZero(parts: [string, number, number][]): CostPart[] {
  return parts.filter(([, units]) => units > 0).map(([kind, units, pricePicos]) => ({ kind, units, pricePicos }));
}

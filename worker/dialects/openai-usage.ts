/**
 * The usage object of OpenAI and of everybody who copies it, in ours: totals include their parts.
 * What the vendors do differently can be told from the sums alone, so no vendor is named here.
 */
import { countIn, isObject, type JsonObject, numberIn, objectIn } from "../core/json.ts";
import { NO_TOKENS, type Tokens } from "../core/usage.ts";
import type { Reported } from "./types.ts";

/** Billed units beside tokens, as providers name them inside `usage`, and as we do. */
const UNIT_FIELDS: readonly (readonly [string, string])[] = [
  ["seconds", "seconds"],
  ["prompt_audio_seconds", "audio_seconds"],
  ["pages_processed", "pages"],
  ["search_units", "search_units"],
  ["num_search_queries", "search_queries"],
  ["citation_tokens", "citation_tokens"],
  // Perplexity's deep research: beside the completion, not in it. Whoever else tells it at the top level has it in the sums.
  ["reasoning_tokens", "reasoning_tokens"],
];

/** Ticks of xAI's own cost in a dollar. */
const TICKS_PER_USD = 1e10;

/** `usage` with `prompt_tokens` or `input_tokens`; null where it holds nothing that is billed. */
export function readOpenAiUsage(usage: JsonObject): Reported | null {
  const inputDetails = firstObject(usage, "prompt_tokens_details", "input_tokens_details", "input_token_details");
  const outputDetails = firstObject(
    usage,
    "completion_tokens_details",
    "output_tokens_details",
    "output_token_details",
  );
  const units = unitsOf(usage);
  const costUsd = costOf(usage);
  const prompt = countIn(usage, "prompt_tokens") ?? countIn(usage, "input_tokens");
  const completion = countIn(usage, "completion_tokens") ?? countIn(usage, "output_tokens");
  const total = countIn(usage, "total_tokens");
  if (prompt === null && completion === null && total === null) {
    return Object.keys(units).length > 0 || costUsd !== null
      ? { tokens: NO_TOKENS, units, costUsd, byModel: null }
      : null;
  }
  const audioIn = countIn(inputDetails, "audio_tokens") ?? 0;
  // Rerankers and some embedders report the total alone.
  let input = prompt ?? Math.max(0, (total ?? 0) - (completion ?? 0));
  let output = completion ?? 0;
  const unexplained = total === null ? 0 : total - input - output;
  // Mistral counts audio beside the prompt; xAI and Gemini's OpenAI-compatible endpoint count reasoning beside the completion.
  if (unexplained > 0 && unexplained === audioIn) input += unexplained;
  else if (unexplained > 0 && completion !== null) output += unexplained;
  const reportedCached =
    countIn(inputDetails, "cached_tokens") ??
    countIn(usage, "prompt_cache_hit_tokens") ??
    countIn(usage, "cached_tokens") ??
    countIn(usage, "num_cached_tokens") ??
    0;
  // More cached than there is counts a hidden prompt (Grok on Azure): how much of the prompt was cached it does not tell, and
  // what nobody tells gets no discount.
  const inputCached = reportedCached > input ? 0 : reportedCached;
  return {
    tokens: {
      ...NO_TOKENS,
      input,
      inputCached,
      // As reported, even where a write and a read exceed the prompt together (OpenRouter): the price clamps, the record shows.
      inputCacheWrite: countIn(inputDetails, "cache_write_tokens") ?? 0,
      inputAudio: Math.min(input, audioIn),
      inputImage: Math.min(input, countIn(inputDetails, "image_tokens") ?? 0),
      output,
      outputReasoning: countIn(outputDetails, "reasoning_tokens") ?? 0,
      outputAudio: Math.min(output, countIn(outputDetails, "audio_tokens") ?? 0),
      outputImage: Math.min(output, countIn(outputDetails, "image_tokens") ?? 0),
    },
    units,
    costUsd,
    byModel: null,
  };
}

/** The usage of a model that makes images: where nothing tells its output apart, it is images. Null where nothing was used. */
export function imageUsageIn(usage: JsonObject): Tokens | null {
  const tokens = readOpenAiUsage(usage)?.tokens;
  if (!tokens || (tokens.input === 0 && tokens.output === 0)) return null;
  return isObject(usage.output_tokens_details) || isObject(usage.completion_tokens_details)
    ? tokens
    : { ...tokens, outputImage: tokens.output };
}

function unitsOf(usage: JsonObject): Record<string, number> {
  const units: Record<string, number> = {};
  for (const [field, name] of UNIT_FIELDS) {
    const count = countIn(usage, field);
    if (count) units[name] = count;
  }
  // Of the realtime family, also in chat: how much of the cached input is audio.
  const inputDetails = firstObject(usage, "input_token_details", "input_tokens_details", "prompt_tokens_details");
  const cachedAudio = countIn(objectIn(inputDetails, "cached_tokens_details"), "audio_tokens");
  if (cachedAudio) units.input_audio_cached = cachedAudio;
  const tools = objectIn(usage, "server_side_tool_usage_details");
  for (const field of Object.keys(tools)) {
    const count = countIn(tools, field);
    if (count) units[field.replace(/_calls$/, "_requests")] = count;
  }
  return units;
}

/** The provider's own cost in USD: OpenRouter's `cost`, Perplexity's `cost.total_cost`, xAI's ticks. */
export function costOf(usage: JsonObject): number | null {
  const ticks = numberIn(usage, "cost_in_usd_ticks");
  // Grok on Azure tells of none: its bill is Azure's.
  if (ticks !== null && ticks > 0) return ticks / TICKS_PER_USD;
  const cost = usage.cost;
  if (isObject(cost)) return numberIn(cost, "total_cost");
  if (typeof cost !== "number" || !Number.isFinite(cost)) return null;
  // With the customer's own key, OpenRouter's cost is its fee alone: the rest is billed by the upstream.
  if (usage.is_byok === true) {
    const upstream = numberIn(objectIn(usage, "cost_details"), "upstream_inference_cost");
    // A fee alone is no cost: then the list price is nearer.
    return upstream === null ? null : cost + upstream;
  }
  return cost;
}

function firstObject(of: JsonObject, ...fields: string[]): JsonObject {
  for (const field of fields) {
    const value = of[field];
    if (isObject(value)) return value;
  }
  return {};
}

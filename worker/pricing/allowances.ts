/** Input that the body does not show: what providers and models add to it, and what media become. By documentation and recordings. */
import type { InlineMedia } from "./inline-media.ts";
import type { ModelPrice } from "./types.ts";

/** Chat templates and small notes of providers, in tokens. JSON's own signs cover them in all recordings: this is for those not made. */
const TEMPLATE_TOKENS = 96;

/**
 * Prompts that come with a model, in tokens, by the catalogue's name of it. `always`, and what it adds for any tools of the client's; all that match
 * add up.
 */
const HIDDEN_PROMPTS: readonly { model: RegExp; always: number; tools: number }[] = [
  // How to call tools at all, in the templates of open models; the tools themselves are in the body.
  { model: /./, always: 0, tools: 256 },
  // Recorded: 500 beyond the body's bytes for Grok 4, 200 for Grok 4.3.
  { model: /grok/, always: 1024, tools: 512 },
  // platform.claude.com, "Tool use": a prompt of up to 530 tokens, up to 804 from Opus 4.7 on.
  { model: /claude/, always: 0, tools: 1024 },
  // Recorded: 360 beyond the body's bytes.
  { model: /llama-4|llama4/, always: 64, tools: 768 },
  // A system prompt with the date and the channels, and the tools' namespace.
  { model: /gpt-oss/, always: 128, tools: 256 },
];
/** Definitions that providers keep themselves: Anthropic's computer 735, bash 245, text editor 700, memory; together. */
const PREDEFINED_TOOLS_TOKENS = 2048;

/** Which tools a request brings: none, functions that it describes itself, or also ones that the provider describes. */
export type ClientTools = "none" | "functions" | "predefined";

/** The most input tokens that this model's provider adds to a body on its own. */
export function hiddenTokensOf(price: ModelPrice, tools: ClientTools): number {
  let tokens = TEMPLATE_TOKENS;
  for (const hidden of HIDDEN_PROMPTS) {
    if (hidden.model.test(price.model)) tokens += hidden.always + (tools === "none" ? 0 : hidden.tools);
  }
  return tools === "predefined" ? tokens + PREDEFINED_TOOLS_TOKENS : tokens;
}

/** Models that search and run tools on their own, without being asked: nothing in a request bounds their input. */
const AGENTS = /^(groq\/)?compound|deep-research|multi-agent|search-api|pro-search/;

export function runsOnItsOwn(price: ModelPrice): boolean {
  return AGENTS.test(price.model) || AGENTS.test(price.name);
}

/** The most tokens that one image makes, by the catalogue's name of the model; the first that matches counts. */
const IMAGE_TOKENS: readonly (readonly [RegExp, number])[] = [
  // OpenAI's image generation guide: 65 and at most eight tiles of 129, and 6,240 more where it is to be kept faithfully.
  [/gpt-image/, 7_552],
  // OpenAI's vision guide: a base and at most eight tiles (85 + 8 × 170, and so on), or 1,536 patches times a factor.
  [/gpt-4o-mini/, 48_169],
  [/gpt-5(\.\d+)?-(mini|nano)|gpt-4\.1-(mini|nano)|o4-mini|codex-mini/, 4_096],
  // At full detail 10,000 patches times 1.2.
  [/gpt-5\.[4-9]/, 12_288],
  [/gpt-4o|gpt-4\.1|gpt-4-(turbo|\d{4}|vision)|gpt-4\.5|(^|\/)o[134](-|$)|gpt-5/, 4_096],
  // platform.claude.com, "Vision": 1,568 tokens and rounding; 4,784 from Opus 4.7 on.
  [/claude-(3|opus-4-[0156]|sonnet-4|haiku-4)/, 1_792],
  [/claude/, 5_120],
  // ai.google.dev, "Media resolution": 2,240 at most; before Gemini 3 at most 26 tiles of 258.
  [/gemini-[3-9]/, 2_304],
  [/gemini/, 6_966],
  // docs.x.ai, "Image understanding": six tiles and a thumbnail of 256 tokens.
  [/grok/, 2_048],
  // docs.mistral.ai, "Vision": 4,096 patches and the rows' ends.
  [/pixtral|mistral|ministral|magistral/, 4_224],
  // Sixteen tiles and a thumbnail of 144 tokens; four tiles of 1,601 before.
  [/llama-4|llama4|llama-guard-4/, 2_688],
  [/llama/, 6_528],
  [/qwen/, 16_640],
  // docs.cohere.com, "Image inputs": twelve tiles and a thumbnail of 256 tokens.
  [/command-a/, 3_584],
];

/** Counts of parts that are no text, by value or by address. */
export interface MediaParts {
  images: number;
  audio: number;
  video: number;
  documents: number;
}

/** The most input tokens that `media` make, or null where only the context window bounds them. */
export function mediaTokensOf(price: ModelPrice, media: MediaParts, inline: InlineMedia | null): number | null {
  // A small file can be a thousand pages or an hour of a still picture.
  if (media.video + media.documents > 0) return null;
  let tokens = 0;
  if (media.audio > 0) {
    if (!inline || inline.audioCount < media.audio) return null;
    tokens += inline.audioTokens;
  }
  if (media.images > 0) {
    const each = IMAGE_TOKENS.find(([pattern]) => pattern.test(price.model))?.[1];
    if (each === undefined) return null;
    tokens += each * media.images;
  }
  return tokens;
}

/** OpenRouter chooses among hosts of an open model, whose prices differ (recorded: 1.5 times the listed one). A factor for the dearest. */
const HOST_SPREAD = 5;
const ONE_HOST = /^(openai\/(?!gpt-oss)|anthropic\/|google\/gemini|x-ai\/|perplexity\/|cohere\/)/;

/** Likewise: with a key of one's own at the model's maker it takes 5 % on top, which no request tells beforehand. */
const BYOK_PER_MILLE = 1_050;

/** The most that a provider may charge, in thousandths of the listed price. */
export function priceSpreadOf(price: ModelPrice): number {
  if (price.provider !== "openrouter") return 1_000;
  return ONE_HOST.test(price.model) ? BYOK_PER_MILLE : HOST_SPREAD * BYOK_PER_MILLE;
}

/** Perplexity rounds each part of its own cost to hundred-thousandths of a dollar: two parts, half of one each. */
export const roundingPicosOf = (price: ModelPrice): number => (price.provider === "perplexity" ? 10_000_000 : 0);

/** Providers that stop at the cap to the token. Hosts of open models overshoot a little (recorded: by one). */
const STOPS_AT_CAP = /^(openai|azure|anthropic|google|aws|x-ai)$/;
const CAP_SLACK_TOKENS = 16;
/** Cohere has a budget of its own for thoughts, and does not say that the cap covers it: the longest answer on top. */
const THINKS_BESIDE_CAP = /^command-a-reasoning/;

/** Hosts that write a thousand tokens a second and more: then more is under way while a stream is being ended. */
const FAST_HOSTS = /^(groq|cerebras)$/;
/** Tokens that a provider may have written, for each choice, while a stream is being ended. */
export const aheadTokensOf = ({ provider }: ModelPrice): number => (FAST_HOSTS.test(provider) ? 512 : 64);

/** Who takes a cap of 0 at its word: legacy completions that only echo, prompts that only warm a cache. Elsewhere it may stand for none. */
export const zeroIsCap = ({ provider }: ModelPrice): boolean => /^(openai|azure|anthropic)$/.test(provider);

/** Output tokens that a model may write beyond the request's cap, for each choice; null where that is not bounded. */
export function beyondCap(price: ModelPrice): number | null {
  if (price.provider === "cohere" && THINKS_BESIDE_CAP.test(price.model)) return price.maxOutput ?? price.contextWindow;
  return STOPS_AT_CAP.test(price.provider) ? 0 : CAP_SLACK_TOKENS;
}

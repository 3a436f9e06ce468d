/** How much fits into a model and how much it writes, by family: the catalogue often lacks the one and always the other. */

export interface Limits {
  /** Null where nobody says. */
  contextWindow: number | null;
  /** Null where nobody says: then the window bounds the answer. */
  maxOutput: number | null;
}

/**
 * `[the model's name, context window, longest answer]`; the first that matches counts. From the providers' model pages as
 * collected by the models.dev project (2026-10) and OpenAI's, Anthropic's and Google's documentation. Windows that need a
 * beta header (Claude Sonnet 4, 4.5) count as if it were sent.
 */
const FAMILIES: readonly (readonly [RegExp, number | null, number | null])[] = [
  // An image of high quality makes 6,240 tokens at most, and 100 for each of three partial ones.
  [/^gpt-image-1(-mini)?$/, null, 6_656],
  [/^gpt-5(\.\d+)?-chat/, 128_000, 16_384],
  [/^gpt-5\.[4-9]/, 1_050_000, 128_000],
  [/^gpt-5-pro/, 400_000, 272_000],
  [/^gpt-5/, 400_000, 128_000],
  [/^gpt-4\.1/, 1_047_576, 32_768],
  [/^gpt-4\.5/, 128_000, 16_384],
  [/^gpt-4o(-mini)?-transcribe/, 16_000, 2_000],
  [/^gpt-4o-mini-tts/, 2_000, null],
  [/^(gpt-4o|chatgpt-4o|gpt-audio)/, 128_000, 16_384],
  [/^gpt-4-(turbo|\d{4}-(preview|vision))|^gpt-4-vision/, 128_000, 4_096],
  [/^gpt-4-32k/, 32_768, 32_768],
  [/^gpt-4/, 8_192, 8_192],
  [/^gpt-3\.?5-turbo-instruct/, 4_096, 4_096],
  [/^gpt-3\.?5-turbo/, 16_385, 4_096],
  [/^(davinci|babbage)-002|^(davinci|babbage|curie|ada)\b/, 16_384, 16_384],
  [/^o1-mini/, 128_000, 65_536],
  [/^o1-preview/, 128_000, 32_768],
  [/^o[134]/, 200_000, 100_000],
  [/^gpt-oss/, 131_072, 131_072],
  [/^text-embedding-(3|ada)/, 8_192, 0],
  [/^gemini-[\d.]+-flash(-lite)?-image|^gemini-[\d.]+-pro-image/, 1_048_576, 65_536],
  [/^gemini-.*-tts/, 32_768, 16_384],
  [/^gemini-embedding/, 8_192, 0],
  [/^gemini-1\.5-pro/, 2_097_152, 8_192],
  [/^gemini-(1\.5|2\.0)/, 1_048_576, 8_192],
  [/^gemini-/, 1_048_576, 65_536],
  [/^gemma-/, 131_072, 131_072],
  [/claude-(3-|3\.|2|instant)/, 200_000, null],
  [/claude-(opus-4-[015]|opus-4\.[015]|opus-4$|opus-4@|opus-4-2025|4-opus|haiku-4|4\.5-haiku)/, 200_000, 64_000],
  [/claude-(sonnet-4-[05]|sonnet-4\.[05]|sonnet-4$|sonnet-4@|sonnet-4-2025|4-sonnet|4\.5-sonnet)/, 1_000_000, 64_000],
  [/claude/, 1_000_000, 128_000],
  // The first two are names of V4 since 2026-04.
  [/^deepseek-(chat$|reasoner|v4)/, 1_048_576, 393_216],
  [/^deepseek-(chat|v3|r1)/, 163_840, 163_840],
  [/^command-a-reasoning/, 256_000, 32_768],
  [/^command-a-plus/, 256_000, null],
  [/^command-a/, 256_000, 8_192],
  [/^command-r/, 128_000, 4_096],
  [/^command/, 4_096, 4_096],
  [/^(mistral|ministral|codestral|devstral|magistral|pixtral|voxtral)-/, 262_144, null],
  [/^glm-(4\.[5-9]|5)/, 204_800, 131_072],
  [/^llama3-(8|70)b-8192|^gemma2-9b/, 8_192, 8_192],
  [/mixtral-8x22b/, 65_536, 65_536],
  [/mixtral/, 32_768, 32_768],
  [/llama-4|llama4/, 1_048_576, null],
  [/llama-?v?3[.p]?[123]/, 131_072, 131_072],
  // The answer, and 81,920 tokens of thoughts.
  [/^qwen3-max/, 262_144, 147_456],
];

/** Claude 3 and older, whose longest answer went up with each of them. */
const OLD_CLAUDES: readonly (readonly [RegExp, number])[] = [
  // 64,000, or 128,000 with a beta header.
  [/claude-(3-7|3\.7)/, 128_000],
  [/claude-(3-5|3\.5)/, 8_192],
  [/claude/, 4_096],
];

/** The limits of `model`; `listed` is the catalogue's word on the window. The larger one counts: a bound is never too low. */
export function limitsOf(model: string, listed: number | null): Limits {
  const name = vendorless(model);
  const family = FAMILIES.find(([pattern]) => pattern.test(name));
  const windows = [listed, family?.[1] ?? null].filter((window) => window !== null);
  const oldClaude = /claude-(3|2|instant)/.test(name) ? OLD_CLAUDES.find(([pattern]) => pattern.test(name))?.[1] : null;
  return {
    contextWindow: windows.length > 0 ? Math.max(...windows) : null,
    maxOutput: oldClaude ?? family?.[2] ?? null,
  };
}

/** `anthropic/claude-…`, `accounts/fireworks/models/llama-…`, `us.anthropic.claude-…` without what stands before the model. */
function vendorless(model: string): string {
  return model
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/^((us|eu|apac|au|jp|global|regional)\.)?[a-z0-9-]+\.(?=claude|llama|mistral|command|deepseek|gpt)/, "")
    .replace(/^meta-(?=llama)/, "");
}

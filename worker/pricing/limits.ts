/** How much fits into a model and how much it writes, by family, where the catalogue does not say. */

export interface Limits {
  contextWindow: number | null;
  maxOutput: number | null;
}

/** `[of the name without its vendor's prefix, context window, most output]`; the first that matches counts. */
const FAMILIES: readonly [RegExp, number | null, number | null][] = [
  [/^gpt-5(\.\d+)?-chat/, 128_000, 16_384],
  [/^gpt-5\.[4-9]/, 1_050_000, 128_000],
  [/^gpt-5/, 400_000, 128_000],
  [/^gpt-4\.1/, 1_047_576, 32_768],
  [/^gpt-4\.5/, 128_000, 16_384],
  [/^(gpt-4o|chatgpt-4o|gpt-audio)/, 128_000, 16_384],
  [/^gpt-4-(turbo|\d{4}-(preview|vision))/, 128_000, 4_096],
  [/^gpt-4-32k/, 32_768, 32_768],
  [/^gpt-4/, 8_192, 8_192],
  [/^gpt-3\.5-turbo-instruct/, 4_096, 4_096],
  [/^gpt-3(\.)?5-turbo/, 16_385, 4_096],
  [/^o1-mini/, 128_000, 65_536],
  [/^o1-preview/, 128_000, 32_768],
  [/^o[134]/, 200_000, 100_000],
  [/^gpt-oss/, 131_072, 131_072],
  [/^text-embedding-(3|ada)/, 8_192, 0],
  [/^gemini-1\.5-pro/, 2_097_152, 8_192],
  [/^gemini-(1\.5|2\.0)/, 1_048_576, 8_192],
  [/^gemini-/, 1_048_576, 65_536],
  [/claude-3-(opus|sonnet|haiku)/, 200_000, 4_096],
  [/claude-3-5|claude-3\.5/, 200_000, 8_192],
  [/claude-3-7|claude-3\.7/, 200_000, 128_000],
  [/claude-2|claude-instant/, 200_000, 4_096],
  [/claude/, 1_000_000, 128_000],
  [/^deepseek-(chat|reasoner)/, 131_072, 65_536],
];

/** The limits of `model`; `listed` is the catalogue's own word on the window. The larger one counts: a bound is never too low. */
export function limitsOf(model: string, listed: number | null): Limits {
  const name = model.replace(/^[a-z0-9_.-]+\//, "");
  const family = FAMILIES.find(([pattern]) => pattern.test(name));
  const windows = [listed, family?.[1] ?? null].filter((window) => window !== null);
  return {
    contextWindow: windows.length > 0 ? Math.max(...windows) : null,
    maxOutput: family?.[2] ?? null,
  };
}

/** How long a prompt has to be before Claude keeps it: what is shorter is not written, whatever the request marks. */

/**
 * Tokens by model; the first that matches counts. platform.claude.com, "Prompt caching", 2026; where sources differ, the
 * larger: a mark that does nothing is not worth the change.
 */
const LEAST: readonly (readonly [RegExp, number])[] = [
  [/claude-?(opus-5|fable-5|mythos)/, 512],
  [/claude-?(opus-4-8|sonnet-5|haiku-5)/, 1_024],
  [/claude-?(opus-4[-.][567])/, 4_096],
  [/claude-?(haiku-4|4\.5-haiku)/, 4_096],
  [/claude-?(sonnet-4[-.]6)/, 2_048],
  [/claude-?(3-haiku|3-5-haiku|3\.5-haiku|haiku-3)/, 2_048],
  [/claude-?(opus-4|sonnet-4|4-|3)/, 1_024],
  [/claude/, 4_096],
];

/** The shortest prompt, in tokens, that `model` keeps where the request marks it; null where marks mean nothing to it. */
export const leastCacheableTokens = (model: string): number | null =>
  LEAST.find(([pattern]) => pattern.test(model.toLowerCase()))?.[1] ?? null;

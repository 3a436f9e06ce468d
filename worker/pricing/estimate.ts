/**
 * Tokens of text for models whose tokenizer nobody has: OpenAI's count times a factor that recordings gave. For what was
 * streamed when the provider's own count never came; never for a bound.
 */
import { promptTextOf } from "./prompt-text.ts";
import { countTokens, encodingFor } from "./tokenizer.ts";

/** Thousandths of an o200k token's worth, by model; the first that matches counts. Medians over recorded answers, 2026-11. */
const PER_MILLE: readonly (readonly [RegExp, number])[] = [
  // From Opus 4.7 on: its tokenizer makes up to 1.35 times as many as the one before (platform.claude.com).
  [/claude-(opus-4-[789]|opus-5|sonnet-5|haiku-5|fable)/, 1_640],
  [/claude/, 1_230],
  [/gemini|gemma/, 1_010],
  [/gpt-oss/, 1_100],
  [/mistral|mixtral|pixtral|ministral|codestral|voxtral|magistral|devstral/, 1_160],
  [/command/, 1_080],
  [/llama/, 1_050],
  [/deepseek|qwen|glm|kimi/, 1_040],
  [/grok|sonar/, 1_010],
];
/** For models that no recording showed: rather too many. */
const UNKNOWN_PER_MILLE = 1_250;

/**
 * What providers put around a prompt, in tokens for the request and for each message, by model; the first that matches counts.
 * Medians over recorded requests, 2026-11.
 */
const TEMPLATES: readonly (readonly [RegExp, number, number])[] = [
  // A system prompt of its own.
  [/gpt-oss/, 66, 3],
  [/gemini|gemma|sonar|command/, 0, 0],
  [/mistral|mixtral|pixtral|ministral|codestral|voxtral|magistral|devstral/, 0, 2],
  [/deepseek/, 1, 2],
  [/llama/, 5, 4],
];
const UNKNOWN_TEMPLATE = [3, 4] as const;

/** About how many tokens of input `model` is billed for `body`, a parsed request, media left out. */
export async function estimatedPromptTokens(body: Readonly<Record<string, unknown>>, model: string): Promise<number> {
  const { text, messages } = promptTextOf(body);
  const known = TEMPLATES.find(([pattern]) => pattern.test(model.toLowerCase()));
  const [request, message] = known ? [known[1], known[2]] : UNKNOWN_TEMPLATE;
  return (await estimatedTokens(text, model)) + (messages > 0 ? request + message * messages : 0);
}

/** About how many tokens `model` makes of `text`. Exact but for a few tokens of the template where it is OpenAI's. */
export async function estimatedTokens(text: string, model: string): Promise<number> {
  const encoding = encodingFor(model);
  if (encoding && !/gpt-oss/.test(model)) return countTokens(text, encoding);
  const perMille = PER_MILLE.find(([pattern]) => pattern.test(model.toLowerCase()))?.[1] ?? UNKNOWN_PER_MILLE;
  return Math.ceil(((await countTokens(text, "o200k_base")) * perMille) / 1000);
}

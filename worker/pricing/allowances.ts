/** Input that the body does not show: what providers and models add to it, by evidence. */
import type { ModelPrice } from "./types.ts";

/** Chat templates and small system notes that providers add, in tokens. JSON's own punctuation covers more than this in most bodies. */
const TEMPLATE_TOKENS = 64;

/** Hidden prompts, by the catalogue's name of the model. */
const HIDDEN_PROMPTS: readonly [RegExp, number][] = [
  // Grok answers with a prompt of its own.
  [/grok/, 1024],
];

/** The most input tokens that this model's provider adds to a body on its own. */
export function hiddenTokensOf(price: ModelPrice): number {
  let tokens = TEMPLATE_TOKENS;
  for (const [pattern, hidden] of HIDDEN_PROMPTS) if (pattern.test(price.model)) tokens += hidden;
  return tokens;
}

/** The most tokens that one image makes, by the catalogue's name of the model; the first that matches counts. */
const IMAGE_TOKENS: readonly [RegExp, number][] = [
  // 2,833 a base and 5,667 for each of at most eight tiles.
  [/gpt-4o-mini/, 48_169],
];

/** The most input tokens that `media` make, or null where only the context window bounds them. */
export function mediaTokensOf(
  price: ModelPrice,
  media: { images: number; audio: number; video: number; documents: number },
): number | null {
  if (media.audio + media.video + media.documents > 0) return null;
  if (media.images === 0) return 0;
  const each = IMAGE_TOKENS.find(([pattern]) => pattern.test(price.model))?.[1];
  return each === undefined ? null : each * media.images;
}

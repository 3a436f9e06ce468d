/** The most tokens that a generated image takes, by quality and size, where that is documented. */
import type { ModelPrice } from "./types.ts";

type Fields = Readonly<Record<string, unknown>>;

/** OpenAI's image generation guide, 2026: GPT Image 1 and 1 mini; square, portrait and landscape. */
const BY_QUALITY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  low: { "1024x1024": 272, "1024x1536": 408, "1536x1024": 400 },
  medium: { "1024x1024": 1_056, "1024x1536": 1_584, "1536x1024": 1_568 },
  high: { "1024x1024": 4_160, "1024x1536": 6_240, "1536x1024": 6_208 },
};
/** Likewise: for each partial image of a stream. */
const PARTIAL_TOKENS = 100;
/** Later models also write text of a length that nobody says, and take any size. */
const DOCUMENTED = /^gpt-image-1(-mini)?$/;

/** The most output tokens of one image that `body` asks for; null where nothing bounds them. What it leaves open is the dearest. */
export function imageTokensOf(price: ModelPrice, body: Fields): number | null {
  if (!DOCUMENTED.test(price.model)) return null;
  const qualities = typeof body.quality === "string" ? BY_QUALITY[body.quality] : undefined;
  const sizes = Object.values(qualities ? [qualities] : BY_QUALITY);
  const tokens = sizes.map((bySize) => {
    const asked = typeof body.size === "string" ? bySize[body.size] : undefined;
    return asked ?? Math.max(...Object.values(bySize));
  });
  // A form's fields are text.
  const partial = Number(body.partial_images ?? 0);
  return (
    Math.max(...tokens) + PARTIAL_TOKENS * (partial > 0 && partial <= 3 ? Math.ceil(partial) : partial > 3 ? 3 : 0)
  );
}

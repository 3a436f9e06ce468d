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
  const qualities = named(BY_QUALITY, body.quality);
  const sizes = Object.values(qualities ? [qualities] : BY_QUALITY);
  const tokens = sizes.map((bySize) => named(bySize, body.size) ?? Math.max(...Object.values(bySize)));
  // A form's fields are text; what is neither text nor a number is refused by the provider.
  const { partial_images: asked } = body;
  const partial = typeof asked === "number" || typeof asked === "string" ? Number(asked) : 0;
  return (
    Math.max(...tokens) + PARTIAL_TOKENS * (partial > 0 && partial <= 3 ? Math.ceil(partial) : partial > 3 ? 3 : 0)
  );
}

/** The entry that `name` names; a body may well ask for the quality "constructor". */
const named = <T>(of: Readonly<Record<string, T>>, name: unknown): T | undefined =>
  typeof name === "string" && Object.hasOwn(of, name) ? of[name] : undefined;

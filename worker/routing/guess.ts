/** What a request probably costs at a target: to compare targets by, never to charge. */
import type { PriceRecord } from "../core/policy.ts";
import { priceFrom } from "../pricing/index.ts";
import type { Target } from "./targets.ts";

/** What an answer has where nobody says. */
const USUAL_OUTPUT_TOKENS = 500;

/** Nanodollars by target; null where its price is not known. */
export const guessedCost =
  (of: { prices: readonly PriceRecord[]; inputTokens: number; maxOutputTokens: number | null; now: number }) =>
  ({ provider, model }: Target): number | null => {
    const price = priceFrom(of.prices, { provider, model, time: of.now });
    if (!price?.tokens) return null;
    const outputTokens = Math.min(USUAL_OUTPUT_TOKENS, of.maxOutputTokens ?? USUAL_OUTPUT_TOKENS);
    return Math.ceil((of.inputTokens * price.tokens.input + outputTokens * price.tokens.output) / 1_000);
  };

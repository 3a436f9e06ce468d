/** What the rest of the Worker may use of pricing. */
export { aheadTokensOf, type ClientTools, type MediaParts, mediaTokensOf, zeroIsCap } from "./allowances.ts";
export { affordableOutputTokens, type Bound, type BoundRequest, boundOf, type EndpointKind } from "./bound.ts";
export { cacheWritesOf } from "./cache-writes.ts";
export { leastCacheableTokens } from "./cacheable.ts";
export { listModels, priceOf, priceVersion, sellersOf } from "./catalogue.ts";
export {
  type Conditions,
  conditionsOf,
  dearestUnder,
  hasFlexTier,
  isFlexTier,
  priceUnder,
  REGIONAL,
} from "./conditions.ts";
export { type Cost, costOfUsage } from "./cost.ts";
export { dearestKnown } from "./dearest.ts";
export { estimatedPromptTokens, estimatedTokens } from "./estimate.ts";
export { exactInputTokens } from "./exact.ts";
export { imageTokensOf } from "./image-tokens.ts";
export { type InlineMedia, inlineMediaOf } from "./inline-media.ts";
export { namesOfModel, type PriceQuery, priceFrom, priceOfRecord, priceOfServed } from "./own-price.ts";
export { followPrices, type Refresh, refreshPrices } from "./refresh.ts";
export { type LimitedTool, type ToolLimits, toolLimitsOf } from "./server-tools.ts";
export { countIsExactFor, countTokens, type Encoding, encodingFor } from "./tokenizer.ts";
export type { ContextTier, ModelPrice, TokenPrices } from "./types.ts";
export { unitsOfRequest } from "./units.ts";

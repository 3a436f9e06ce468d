/** What the rest of the Worker may use of pricing. */

export { affordableOutputTokens, type Bound, type BoundRequest, boundOf, type EndpointKind } from "./bound.ts";
export { catalogueVersion, listPrices, priceOf } from "./catalogue.ts";
export { type Cost, costOfUsage } from "./cost.ts";
export { dearestKnown } from "./dearest.ts";
export { countTokens, type Encoding } from "./tokenizer.ts";
export type { ContextTier, ModelPrice, TokenPrices } from "./types.ts";

/** Which price counts: the tenant's own for exactly this name, else the catalogue's. */
import type { PriceRecord } from "../core/policy.ts";
import { priceOf } from "./catalogue.ts";
import { tenantPrice } from "./tenant-price.ts";
import type { ModelPrice } from "./types.ts";

/** `provider` and `model` as our records name them; `time` in milliseconds since the epoch. */
export interface PriceQuery {
  provider: string;
  model: string;
  time: number;
}

/** The tenant's own price of exactly this model, or null. */
export function ownPrice(prices: readonly PriceRecord[], query: PriceQuery): ModelPrice | null {
  const own = prices.find(({ provider, model }) => provider === query.provider && model === query.model);
  return own ? priceOfRecord(own, query.time) : null;
}

/** What one of a tenant's own prices says, over what the catalogue knew at `time`. */
export function priceOfRecord(own: PriceRecord, time: number): ModelPrice | null {
  const { id, provider, model } = own;
  return tenantPrice({ provider, model, version: id }, own, priceOf({ provider, model, time }));
}

/** The price of a model by its name. */
export const priceFrom = (prices: readonly PriceRecord[], query: PriceQuery): ModelPrice | null =>
  ownPrice(prices, query) ?? priceOf(query);

/** Names with own prices that the catalogue takes for the same model as `asked`. */
export function namesOfModel(prices: readonly PriceRecord[], asked: PriceQuery): string[] {
  if (prices.length === 0) return [];
  const known = priceOf(asked)?.model;
  return prices
    .filter(({ provider, model }) => provider === asked.provider && model !== asked.model)
    .map(({ model }) => model)
    .filter((model) => known !== undefined && priceOf({ ...asked, model })?.model === known);
}

/**
 * The price of an answer in which `served` is named as its model, where `query` was asked for; null where the price of
 * neither is known. A price that the tenant set for the asked name holds for what was served under it, unless the catalogue
 * knows that for another model.
 */
export function priceOfServed(prices: readonly PriceRecord[], query: PriceQuery, served: string): ModelPrice | null {
  const own = ownPrice(prices, { ...query, model: served });
  if (own) return own;
  const listed = priceOf({ ...query, model: served });
  const asked = ownPrice(prices, query);
  if (asked) {
    const listedAsked = priceOf(query);
    if (!listed || !listedAsked || listed.model === listedAsked.model) return asked;
  }
  return listed;
}

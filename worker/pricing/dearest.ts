/** The dearest of all: what a model of unknown price is charged where a budget's policy says so. */
import { listPrices, priceVersion } from "./catalogue.ts";
import type { ModelPrice, TokenPrices } from "./types.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
let remembered: { day: number; price: ModelPrice } | null = null;

/**
 * A price that no known model exceeds at `time` (milliseconds since the epoch): for each kind of token and each unit the dearest
 * price of any model. It has no window, so a request needs a cap of its own to be bounded.
 */
export function dearestKnown(time: number): ModelPrice {
  const day = Math.floor(time / DAY_MS);
  if (remembered?.day !== day || remembered.price.version !== priceVersion()) {
    remembered = { day, price: dearestOf(listPrices(day * DAY_MS)) };
  }
  return remembered.price;
}

function dearestOf(prices: readonly ModelPrice[]): ModelPrice {
  let tokens: TokenPrices | null = null;
  const units: Record<string, number> = {};
  let requestPicos = 0;
  for (const price of prices) {
    for (const one of [price.tokens, ...price.tiers.map((tier) => tier.tokens)]) {
      if (one) tokens = tokens ? larger(tokens, one) : one;
    }
    for (const [unit, picos] of Object.entries(price.units)) units[unit] = Math.max(units[unit] ?? 0, picos);
    requestPicos = Math.max(requestPicos, price.requestPicos);
  }
  return {
    provider: "*",
    model: "*",
    name: "*",
    tokens,
    tiers: [],
    units,
    requestPicos,
    contextWindow: null,
    maxOutput: null,
    source: "catalog",
    version: priceVersion(),
  };
}

function larger(a: TokenPrices, b: TokenPrices): TokenPrices {
  const kinds = Object.keys(a) as (keyof TokenPrices)[];
  return Object.fromEntries(kinds.map((kind) => [kind, Math.max(a[kind], b[kind])])) as unknown as TokenPrices;
}

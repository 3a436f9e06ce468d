/** Whether a downloaded data file of the catalogue may be trusted to price with. */
import { type ListPrice, priceFromList } from "./list-price.ts";

/** Without these the data is not what it claims to be. */
const EXPECTED: readonly { provider: string; models: number }[] = [
  { provider: "openai", models: 50 },
  { provider: "anthropic", models: 10 },
  { provider: "google", models: 20 },
];

/** What is wrong with `data`, the parsed file, or null. */
export function unsoundness(data: unknown): string | null {
  if (!Array.isArray(data)) return "not a list of providers";
  for (const { provider, models } of EXPECTED) {
    const found = data.find((one) => one?.id === provider);
    if (!Array.isArray(found?.models) || found.models.length < models) return `too few models of ${provider}`;
  }
  for (const provider of data) {
    for (const model of provider?.models ?? []) {
      const dated = Array.isArray(model?.prices) ? model.prices : [{ prices: model?.prices }];
      if (dated.length === 0) return `no prices of ${model?.id}`;
      for (const { prices } of dated) {
        if (!isPriceList(prices)) return `no sound price of ${provider.id} ${model?.id}`;
      }
    }
  }
  return null;
}

function isPriceList(prices: unknown): boolean {
  if (typeof prices !== "object" || prices === null) return false;
  try {
    priceFromList(prices as ListPrice, {
      provider: "",
      model: "",
      name: "",
      contextWindow: null,
      maxOutput: null,
      version: "",
    });
    return true;
  } catch {
    return false;
  }
}

/** A tenant's own price of a model: what it says wins, the rest is the catalogue's. */
import type { TenantPrice, TokenKind } from "../core/policy.ts";
import { type ListPrice, priceFromList } from "./list-price.ts";
import type { ModelPrice } from "./types.ts";

const KEYS = {
  input: "input_mtok",
  input_cached: "cache_read_mtok",
  input_cache_write: "cache_write_mtok",
  input_cache_write_1h: "cache_write_1h_mtok",
  input_audio: "input_audio_mtok",
  input_image: "input_image_mtok",
  output: "output_mtok",
  output_reasoning: "output_reasoning_mtok",
  output_audio: "output_audio_mtok",
  output_image: "output_image_mtok",
} as const satisfies Record<TokenKind, string>;

/**
 * The price that a tenant has set, over what the catalogue knows of limits and units; null where it has no price of input. `version` names the
 * tenant's record. @throws RangeError where a figure is no decimal: the API checks before it stores.
 */
export function tenantPrice(
  of: { provider: string; model: string; version: string },
  own: TenantPrice,
  catalogue: ModelPrice | null,
): ModelPrice | null {
  if (own.perMillionTokens.input === undefined && own.perUnit === undefined) return null;
  const base = priceFromList(listOf(own.perMillionTokens, own), {
    ...of,
    name: of.model.toLowerCase(),
    contextWindow: own.contextWindow ?? catalogue?.contextWindow ?? null,
    maxOutput: own.maxOutput ?? catalogue?.maxOutput ?? null,
  });
  const tiers = [...(own.tiers ?? [])].sort((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  return {
    ...base,
    source: "tenant",
    tiers: tiers.flatMap(({ aboveInputTokens, perMillionTokens }) => {
      // A tier names what changes.
      const list = listOf({ ...own.perMillionTokens, ...perMillionTokens }, {});
      const { tokens } = priceFromList(list, base);
      return tokens ? [{ aboveInputTokens, tokens }] : [];
    }),
    units: { ...catalogue?.units, ...base.units },
  };
}

function listOf(
  perMillion: TenantPrice["perMillionTokens"],
  more: Pick<TenantPrice, "perUnit" | "perRequest">,
): ListPrice {
  const list: ListPrice = {};
  for (const [kind, key] of Object.entries(KEYS)) {
    const usd = perMillion[kind as TokenKind];
    if (usd !== undefined) list[key] = usd;
  }
  for (const [unit, usd] of Object.entries(more.perUnit ?? {})) list[`unit:${unit}`] = usd;
  if (more.perRequest !== undefined) list["unit:request"] = more.perRequest;
  return list;
}

/** Prices of models in words. */
import type { PricedModel, TokenKind } from "../../api/types.ts";
import type { Tone } from "../../components/ui/badge.tsx";
import { ungrouped } from "../../lib/money.ts";

export const SOURCES: Record<PricedModel["source"], { tone: Tone; title: string }> = {
  tenant: { tone: "accent", title: "Yours" },
  catalog: { tone: "neutral", title: "Catalogue" },
  none: { tone: "warn", title: "No price" },
};

/** Kinds of tokens, each after what it is a part of. */
export const KINDS: readonly { kind: TokenKind; title: string; partOf: TokenKind | null }[] = [
  { kind: "input", title: "Input", partOf: null },
  { kind: "input_cached", title: "Cached input", partOf: "input" },
  { kind: "input_cache_write", title: "Cache write", partOf: "input" },
  { kind: "input_cache_write_1h", title: "Cache write, 1 h", partOf: "input" },
  { kind: "input_audio", title: "Audio input", partOf: "input" },
  { kind: "input_image", title: "Image input", partOf: "input" },
  { kind: "output", title: "Output", partOf: null },
  { kind: "output_reasoning", title: "Reasoning", partOf: "output" },
  { kind: "output_audio", title: "Audio output", partOf: "output" },
  { kind: "output_image", title: "Image output", partOf: "output" },
];

/** Dollars as a price list has them: two decimals at least, and no zeros behind. A dash where there is no price. */
export function formatPrice(usd: string | undefined): string {
  if (usd === undefined) return "–";
  const [whole = "0", fraction = ""] = usd.split(".");
  return `$${Number(whole).toLocaleString("en-US")}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}

/** A price as one types it: without its zeros. */
export function inputOfPrice(usd: string | undefined): string {
  const [whole = "", fraction = ""] = (usd ?? "").split(".");
  const digits = fraction.replace(/0+$/, "");
  return digits === "" ? whole : `${whole}.${digits}`;
}

/** A price for a million tokens has no finer digit. */
const DECIMALS = 6;

/** What a person typed as the API's decimal string; null where it is none. */
export function priceOfInput(text: string, decimals = DECIMALS): string | null {
  const plain = ungrouped(text);
  return plain !== null && new RegExp(`^\\d{1,6}(\\.\\d{1,${decimals}})?$`).test(plain) ? plain : null;
}

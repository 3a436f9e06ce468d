/** A price as the texts of a form, and what the API takes of them. Pure. */
import type { PriceInput } from "../../api/models.ts";
import type { PricedModel, TokenKind } from "../../api/types.ts";
import { inputOfPrice, KINDS, priceOfInput } from "./words.ts";

export type KindTexts = Partial<Record<TokenKind, string>>;

export interface PriceTexts {
  kinds: KindTexts;
  perRequest: string;
  units: readonly UnitTexts[];
  tiers: readonly TierTexts[];
}
export interface UnitTexts {
  name: string;
  price: string;
}
export interface TierTexts {
  /** Input tokens. */
  above: string;
  kinds: KindTexts;
}

type Figures = Pick<PricedModel, "per_million_tokens" | "per_unit" | "per_request" | "tiers">;

/** A unit may cost as little as a picodollar. */
const EACH_DECIMALS = 12;

/**
 * What there is now, to begin with: whoever changes a figure keeps the others. Of units only those of an `own` price: the
 * catalogue's go on to count beside them, as they are by then.
 */
export function textsOf(listed: Figures | null, own: Pick<Figures, "per_unit"> | undefined): PriceTexts {
  const kinds = kindTextsOf(listed?.per_million_tokens ?? {}, {});
  return {
    kinds,
    perRequest: Number(listed?.per_request) > 0 ? inputOfPrice(listed?.per_request) : "",
    units: Object.entries(own?.per_unit ?? {}).map(([name, price]) => ({ name, price: inputOfPrice(price) })),
    tiers: (listed?.tiers ?? []).map(({ above_input_tokens, per_million_tokens }) => ({
      above: String(above_input_tokens),
      kinds: kindTextsOf(per_million_tokens, kinds),
    })),
  };
}

/**
 * A kind that costs what it is part of is left out, so that it goes on doing that. Not where `under` names it: a tier that
 * says nothing of a kind has the price of below.
 */
const kindTextsOf = (prices: Figures["per_million_tokens"], under: KindTexts): KindTexts =>
  Object.fromEntries(
    KINDS.filter(
      ({ kind, partOf }) => partOf === null || prices[kind] !== prices[partOf] || under[kind] !== undefined,
    ).map(({ kind }) => [kind, inputOfPrice(prices[kind])]),
  );

export const kindIsWrong = (texts: KindTexts, kind: TokenKind): boolean =>
  kind === "input" ? priceOfInput(texts.input ?? "") === null : isWrong(texts[kind]);

const isWrong = (text = "", decimals?: number): boolean => text.trim() !== "" && priceOfInput(text, decimals) === null;

/** A tier names what changes: none of its fields has to be filled. */
export const tierKindIsWrong = (texts: KindTexts, kind: TokenKind): boolean => isWrong(texts[kind]);

export const eachIsWrong = (text: string): boolean => isWrong(text, EACH_DECIMALS);

const isBlank = ({ name, price }: UnitTexts): boolean => name.trim() === "" && price.trim() === "";

/** What is wrong with the name of a unit, and with its price; a row that is empty is none. */
export function unitProblems(units: readonly UnitTexts[], at: number): { name: string | null; price: string | null } {
  const unit = units[at];
  if (unit === undefined || isBlank(unit)) return { name: null, price: null };
  const name = unit.name.trim();
  const isTwice = units.slice(0, at).some((each) => each.name.trim() === name);
  return {
    name: !/^[a-z0-9_.:-]{1,64}$/.test(name)
      ? "As records name it: web_search_requests."
      : isTwice
        ? "It is there already."
        : null,
    price: priceOfInput(unit.price, EACH_DECIMALS) === null ? "Dollars, at most twelve decimals." : null,
  };
}

export const thresholdIsWrong = (text: string): boolean => !/^[1-9]\d{0,8}$/.test(text.trim());

/** The figures that a form says; null while something in it is wrong. */
export function figuresOf(texts: PriceTexts): Omit<PriceInput, "context_window" | "max_output"> | null {
  const { kinds, perRequest, units, tiers } = texts;
  const isBad =
    KINDS.some(({ kind }) => kindIsWrong(kinds, kind)) ||
    eachIsWrong(perRequest) ||
    units.some((_, at) => Object.values(unitProblems(units, at)).some((problem) => problem !== null)) ||
    tiers.some((tier) => thresholdIsWrong(tier.above) || KINDS.some(({ kind }) => tierKindIsWrong(tier.kinds, kind)));
  if (isBad) return null;
  return {
    per_million_tokens: pricesOf(kinds),
    per_request: priceOfInput(perRequest, EACH_DECIMALS),
    per_unit: Object.fromEntries(
      units.flatMap((unit) =>
        isBlank(unit) ? [] : [[unit.name.trim(), priceOfInput(unit.price, EACH_DECIMALS) ?? "0"] as const],
      ),
    ),
    tiers: tiers.map((tier) => ({
      above_input_tokens: Number(tier.above),
      per_million_tokens: pricesOf(tier.kinds),
    })),
  };
}

const pricesOf = (texts: KindTexts): PriceInput["per_million_tokens"] =>
  Object.fromEntries(KINDS.flatMap(({ kind }) => (texts[kind]?.trim() ? [[kind, priceOfInput(texts[kind])]] : [])));

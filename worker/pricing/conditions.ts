/** What makes a whole request dearer or cheaper than its list price: service tiers, speed, where it runs, batches, how much it searches. */
import type { Picos } from "../core/money.ts";
import type { ModelPrice, TokenPrices } from "./types.ts";

/** As the request asked, or, for its cost, as the answer says that it was served. Unknown values change nothing. */
export interface Conditions {
  /** OpenAI's, Google's, Bedrock's `service_tier`, Vertex's `trafficType`, Anthropic's `usage.service_tier`. */
  serviceTier?: string | null;
  /** Anthropic's `speed`. */
  speed?: string | null;
  /** Anthropic's `inference_geo`; `regional` where the path says so. */
  inferenceGeo?: string | null;
  /** How much a model that always searches reads: `low`, `medium`, `high`; `pro_` before it for a search of several steps. */
  searchContext?: string | null;
}

type NamedCondition = Exclude<keyof Conditions, "searchContext">;
const FIELDS: Readonly<Record<NamedCondition, readonly string[]>> = {
  serviceTier: ["service_tier", "serviceTier", "trafficType", "traffic_type"],
  speed: ["speed"],
  inferenceGeo: ["inference_geo"],
};

/** Vertex's traffic types as numbers, where it is asked to write enums so: Java reference of `GenerateContentResponse`, 2026. */
const TRAFFIC_BY_NUMBER: Readonly<Record<number, string>> = {
  1: "ON_DEMAND",
  2: "PROVISIONED_THROUGHPUT",
  3: "ON_DEMAND_PRIORITY",
  4: "ON_DEMAND_FLEX",
};

/** The conditions that a request's body names, or an answer, or the usage object in it. */
export function conditionsOf(fields: Readonly<Record<string, unknown>>): Conditions {
  const conditions: Conditions = {};
  for (const [condition, names] of Object.entries(FIELDS)) {
    for (const name of names) {
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const told = typeof value === "number" && /traffic/i.test(name) ? TRAFFIC_BY_NUMBER[value] : value;
      if (typeof told === "string") conditions[condition as NamedCondition] = told;
    }
  }
  const searchContext = searchContextOf(fields);
  return searchContext === null ? conditions : { ...conditions, searchContext };
}

/** A request asks for it in its search options, an answer tells it in its usage. */
function searchContextOf({ web_search_options: asked, usage }: Readonly<Record<string, unknown>>): string | null {
  for (const options of [asked, usage]) {
    if (typeof options !== "object" || options === null) continue;
    const { search_context_size: size, search_type: type } = options as Record<string, unknown>;
    // Asked for it or left to choose, the provider may search in several steps.
    if (typeof size === "string") return type === "pro" || type === "auto" ? `pro_${size}` : size;
    if (type === "pro" || type === "auto") return "pro_";
  }
  return null;
}

/**
 * Models that are sold in a slower tier for less, by our provider's slug: OpenAI's pricing page, "Flex", 2026-10. Its chat, codex
 * and pro models are not.
 */
const FLEX_MODELS: Readonly<Record<string, RegExp>> = {
  openai: /^(o3|o4-mini|gpt-5(\.\d+)?(-(mini|nano))?)(-\d{4}-\d{2}-\d{2})?$/,
};

/** Whether `model` can be asked for in the flex tier. */
export const hasFlexTier = (provider: string, model: string): boolean =>
  Object.hasOwn(FLEX_MODELS, provider) && (FLEX_MODELS[provider]?.test(model) ?? false);

/** Whether an answer says that it was served so. */
export const isFlexTier = (serviceTier: string | null | undefined): boolean => serviceTier === "flex";

/** The place of work that its path keeps in a region. */
export const REGIONAL = "regional";
const REGIONAL_CLAUDES = /^claude-((sonnet|opus|haiku)-(4-[5-9]|[5-9])|fable)/;

/** A factor on all token prices, as a fraction: floats never touch money. */
type Factor = readonly [numerator: number, denominator: number];
const HALF: Factor = [1, 2];

/** OpenAI calls priority "fast" since GPT-6; either name asks for it, and answers tell the one or the other. */
const PRIORITY = /^(priority|fast)$/;

/** The first that matches counts. `provider` is the catalogue's name. */
const FACTORS: readonly {
  provider: RegExp;
  model: RegExp;
  condition: NamedCondition;
  value: RegExp;
  factor: Factor;
}[] = [
  // OpenAI's pricing page, 2025-10 and 2026-10: batch and flex cost half.
  { provider: /^(openai|azure)$/, model: /./, condition: "serviceTier", value: /^(flex|batch)$/, factor: HALF },
  // Likewise, "Ultrafast mode".
  { provider: /^(openai|azure)$/, model: /./, condition: "serviceTier", value: /^ultrafast$/, factor: [6, 1] },
  // Likewise, priority: by model, and for what is not listed the dearest that is.
  {
    provider: /^(openai|azure)$/,
    model: /^gpt-4o-mini/,
    condition: "serviceTier",
    value: PRIORITY,
    factor: [5, 3],
  },
  { provider: /^(openai|azure)$/, model: /^gpt-4o/, condition: "serviceTier", value: PRIORITY, factor: [17, 10] },
  {
    provider: /^(openai|azure)$/,
    model: /^gpt-4\.1-nano/,
    condition: "serviceTier",
    value: PRIORITY,
    factor: [2, 1],
  },
  {
    provider: /^(openai|azure)$/,
    model: /^(gpt-4\.1|o3)/,
    condition: "serviceTier",
    value: PRIORITY,
    factor: [7, 4],
  },
  { provider: /^(openai|azure)$/, model: /^o4-mini/, condition: "serviceTier", value: PRIORITY, factor: [20, 11] },
  { provider: /^(openai|azure)$/, model: /^gpt-5-mini/, condition: "serviceTier", value: PRIORITY, factor: [9, 5] },
  {
    provider: /^(openai|azure)$/,
    model: /^(gpt-5(\.[12346])?|gpt-6(\.\d+)?)\b/,
    condition: "serviceTier",
    value: PRIORITY,
    factor: [2, 1],
  },
  { provider: /^(openai|azure)$/, model: /./, condition: "serviceTier", value: PRIORITY, factor: [5, 2] },
  // openrouter.ai, "Service tiers", 2026: at the rate of whoever serves it.
  { provider: /^openrouter$/, model: /^openai\//, condition: "serviceTier", value: /^ultrafast$/, factor: [6, 1] },
  { provider: /^openrouter$/, model: /./, condition: "serviceTier", value: PRIORITY, factor: [5, 2] },
  { provider: /^openrouter$/, model: /claude/, condition: "speed", value: /^fast$/, factor: [6, 1] },
  // ai.google.dev, "Optimization", 2026: flex and batch cost half, priority 75 % to 100 % more.
  { provider: /^google$/, model: /./, condition: "serviceTier", value: /^(on_demand_)?(flex|batch)$/i, factor: HALF },
  { provider: /^google$/, model: /./, condition: "serviceTier", value: /^(on_demand_)?priority$/i, factor: [2, 1] },
  // platform.claude.com, "Batch processing", "Data residency", "Fast mode", 2026; fast mode's price fell with Opus 4.8.
  { provider: /^anthropic$/, model: /./, condition: "serviceTier", value: /^batch$/, factor: HALF },
  { provider: /^anthropic$/, model: /opus-(4-8|5)/, condition: "speed", value: /^fast$/, factor: [2, 1] },
  { provider: /^anthropic$/, model: /./, condition: "speed", value: /^fast$/, factor: [6, 1] },
  { provider: /^anthropic$/, model: /./, condition: "inferenceGeo", value: /^us$/, factor: [11, 10] },
  // platform.claude.com, "Claude on Vertex AI": a tenth more in a region than at the global endpoint, from Sonnet 4.5 on.
  { provider: /^google$/, model: REGIONAL_CLAUDES, condition: "inferenceGeo", value: /^regional$/, factor: [11, 10] },
  // aws.amazon.com/bedrock/pricing, service tiers, 2025-12.
  { provider: /^aws$/, model: /./, condition: "serviceTier", value: /^flex$/, factor: HALF },
  { provider: /^aws$/, model: /./, condition: "serviceTier", value: /^priority$/, factor: [7, 4] },
  // console.groq.com, "Batch": half.
  { provider: /^groq$/, model: /./, condition: "serviceTier", value: /^batch$/, factor: HALF },
];

/**
 * Fees of a request in dollars for a thousand, by how much it searches. docs.perplexity.ai, "Pricing", 2026; what is not
 * named costs the dearest of its kind.
 */
const SEARCH_FEES: readonly { model: RegExp; fees: Readonly<Record<string, number>> }[] = [
  { model: /^sonar(-reasoning)?$/, fees: { low: 5, medium: 8, high: 12 } },
  {
    model: /^sonar(-reasoning)?-pro$/,
    fees: { low: 6, medium: 10, high: 14, pro_low: 14, pro_medium: 18, pro_high: 22 },
  },
];
const PICOS_PER_MILLIUSD = 1_000_000_000;

function withSearchFee(price: ModelPrice, { searchContext }: Conditions): ModelPrice {
  if (!searchContext || price.provider !== "perplexity") return price;
  const fees = SEARCH_FEES.find(({ model }) => model.test(price.model))?.fees;
  if (!fees) return price;
  const kin = Object.entries(fees).filter(([size]) => size.startsWith("pro_") === searchContext.startsWith("pro_"));
  const dearest = Math.max(price.requestPicos / PICOS_PER_MILLIUSD, ...kin.map(([, fee]) => fee));
  return {
    ...price,
    requestPicos: ((Object.hasOwn(fees, searchContext) && fees[searchContext]) || dearest) * PICOS_PER_MILLIUSD,
  };
}

/** The price of a request that was served under `conditions`. */
export function priceUnder(price: ModelPrice, conditions: Conditions): ModelPrice {
  return withSearchFee(scaled(price, factorsFor(price, conditions)), conditions);
}

/** Claudes that can be asked to stay in a place. */
const HAS_PLACES = /opus-4-[6-9]|opus-[5-9]|sonnet-4-6|sonnet-[5-9]|haiku-[5-9]|fable/;

/**
 * The dearest price of a request that asks for `conditions`: a discount may not be granted, and where it names no place, the
 * workspace's own setting counts, which may be the dearer one.
 */
export function dearestUnder(price: ModelPrice, conditions: Conditions): ModelPrice {
  const { inferenceGeo = null, serviceTier = null } = conditions;
  // OpenAI's API reference: `auto` is what the project is set to, which may be the dearest.
  const tier = serviceTier === "auto" && /^(openai|azure)$/.test(price.provider) ? "priority" : serviceTier;
  const place = inferenceGeo === null && HAS_PLACES.test(price.model) ? "us" : inferenceGeo;
  const dearer = factorsFor(price, { ...conditions, inferenceGeo: place, serviceTier: tier }).filter(
    ([numerator, denominator]) => numerator > denominator,
  );
  return withSearchFee(scaled(price, dearer), conditions);
}

function factorsFor(price: ModelPrice, conditions: Conditions): Factor[] {
  const factors: Factor[] = [];
  for (const condition of ["serviceTier", "speed", "inferenceGeo"] as const) {
    const value = conditions[condition];
    if (!value) continue;
    const found = FACTORS.find(
      (row) =>
        row.condition === condition &&
        row.provider.test(price.provider) &&
        row.model.test(price.model) &&
        row.value.test(value),
    );
    if (found) factors.push(found.factor);
  }
  return factors;
}

function scaled(price: ModelPrice, factors: readonly Factor[]): ModelPrice {
  if (factors.length === 0) return price;
  const scale = (picos: Picos): Picos => {
    let numerator = BigInt(picos);
    let denominator = 1n;
    for (const [n, d] of factors) {
      numerator *= BigInt(n);
      denominator *= BigInt(d);
    }
    return Number((numerator + denominator - 1n) / denominator);
  };
  const scaleAll = (tokens: TokenPrices): TokenPrices =>
    Object.fromEntries(Object.entries(tokens).map(([kind, picos]) => [kind, scale(picos)])) as unknown as TokenPrices;
  return {
    ...price,
    tokens: price.tokens && scaleAll(price.tokens),
    tiers: price.tiers.map((tier) => ({ ...tier, tokens: scaleAll(tier.tokens) })),
  };
}

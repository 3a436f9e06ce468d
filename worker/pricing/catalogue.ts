/**
 * The price catalogue: `@pydantic/genai-prices`, whose data is bundled, with a small table of our own on top
 * (`extra-prices.ts`, `limits.ts`). This is the only module that knows the package.
 */
import { calcPrice, findProvider, type Provider, updatePrices } from "@pydantic/genai-prices";
import { EXTRA_PRICES_DATE, extraPriceOf, isFree, pricedAs } from "./extra-prices.ts";
import { limitsOf } from "./limits.ts";
import { type ListPrice, priceFromList } from "./list-price.ts";
import { unsoundness } from "./soundness.ts";
import type { ModelPrice } from "./types.ts";

/** Of the package, as `package.json` pins it; a test holds the two together. */
export const CATALOGUE_PACKAGE_VERSION = "0.1.8";
/** The data that is bundled: what a price's `version` says until fresher data is adopted. */
export const catalogueVersion = `genai-prices@${CATALOGUE_PACKAGE_VERSION}+${EXTRA_PRICES_DATE}`;
let presentVersion = catalogueVersion;
/** The version of the data that prices are read from now. */
export const priceVersion = (): string => presentVersion;

/** Where the catalogue's name of a provider is not ours. The first that knows the model counts. */
const CATALOGUE_PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  vertex: ["google"],
  bedrock: ["aws"],
  xai: ["x-ai"],
  moonshot: ["moonshotai"],
  voyage: ["voyageai"],
  // A deployment of a model that Azure prices as its maker does.
  azure: ["azure"],
};

/** Our names of the catalogue's providers, where they differ. */
const OUR_NAMES: Readonly<Record<string, string>> = {
  google: "google",
  aws: "bedrock",
  "x-ai": "xai",
  moonshotai: "moonshot",
  voyageai: "voyage",
};
/** The providers of the catalogue whose prices are listed: those that we reach. */
const PACKAGE_PROVIDERS: readonly string[] = [
  "openai",
  "anthropic",
  "google",
  "azure",
  "aws",
  "mistral",
  "cohere",
  "groq",
  "x-ai",
  "deepseek",
  "openrouter",
  "together",
  "fireworks",
  "perplexity",
  "cerebras",
  "moonshotai",
  "voyageai",
  "zai",
];

/** OpenRouter's names of makers whose prices we know, by their names here. */
const OPENROUTER_MAKERS: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  "x-ai": "xai",
  mistralai: "mistral",
  cohere: "cohere",
  deepseek: "deepseek",
  perplexity: "perplexity",
};

/** The catalogue's time-of-day prices change at full and half hours: within one, a price holds. */
const SLOT_MS = 30 * 60 * 1000;
/** Model names come from clients: the memory of answers is bounded, and simply starts anew when it is full. */
const MAX_REMEMBERED = 4096;
const remembered = new Map<string, ModelPrice | null>();

/**
 * What `model` of our provider `provider` costs at `time` (milliseconds since the epoch), or null where that is
 * not known, which is never 0. Dated names (`gpt-5-mini-2025-08-07`), aliases and dated prices are resolved.
 */
export function priceOf(query: { provider: string; model: string; time: number }): ModelPrice | null {
  const slot = Math.floor(query.time / SLOT_MS);
  const key = `${slot}\n${query.provider}\n${query.model}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const price = lookUp(query.provider, query.model, slot * SLOT_MS);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, price);
  return price;
}

function lookUp(provider: string, name: string, time: number): ModelPrice | null {
  const bare = bareName(provider, name);
  const model = pricedAs(bare);
  const listed = fromPackage(provider, model, time) ?? fromMaker(provider, model, time);
  const list: ListPrice = { ...listed?.list, ...extraPriceOf(provider, model, listed !== null) };
  // An empty list is how the package writes both "free" and "not known": only what is known to be free is.
  if (Object.keys(list).length === 0 && !isFree(provider, model)) return null;
  return priceFromList(list, {
    provider: listed?.provider ?? provider,
    model: listed?.model ?? model,
    name: bare,
    ...limitsOf(model, listed?.contextWindow ?? null),
    version: presentVersion,
  });
}

/** OpenRouter's `maker/model`, where it does not list it itself: it resells at the maker's price. */
function fromMaker(provider: string, model: string, time: number): Listed | null {
  const at = model.indexOf("/");
  if (provider !== "openrouter" || at < 0) return null;
  const prefix = model.slice(0, at);
  const maker = Object.hasOwn(OPENROUTER_MAKERS, prefix) ? OPENROUTER_MAKERS[prefix] : undefined;
  return maker === undefined ? null : fromPackage(maker, model.slice(at + 1), time);
}

/**
 * `models/gemini-2.5-pro`, `publishers/google/models/…`, `accounts/…/models/…`: the last part is the name. Vertex's
 * OpenAI-compatible endpoint writes the publisher before it, `google/gemini-2.5-pro`.
 */
function bareName(provider: string, name: string): string {
  const trimmed = name.trim().toLowerCase();
  const at = trimmed.lastIndexOf("models/");
  const bare = at >= 0 && !trimmed.startsWith("accounts/") ? trimmed.slice(at + "models/".length) : trimmed;
  return provider === "vertex" ? bare.replace(/^google\//, "") : bare;
}

interface Listed {
  provider: string;
  model: string;
  list: ListPrice;
  contextWindow: number | null;
}

function fromPackage(provider: string, model: string, time: number): Listed | null {
  const names = Object.hasOwn(CATALOGUE_PROVIDERS, provider) ? CATALOGUE_PROVIDERS[provider] : undefined;
  for (const providerId of names ?? [provider]) {
    // The package also matches by substrings (`my-openai-proxy` would be OpenAI): only exact names count here.
    if (findProvider({ providerId })?.id !== providerId) continue;
    try {
      const found = calcPrice({ input_tokens: 0, output_tokens: 0 }, model, { providerId, timestamp: new Date(time) });
      if (found) {
        return {
          provider: found.provider.id,
          model: found.model.id,
          list: found.model_price,
          contextWindow: found.model.context_window ?? null,
        };
      }
    } catch {
      // It throws on data that contradicts itself: then it knows no price.
    }
  }
  return null;
}

export type Adoption = { outcome: "adopted" } | { outcome: "refused"; reason: string };

/**
 * Takes the package's published data file, parsed, in place of the bundled one, in this isolate. All or nothing: what is not sound is
 * refused, and the prices stay as they are. `label` (its date or digest) becomes part of each price's `version`.
 */
export function adoptPrices(data: unknown, label: string): Adoption {
  const unsound = unsoundness(data);
  if (unsound !== null) return { outcome: "refused", reason: unsound };
  let reason: string | null = null;
  updatePrices(({ setProviderData }) => {
    try {
      setProviderData(data as Provider[]);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  });
  if (reason !== null) return { outcome: "refused", reason };
  presentVersion = `genai-prices@${label}+${EXTRA_PRICES_DATE}`;
  remembered.clear();
  return { outcome: "adopted" };
}

/** The providers that the catalogue knows to sell `model`, by our slugs, in its order: makers before resellers. */
export function sellersOf(model: string, time: number): string[] {
  const slugs = PACKAGE_PROVIDERS.map((id) => OUR_NAMES[id] ?? id);
  return [...new Set(slugs)].filter((provider) => priceOf({ provider, model, time }) !== null);
}

/** All models of the catalogue, by our slugs of the providers that sell them. */
export function listModels(): { provider: string; model: string }[] {
  return PACKAGE_PROVIDERS.flatMap((providerId) => {
    const provider = OUR_NAMES[providerId] ?? providerId;
    return (findProvider({ providerId })?.models ?? []).map(({ id }) => ({ provider, model: id }));
  });
}

/** Every price of the catalogue at `time`, for a page to show and for the dearest of them. */
export function listPrices(time: number): ModelPrice[] {
  const prices: ModelPrice[] = [];
  for (const providerId of PACKAGE_PROVIDERS) {
    for (const model of findProvider({ providerId })?.models ?? []) {
      const price = lookUp(OUR_NAMES[providerId] ?? providerId, model.id, time);
      if (price) prices.push(price);
    }
  }
  return prices;
}

/** All models with what they cost: the catalogue's, and over it the tenant's own prices. */
import * as z from "zod";
import { usdFromPicos } from "../core/money.ts";
import { ok } from "../core/outcome.ts";
import type { PriceRecord, TokenKind } from "../core/policy.ts";
import { ledgerOf } from "../db/ledger.ts";
import { listModels, type ModelPrice, priceOf, priceOfRecord, type TokenPrices } from "../pricing/index.ts";
import { type App, forTenant, mount, type TenantCall } from "./call.ts";
import { paging, readQuery } from "./input.ts";
import { type PricedModel, pricedModel } from "./price-shapes.ts";
import { pageOf } from "./shapes.ts";

const MILLION = 1_000_000n;
const PAGE = 500;

const query = z.strictObject({
  q: z.string().max(200).optional().meta({ description: "What `provider/model` has in it, word by word." }),
  provider: z.string().max(40).optional(),
  source: z.enum(["tenant", "catalog", "none"]).optional(),
  ...paging,
});

/** Mounts `/models`. */
export function mountModels(app: App): void {
  app.components.push({ name: "PricedModel", schema: pricedModel });
  mount(app, "/tenants/:tenant/models", {
    GET: {
      summary: "Lists models with what they cost, by provider and name: the catalogue's, and the tenant's own prices.",
      notes: "A request may name other models too, such as dated ones: the catalogue finds what they are priced as.",
      query,
      answers: pageOf(pricedModel),
      does: forTenant("read", async (call) => {
        const asked = readQuery(call, query);
        if (!asked.ok) return asked;
        return ok(pageIn(named(await ownPrices(call)), asked.value, call.now));
      }),
    },
  });
}

interface Named {
  provider: string;
  model: string;
  own: PriceRecord | null;
}

/** Of each model the newest of the tenant's prices, by `provider/model`. */
async function ownPrices(call: TenantCall): Promise<Map<string, PriceRecord>> {
  const newest = new Map<string, PriceRecord>();
  let cursor: string | null = null;
  do {
    const page: { items: PriceRecord[]; cursor: string | null } = await ledgerOf(call.env, call.tenant).list("price", {
      limit: PAGE,
      cursor,
    });
    for (const price of page.items) {
      const name = `${price.provider}/${price.model}`;
      if (!newest.has(name)) newest.set(name, price);
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return newest;
}

/** Every model that has a name here, in the order of providers and names. */
function named(own: Map<string, PriceRecord>): (Named & { name: string })[] {
  const all = new Map<string, Named>();
  for (const { provider, model } of listModels()) all.set(`${provider}/${model}`, { provider, model, own: null });
  for (const [name, price] of own) all.set(name, { provider: price.provider, model: price.model, own: price });
  return [...all].map(([name, model]) => ({ name, ...model })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A model's name is its cursor: what comes and goes between two pages moves nothing else. */
function pageIn(all: readonly (Named & { name: string })[], asked: z.output<typeof query>, now: number) {
  const words = (asked.q ?? "").toLowerCase().split(/\s+/);
  const data: PricedModel[] = [];
  let last = "";
  for (const { name, ...model } of all) {
    if (asked.cursor !== null && name <= asked.cursor) continue;
    if (asked.provider !== undefined && model.provider !== asked.provider) continue;
    if (!words.every((word) => name.toLowerCase().includes(word))) continue;
    // Looking a price up is what takes time: only for what is on the page.
    const shown = show(model, now);
    if (asked.source !== undefined && shown.source !== asked.source) continue;
    if (data.length === asked.limit) return { data, next_cursor: last };
    data.push(shown);
    last = name;
  }
  return { data, next_cursor: null };
}

function show({ provider, model, own }: Named, time: number): PricedModel {
  const price = (own && priceOfRecord(own, time)) ?? priceOf({ provider, model, time });
  return {
    provider,
    model,
    source: price?.source ?? "none",
    price: price?.source === "tenant" ? (own?.id ?? null) : null,
    per_million_tokens: price?.tokens ? byKind(price.tokens) : {},
    per_unit: Object.fromEntries(
      Object.entries(price?.units ?? {}).map(([unit, picos]) => [unit, usdFromPicos(BigInt(picos))]),
    ),
    per_request: usdFromPicos(BigInt(price?.requestPicos ?? 0)),
    tiers: (price?.tiers ?? []).map(({ aboveInputTokens, tokens }) => ({
      above_input_tokens: aboveInputTokens,
      per_million_tokens: byKind(tokens),
    })),
    context_window: price?.contextWindow ?? null,
    max_output: price?.maxOutput ?? null,
  };
}

const KINDS = {
  input: "input",
  input_cached: "inputCached",
  input_cache_write: "inputCacheWrite",
  input_cache_write_1h: "inputCacheWrite1h",
  input_audio: "inputAudio",
  input_image: "inputImage",
  output: "output",
  output_reasoning: "outputReasoning",
  output_audio: "outputAudio",
  output_image: "outputImage",
} as const satisfies Record<TokenKind, keyof TokenPrices>;

const byKind = (tokens: NonNullable<ModelPrice["tokens"]>): Record<TokenKind, string> =>
  Object.fromEntries(
    Object.entries(KINDS).map(([kind, field]) => [kind, usdFromPicos(BigInt(tokens[field]) * MILLION)]),
  ) as Record<TokenKind, string>;

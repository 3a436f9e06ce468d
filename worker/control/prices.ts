/** A tenant's own prices of models: as negotiated, or of what no catalogue lists. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { type PriceRecord, TOKEN_KINDS } from "../core/policy.ts";
import { type App, invalid } from "./call.ts";
import { iso, label, name } from "./input.ts";
import { price } from "./price-shapes.ts";
import { given, mountResource } from "./resource.ts";

/** Far above every price there is; below it, the cost of ten million tokens is still a safe integer of nanodollars. */
const MAX_PER_MILLION_USD = 100_000;
/** Of one unit or one request, likewise. */
const MAX_EACH_USD = 1_000;
/** A picodollar a unit is the finest that the books know: six decimals of a price for a million, twelve of one. */
const PER_MILLION_DECIMALS = 6;
const EACH_DECIMALS = 12;
const MAX_TIERS = 10;
const MAX_UNITS = 32;

/** Decimal dollars, kept as the text that they are. A number counts as JSON writes it. */
const dollars = (most: number, decimals: number) =>
  z
    .union([z.string(), z.number()], { error: "must be a decimal string in USD" })
    .transform(String)
    .refine(
      (text) => new RegExp(`^\\d{1,6}(\\.\\d{1,${decimals}})?$`).test(text) && Number(text) <= most,
      `must be a decimal string in USD, from 0 to ${most}, with at most ${decimals} decimals, e.g. "1.25"`,
    );

const each = dollars(MAX_EACH_USD, EACH_DECIMALS);
const byKind = z.partialRecord(z.enum(TOKEN_KINDS), dollars(MAX_PER_MILLION_USD, PER_MILLION_DECIMALS));
const tokens = z.int().positive().max(1_000_000_000);
const fields = {
  per_million_tokens: byKind,
  per_unit: z
    .record(z.string().regex(/^[a-z0-9_.:-]{1,64}$/), each)
    .refine((all) => Object.keys(all).length <= MAX_UNITS, `at most ${MAX_UNITS} units`),
  per_request: each.nullable(),
  tiers: z.array(z.strictObject({ above_input_tokens: tokens, per_million_tokens: byKind })).max(MAX_TIERS),
  context_window: tokens.nullable(),
  max_output: tokens.nullable(),
};
const create = z.strictObject({
  name: name.optional(),
  provider: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be a provider's slug"),
  model: label,
  per_million_tokens: fields.per_million_tokens.default({}),
  per_unit: fields.per_unit.default({}),
  per_request: fields.per_request.default(null),
  tiers: fields.tiers.default([]),
  context_window: fields.context_window.default(null),
  max_output: fields.max_output.default(null),
});
/** Provider and model stay: another model's price is another record. */
const patch = z.strictObject({ name, ...fields }).partial();

/** Mounts `/prices`. */
export function mountPrices(app: App): void {
  mountResource(app, {
    kind: "price",
    path: "prices",
    noun: "price",
    action: "prices",
    create,
    patch,
    shown: price,
    example: { provider: "openai", model: "gpt-5-mini", per_million_tokens: { input: "0.2", output: "1.6" } },
    config: { carriesSecret: () => false },
    make: async ({ provider, model, ...input }, call) => {
      const record = checked({
        id: newId("price", call.now),
        name: input.name ?? `${provider}/${model}`,
        provider,
        model,
        perMillionTokens: input.per_million_tokens,
        perUnit: input.per_unit,
        perRequest: input.per_request ?? "0",
        tiers: input.tiers.map(tierOf),
        contextWindow: input.context_window,
        maxOutput: input.max_output,
        changedAt: call.now,
        createdAt: call.now,
      });
      return record.ok ? ok({ record: record.value }) : record;
    },
    change: async (input, current, call) => {
      const changes = given({
        perMillionTokens: input.per_million_tokens,
        perUnit: input.per_unit,
        perRequest: input.per_request === null ? "0" : input.per_request,
        tiers: input.tiers?.map(tierOf),
        contextWindow: input.context_window,
        maxOutput: input.max_output,
      });
      const named = given({ name: input.name });
      if (Object.keys(changes).length === 0) return ok(named);
      const after = checked({ ...current, ...changes });
      return after.ok ? ok({ ...named, ...changes, changedAt: call.now }) : after;
    },
    show: async (records) => records.map(showPrice),
  });
}

/** A price without any for input would price nothing. */
function checked(record: PriceRecord): Outcome<PriceRecord> {
  const { input, ...others } = record.perMillionTokens;
  if (input !== undefined) return ok(record);
  const other = Object.keys(others)[0];
  if (other !== undefined || (record.tiers ?? []).length > 0 || Object.keys(record.perUnit ?? {}).length === 0) {
    return invalid("per_million_tokens.input: needed, unless only units are priced", "per_million_tokens.input");
  }
  return ok(record);
}

const tierOf = (tier: z.output<typeof fields.tiers>[number]) => ({
  aboveInputTokens: tier.above_input_tokens,
  perMillionTokens: tier.per_million_tokens,
});

const showPrice = (record: PriceRecord) => ({
  id: record.id,
  name: record.name,
  provider: record.provider,
  model: record.model,
  per_million_tokens: record.perMillionTokens,
  per_unit: record.perUnit ?? {},
  per_request: record.perRequest ?? "0",
  tiers: (record.tiers ?? []).map((tier) => ({
    above_input_tokens: tier.aboveInputTokens,
    per_million_tokens: tier.perMillionTokens,
  })),
  context_window: record.contextWindow ?? null,
  max_output: record.maxOutput ?? null,
  changed_at: iso(record.changedAt),
  created_at: iso(record.createdAt),
});

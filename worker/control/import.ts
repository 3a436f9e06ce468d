/** Usage that did not pass through the proxy, as its caller tells it. */
import * as z from "zod";
import type { Nanos } from "../core/money.ts";
import type { PriceRecord } from "../core/policy.ts";
import { NO_TOKENS, type PriceSource, SAVING_REASONS, type Tokens, type UsageEvent } from "../core/usage.ts";
import { costOfUsage, priceFrom } from "../pricing/index.ts";
import type { TenantCall } from "./call.ts";
import { instant, label, tags, usd } from "./input.ts";

const MAX_EVENTS = 10_000;
/** Thirty days: no request takes longer, and averages have no way back. */
const MAX_LATENCY_MS = 2_592_000_000;
const milliseconds = z.number().nonnegative().max(MAX_LATENCY_MS);
const count = z.int().nonnegative().default(0);
const slug = z.string().min(1).max(200);

/** Ids that requests and ledgers make: an import must not stand in for one of theirs. */
const OURS = /^(req|lost|back)_/;

const event = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.:-]{1,128}$/)
    .refine((id) => !OURS.test(id), "must not begin as the ids of our own records do: req_, lost_, back_"),
  time: instant.optional(),
  key: slug.nullable().default(null),
  team: label.nullable().default(null),
  user: label.nullable().default(null),
  session: label.nullable().default(null),
  tags: tags.default({}),
  mode: z.enum(["live", "test"]).default("live"),
  provider: slug,
  model: slug,
  model_served: slug.nullable().default(null),
  endpoint: z.string().max(200).default("import"),
  dialect: z.string().max(40).default(""),
  stream: z.boolean().default(false),
  status: z.enum(["ok", "error", "cut", "aborted", "truncated"]).default("ok"),
  http_status: z.int().min(100).max(599).nullable().default(null),
  tokens: z
    .strictObject({
      input: count,
      input_cached: count,
      input_cache_write: count,
      input_cache_write_1h: count,
      input_audio: count,
      input_image: count,
      output: count,
      output_reasoning: count,
      output_audio: count,
      output_image: count,
    })
    .optional(),
  units: z.record(z.string().max(64), z.number().nonnegative()).default({}),
  cost_usd: usd.nullable().optional(),
  saved_usd: usd.default(0),
  savings: z.partialRecord(z.enum(SAVING_REASONS), usd).optional(),
  latency_ms: milliseconds.default(0),
  ttft_ms: milliseconds.nullable().default(null),
});

export const importBody = z.strictObject({ events: z.array(event).min(1).max(MAX_EVENTS) });

/** The events of a checked body. What names no cost is priced at the tenant's own price of the model, newest first in `prices`, else at the catalogue's. */
export function eventsOf(
  { events }: z.output<typeof importBody>,
  { tenant, now }: Pick<TenantCall, "tenant" | "now">,
  prices: readonly PriceRecord[],
): UsageEvent[] {
  return events.map((given) => {
    const time = given.time ?? now;
    const tokens = tokensOf(given.tokens);
    const cost =
      given.cost_usd === undefined ? listCost({ ...given, tokens, time }, prices) : costGiven(given.cost_usd);
    return {
      id: given.id,
      time,
      tenant,
      key: given.key,
      team: given.team,
      user: given.user,
      session: given.session,
      tags: given.tags,
      mode: given.mode,
      provider: given.provider,
      model: given.model,
      modelServed: given.model_served,
      endpoint: given.endpoint,
      dialect: given.dialect,
      stream: given.stream,
      status: given.status,
      httpStatus: given.http_status,
      tokens,
      units: given.units,
      costNanos: cost.nanos,
      savedNanos: given.savings ? Object.values(given.savings).reduce((sum, nanos) => sum + nanos, 0) : given.saved_usd,
      ...(given.savings && { savings: given.savings }),
      usageSource: given.tokens ? "provider" : "none",
      priceSource: cost.source,
      priceVersion: cost.version,
      boundNanos: null,
      cache: "off",
      latencyMs: given.latency_ms,
      ttftMs: given.ttft_ms,
      overheadMs: null,
      errorCode: null,
      flags: ["imported"],
      attempts: [],
    };
  });
}

interface ImportedCost {
  nanos: Nanos | null;
  source: PriceSource;
  version: string | null;
}

const UNKNOWN: ImportedCost = { nanos: null, source: "none", version: null };

const costGiven = (nanos: Nanos | null): ImportedCost =>
  nanos === null ? UNKNOWN : { nanos, source: "provider", version: null };

function listCost(
  used: { provider: string; model: string; tokens: Tokens; units: Record<string, number>; time: number },
  prices: readonly PriceRecord[],
): ImportedCost {
  const price = priceFrom(prices, used);
  if (!price) return UNKNOWN;
  const cost = costOfUsage(price, used.tokens, used.units);
  // Where a part has no price the sum is a floor, and a floor is no cost.
  if (cost.nanos === null || cost.unpriced.length > 0) return UNKNOWN;
  return { nanos: cost.nanos, source: price.source, version: price.version };
}

function tokensOf(given: z.output<typeof event>["tokens"]): Tokens {
  if (!given) return { ...NO_TOKENS };
  return {
    input: given.input,
    inputCached: given.input_cached,
    inputCacheWrite: given.input_cache_write,
    inputCacheWrite1h: given.input_cache_write_1h,
    inputAudio: given.input_audio,
    inputImage: given.input_image,
    output: given.output,
    outputReasoning: given.output_reasoning,
    outputAudio: given.output_audio,
    outputImage: given.output_image,
  };
}

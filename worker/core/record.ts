/** A usage event in the shape that the outside sees: the usage API, exports and the live socket all speak it. */
import { type Nanos, usdFromNanos } from "./money.ts";
import type { Attempt, SavingReason, Shadow, Tokens, UsageEvent } from "./usage.ts";

/** A usage record of the contract: snake_case, money as decimal USD, times as ISO 8601 UTC. */
export type UsageRecord = ReturnType<typeof recordOf>;

/** `event` as a usage record. A cost that is not known stays null; it is not 0. */
export function recordOf(event: UsageEvent) {
  return {
    id: event.id,
    time: new Date(event.time).toISOString(),
    tenant: event.tenant,
    key: event.key,
    team: event.team,
    user: event.user,
    session: event.session,
    tags: event.tags,
    mode: event.mode,
    provider: event.provider,
    model: event.model,
    model_served: event.modelServed,
    endpoint: event.endpoint,
    dialect: event.dialect,
    stream: event.stream,
    status: event.status,
    http_status: event.httpStatus,
    tokens: tokensOf(event.tokens),
    units: event.units,
    cost_usd: usdOrNull(event.costNanos),
    saved_usd: usdFromNanos(event.savedNanos),
    savings: savingsOf(event),
    ...(event.shadow && { shadow: shadowOf(event.shadow) }),
    bound_usd: usdOrNull(event.boundNanos),
    usage_source: event.usageSource,
    price_source: event.priceSource,
    price_version: event.priceVersion,
    cache: event.cache,
    latency_ms: event.latencyMs,
    ttft_ms: event.ttftMs,
    overhead_ms: event.overheadMs,
    error_code: event.errorCode,
    refused_by: event.refusedBy ?? null,
    bodies_until: event.bodiesUntil === undefined ? null : new Date(event.bodiesUntil).toISOString(),
    flags: event.flags,
    attempts: event.attempts.map(attemptOf),
  };
}

/** Before reasons were told, only stored answers saved anything. */
const savingsOf = ({ savings, savedNanos, status }: UsageEvent): Partial<Record<SavingReason, string>> =>
  Object.fromEntries(
    Object.entries(savings ?? (status === "cached" && savedNanos !== 0 ? { cache: savedNanos } : {})).map(
      ([reason, nanos]) => [reason, usdFromNanos(nanos)],
    ),
  );

const shadowOf = ({ route, model, costNanos }: Shadow) => ({ route, model, cost_usd: usdFromNanos(costNanos) });

const tokensOf = (tokens: Tokens) => ({
  input: tokens.input,
  input_cached: tokens.inputCached,
  input_cache_write: tokens.inputCacheWrite,
  input_cache_write_1h: tokens.inputCacheWrite1h,
  input_audio: tokens.inputAudio,
  input_image: tokens.inputImage,
  output: tokens.output,
  output_reasoning: tokens.outputReasoning,
  output_audio: tokens.outputAudio,
  output_image: tokens.outputImage,
});

const attemptOf = (attempt: Attempt) => ({
  provider: attempt.provider,
  model: attempt.model,
  http_status: attempt.httpStatus,
  ms: attempt.ms,
  cost_usd: usdOrNull(attempt.costNanos),
  ...(attempt.error === undefined ? {} : { error: attempt.error }),
});

const usdOrNull = (amount: Nanos | null): string | null => (amount === null ? null : usdFromNanos(amount));

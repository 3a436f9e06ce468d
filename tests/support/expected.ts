/** A usage record against what a recording says was used. */
import type { UsageRecord } from "../../worker/core/record.ts";
import { NO_TOKENS, type Tokens } from "../../worker/core/usage.ts";
import { conditionsOf, costOfUsage, priceOf, priceUnder } from "../../worker/pricing/index.ts";
import type { Recording } from "./recordings.ts";

const KINDS = [
  ["input_tokens", "input"],
  ["cached_input_tokens", "input_cached"],
  ["cache_write_tokens", "input_cache_write"],
  ["output_tokens", "output"],
  ["reasoning_tokens", "output_reasoning"],
] as const;

/** The kinds of tokens in which the record differs; what the provider did not report is not compared. */
export function tokenDifferences({ expected }: Recording, record: UsageRecord): string[] {
  const differences: string[] = [];
  for (const [name, kind] of KINDS) {
    const want = expected[name];
    const got = record.tokens[kind];
    if (want !== null && want !== got) differences.push(`${kind}: ${got} instead of ${want}`);
  }
  return differences;
}

/** What the provider did not report of input and output cannot be compared at all. */
export const tellsTokens = ({ expected }: Recording): boolean =>
  expected.input_tokens !== null || expected.output_tokens !== null;

/** The number in `field`, or 0. */
export function numberIn(of: Record<string, unknown>, field: string): number {
  const value = of[field];
  return typeof value === "number" ? value : 0;
}

/** What a recording expects, as a record's tokens; what the provider did not report is 0. */
export function expectedTokens({ expected, expected_extra: extra }: Recording): Tokens {
  return {
    ...NO_TOKENS,
    input: expected.input_tokens ?? 0,
    inputCached: expected.cached_input_tokens ?? 0,
    inputCacheWrite: expected.cache_write_tokens ?? 0,
    inputCacheWrite1h: numberIn(extra, "cache_write_1h_tokens"),
    inputAudio: numberIn(extra, "input_audio_tokens"),
    inputImage: numberIn(extra, "input_image_tokens"),
    output: expected.output_tokens ?? 0,
    outputReasoning: expected.reasoning_tokens ?? 0,
    outputAudio: numberIn(extra, "output_audio_tokens"),
    outputImage: numberIn(extra, "output_image_tokens"),
  };
}

/**
 * What the exchange cost in nanodollars: the provider's own figure, else the recording's tokens at the served model's price, with the fees of
 * the record's units. Null where nobody knows, or where several models shared the work (their prices have a test of their own).
 */
export function expectedNanos(recording: Recording, record: UsageRecord): number | null {
  const { expected_extra: extra, expected, usage_raw: usage } = recording;
  if (typeof extra.cost_usd_reported === "number") return Math.ceil(extra.cost_usd_reported * 1e9 - 1e-6);
  if (!tellsTokens(recording) || extra.iterations !== undefined) return null;
  const priced = (model: string) => priceOf({ provider: recording.provider, model, time: Date.parse(record.time) });
  const price = priced(expected.model ?? record.model) ?? priced(record.model);
  if (!price) return null;
  return costOfUsage(priceUnder(price, conditionsOf({ ...extra, usage })), expectedTokens(recording), record.units)
    .nanos;
}

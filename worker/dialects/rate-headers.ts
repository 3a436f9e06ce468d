/** What is left of rate limits, in the headers that each family of providers says it with. */
import type { RateLeft } from "../core/errors.ts";
import { anthropicError } from "./errors.ts";
import type { ErrorShape } from "./types.ts";

/** Names and values for a client that understands errors of `shape`. `now` in milliseconds since the epoch. */
export const rateHeaders = (rates: readonly RateLeft[], shape: ErrorShape, now: number): [string, string][] =>
  rates.flatMap((rate) => (shape === anthropicError ? anthropicHeaders(rate, now) : openAiHeaders(rate)));

/** Source: Anthropic's API reference, "rate limits": the reset is a time in RFC 3339. */
const anthropicHeaders = ({ unit, limit, remaining, resetMs }: RateLeft, now: number): [string, string][] => [
  [`anthropic-ratelimit-${unit}-limit`, String(limit)],
  [`anthropic-ratelimit-${unit}-remaining`, String(remaining)],
  [`anthropic-ratelimit-${unit}-reset`, new Date(now + resetMs).toISOString()],
];

/** Source: OpenAI's guide, "rate limits": the reset is a duration such as `1s` or `6m0s`. */
const openAiHeaders = ({ unit, limit, remaining, resetMs }: RateLeft): [string, string][] => [
  [`x-ratelimit-limit-${unit}`, String(limit)],
  [`x-ratelimit-remaining-${unit}`, String(remaining)],
  [`x-ratelimit-reset-${unit}`, duration(resetMs)],
];

function duration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}

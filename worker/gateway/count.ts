/** Usage counted by ourselves, where the provider's count never came: the client left, the stream was cut, or it never tells. */
import type { Nanos } from "../core/money.ts";
import { NO_TOKENS } from "../core/usage.ts";
import type { Reading, Reported } from "../dialects/types.ts";
import {
  countIsExactFor,
  encodingFor,
  estimatedPromptTokens,
  estimatedTokens,
  exactInputTokens,
  inlineMediaOf,
  mediaTokensOf,
  priceFrom,
} from "../pricing/index.ts";
import type { Call } from "./call.ts";

/**
 * Input as counted (or as an early event told it), output by what passed; of other vendors' models by a factor that
 * recordings gave. The record says `counted`. `aheadTokens`: what the provider may have written beyond that.
 */
export async function countUsage(call: Call, reading: Reading, answerText: string, aheadTokens = 0): Promise<Reported> {
  const told = reading.reported;
  const output = answerText === "" ? 0 : await estimatedTokens(answerText, call.scope.model);
  return {
    tokens: {
      ...(told?.tokens ?? NO_TOKENS),
      input: told?.tokens.input || (await countInput(call)),
      output: Math.max(told?.tokens.output ?? 0, output + aheadTokens),
    },
    units: told?.units ?? {},
    costUsd: null,
    byModel: null,
  };
}

async function countInput(call: Call): Promise<number> {
  const { body, facts, grant, place, scope } = call;
  if (body.kind !== "json" || place.endpoint.dialect === null) return 0;
  const encoding = countIsExactFor(scope.provider, scope.model) ? encodingFor(scope.model) : null;
  const exact = encoding && (await exactInputTokens(body.json, place.endpoint.dialect, encoding));
  if (exact !== null) return exact;
  const price = priceFrom(grant.prices, { provider: scope.provider, model: scope.model, time: call.arrivedAt });
  const media = price ? mediaTokensOf(price, facts.media, inlineMediaOf(body.json)) : 0;
  // Where nothing tells what its media make, the whole body is the estimate.
  if (media === null) return estimatedTokens(body.text, scope.model);
  return (await estimatedPromptTokens(body.json, scope.model)) + media;
}

/** An estimate of ours never exceeds what was held for the request. */
export const atMost = (costNanos: Nanos | null, boundNanos: Nanos | null): Nanos | null =>
  costNanos === null || boundNanos === null ? costNanos : Math.min(costNanos, boundNanos);

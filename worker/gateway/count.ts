/** Usage counted by ourselves, where the provider's count never came: the client left, the stream was cut, or it never tells. */
import type { Nanos } from "../core/money.ts";
import { NO_TOKENS } from "../core/usage.ts";
import type { Reading, Reported } from "../dialects/types.ts";
import { encodingFor, estimatedTokens, exactInputTokens } from "../pricing/index.ts";
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
  const { body, place, scope } = call;
  if (body.kind !== "json" || place.endpoint.dialect === null) return 0;
  const encoding = encodingFor(scope.model);
  const exact = encoding && (await exactInputTokens(body.json, place.endpoint.dialect, encoding));
  return exact ?? estimatedTokens(body.text, scope.model);
}

/** An estimate of ours never exceeds what was held for the request. */
export const atMost = (costNanos: Nanos | null, boundNanos: Nanos | null): Nanos | null =>
  costNanos === null || boundNanos === null ? costNanos : Math.min(costNanos, boundNanos);

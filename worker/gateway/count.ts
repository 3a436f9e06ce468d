/** Usage counted by ourselves, where the provider's count never came: the client left, the stream was cut, or it never tells. */
import type { Nanos } from "../core/money.ts";
import { NO_TOKENS } from "../core/usage.ts";
import type { Reading, Reported } from "../dialects/types.ts";
import { countTokens, encodingFor, exactInputTokens } from "../pricing/index.ts";
import type { Call } from "./call.ts";

/** For models of other vendors, whose tokenizers are not public: the newest of OpenAI's is nearest. */
const OTHERS_ENCODING = "o200k_base";

/**
 * Input as counted (or as an early event told it), output by what passed. Other vendors' tokenizers are near enough
 * to OpenAI's for this, and the record says `counted`.
 */
export async function countUsage(call: Call, reading: Reading, answerText: string, aheadTokens = 0): Promise<Reported> {
  const told = reading.reported;
  const output =
    answerText === "" ? 0 : await countTokens(answerText, encodingFor(call.scope.model) ?? OTHERS_ENCODING);
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
  const encoding = encodingFor(scope.model) ?? OTHERS_ENCODING;
  return (await exactInputTokens(body.json, place.endpoint.dialect, encoding)) ?? countTokens(body.text, encoding);
}

/** An estimate of ours never exceeds what was held for the request. */
export const atMost = (costNanos: Nanos | null, boundNanos: Nanos | null): Nanos | null =>
  costNanos === null || boundNanos === null ? costNanos : Math.min(costNanos, boundNanos);

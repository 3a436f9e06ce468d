/** `completions`: OpenAI's legacy completions. */
import { arrayIn, isObject, stringIn } from "../core/json.ts";
import { readChunk } from "./chat.ts";
import { alternativesOf, capOf, NO_FACTS, routerCause, timesOf } from "./facts.ts";
import { meterOf } from "./meter.ts";
import type { Dialect, RequestFacts } from "./types.ts";

const NEWS = /"(?:usage|error)"\s*:\s*\{|"finish_reason"\s*:\s*"/;

export const completions: Dialect = {
  name: "completions",
  facts(body): RequestFacts {
    const inputs = promptsIn(body.prompt);
    return {
      ...NO_FACTS,
      model: stringIn(body, "model"),
      stream: body.stream === true,
      maxOutputTokens: capOf(body, "max_tokens"),
      choices: timesOf(body, "n", "best_of") * inputs,
      inputs,
      unboundedBy: routerCause(body),
      alternatives: alternativesOf(body),
    };
  },
  meter: () =>
    meterOf({
      wants: (data) => NEWS.test(data),
      read: readChunk,
      doneMarker: "[DONE]",
    }),
  textOf: (json) =>
    arrayIn(json, "choices")
      .map((choice) => (isObject(choice) ? (stringIn(choice, "text") ?? "") : ""))
      .join(""),
  capPath: () => ["max_tokens"],
};

/** A prompt is a text, an array of texts, an array of tokens, or an array of those. */
function promptsIn(prompt: unknown): number {
  if (!Array.isArray(prompt) || typeof prompt[0] === "number") return 1;
  return Math.max(1, prompt.length);
}

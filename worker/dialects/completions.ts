/** `completions`: OpenAI's legacy completions. */
import { arrayIn, countIn, isObject, stringIn } from "../core/json.ts";
import { readChunk } from "./chat.ts";
import { alternativesOf, capOf, NO_FACTS } from "./facts.ts";
import { meterOf } from "./meter.ts";
import type { Dialect, RequestFacts } from "./types.ts";

const NEWS = /"(?:usage|error)"\s*:\s*\{|"finish_reason"\s*:\s*"/;

export const completions: Dialect = {
  name: "completions",
  facts(body): RequestFacts {
    const perPrompt = Math.max(countIn(body, "n") ?? 1, countIn(body, "best_of") ?? 1, 1);
    return {
      ...NO_FACTS,
      model: stringIn(body, "model"),
      stream: body.stream === true,
      maxOutputTokens: capOf(body, "max_tokens", "max_completion_tokens"),
      choices: perPrompt * promptsIn(body.prompt),
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

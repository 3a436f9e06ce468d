/** `embeddings`: OpenAI's embeddings, and the APIs that answer likewise: rerank, moderations, OCR. No output is billed. */
import { stringIn } from "../core/json.ts";
import { readChunk } from "./chat.ts";
import { alternativesOf, NO_FACTS } from "./facts.ts";
import { meterOf } from "./meter.ts";
import type { Dialect, RequestFacts } from "./types.ts";

export const embeddings: Dialect = {
  name: "embeddings",
  facts: (body): RequestFacts => ({
    ...NO_FACTS,
    model: stringIn(body, "model"),
    maxOutputTokens: 0,
    inputs: textsIn(body.input),
    alternatives: alternativesOf(body),
  }),
  meter: () => meterOf({ wants: () => true, read: readChunk }),
  textOf: () => "",
  capPath: () => null,
};

/** One text, several, or their tokens: an array of numbers is one text. */
const textsIn = (input: unknown): number =>
  Array.isArray(input) && typeof input[0] !== "number" ? Math.max(1, input.length) : 1;

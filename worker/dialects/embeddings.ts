/** `embeddings`: OpenAI's embeddings, and the APIs that answer likewise: rerank, moderations, OCR. No output is billed. */
import { arrayIn, isObject, type JsonObject, stringIn } from "../core/json.ts";
import { readChunk } from "./chat.ts";
import { alternativesOf, NO_FACTS } from "./facts.ts";
import { meterOf } from "./meter.ts";
import type { Dialect, Reading, RequestFacts } from "./types.ts";

export const embeddings: Dialect = {
  name: "embeddings",
  facts: (body): RequestFacts => ({
    ...NO_FACTS,
    model: stringIn(body, "model"),
    maxOutputTokens: 0,
    // Parts may be pictures by their addresses.
    references: arrayIn(body, "input").some(isObject),
    // Rerankers read the query with each of the documents.
    inputs: Math.max(textsIn(body.input), arrayIn(body, "documents").length),
    alternatives: alternativesOf(body),
  }),
  meter: () => meterOf({ wants: () => true, read }),
  textOf: () => "",
  capPath: () => null,
};

/** One text, several, or their tokens: an array of numbers is one text. */
const textsIn = (input: unknown): number =>
  Array.isArray(input) && typeof input[0] !== "number" ? Math.max(1, input.length) : 1;

/** Mistral's OCR sells pages, and at another price those whose answer is annotated. */
function read(json: JsonObject): Partial<Reading> {
  const reading = readChunk(json);
  const units = reading.reported?.units;
  if (units?.pages && isAnnotated(json)) {
    units.annotated_pages = units.pages;
    delete units.pages;
  }
  return reading;
}

function isAnnotated(json: JsonObject): boolean {
  const isSet = (value: unknown) => value !== undefined && value !== null;
  const images = arrayIn(json, "pages").flatMap((page) => (isObject(page) ? arrayIn(page, "images") : []));
  return isSet(json.document_annotation) || images.some((image) => isObject(image) && isSet(image.image_annotation));
}

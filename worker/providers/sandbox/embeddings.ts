/** Embeddings: unit vectors that follow from the text alone, in OpenAI's, Gemini's and Cohere's formats. */
import { type Context, jsonHeaders } from "./context.ts";
import { type Failure, failure, missing } from "./failures.ts";
import { hashText, seededIds } from "./ids.ts";
import { asCount, asFields, asList, asText, asTexts } from "./json.ts";
import { plain, type Reply } from "./reply.ts";
import { countTokens } from "./tokenizer.ts";

export type RestResult = { ok: true; reply: Reply } | { ok: false; failure: Failure };

const DIMENSIONS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "text-embedding-3-large": 3072,
    "gemini-embedding-001": 3072,
    "text-embedding-004": 768,
    "mistral-embed": 1024,
    "embed-v4.0": 1536,
  }),
);
const USUAL_DIMENSIONS = 1536;
const MAX_DIMENSIONS = 4096;

/** A unit vector for `text`: the same text, the same vector; other texts, nearly orthogonal ones. */
export function vectorOf(text: string, dimensions: number): number[] {
  const seed = hashText(text);
  const numbers = seededIds(Uint32Array.of(seed, seed ^ 0x9e3779b9, text.length, 1));
  const raw = Array.from({ length: dimensions }, () => numbers.below(2_000_001) / 1_000_000 - 1);
  const norm = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0)) || 1;
  return raw.map((value) => Math.fround(value / norm));
}

const sizeOf = (model: string, asked: unknown): number =>
  Math.min(Math.max(asCount(asked) ?? DIMENSIONS.get(model) ?? USUAL_DIMENSIONS, 1), MAX_DIMENSIONS);

/** OpenAI's `/embeddings`; also of those who speak the same. */
export function openaiEmbeddings(context: Context): RestResult {
  const { body, model } = context;
  if (model === "") {
    return { ok: false, failure: failure("invalid", { message: "you must provide a model parameter" }) };
  }
  const inputs = inputsOf(body.input);
  if (inputs.length === 0) return { ok: false, failure: missing("input") };
  const size = sizeOf(model, body.dimensions);
  const asBase64 = body.encoding_format === "base64";
  const data = inputs.map(({ text }, index) => {
    const vector = vectorOf(text, size);
    return { object: "embedding", index, embedding: asBase64 ? base64Floats(vector) : vector };
  });
  const tokens = Math.min(
    inputs.reduce((sum, input) => sum + input.tokens, 0),
    context.bytes.length,
  );
  const reply = { object: "list", data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  return { ok: true, reply: plain(200, jsonHeaders(context), JSON.stringify(reply, null, 2)) };
}

/** A text, texts, a list of token ids, or several such lists. */
function inputsOf(input: unknown): { text: string; tokens: number }[] {
  const texts = asTexts(input);
  if (texts.length > 0) return texts.map((text) => ({ text, tokens: Math.max(countTokens(text), 1) }));
  const lists = asList(input).every((item) => typeof item === "number") ? [asList(input)] : asList(input).map(asList);
  return lists.filter((ids) => ids.length > 0).map((ids) => ({ text: ids.join(","), tokens: ids.length }));
}

/** Little-endian 32-bit floats, as the OpenAI SDK asks for them. */
function base64Floats(vector: number[]): string {
  const bytes = new Uint8Array(new Float32Array(vector).buffer);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function geminiVector(request: unknown, model: string): { values: number[] } {
  const { content, outputDimensionality, output_dimensionality } = asFields(request);
  const text = asList(asFields(content).parts)
    .map((part) => asText(asFields(part).text))
    .join("\n");
  return { values: vectorOf(text, sizeOf(model, outputDimensionality ?? output_dimensionality)) };
}

/** Gemini's `embedContent` and `batchEmbedContents`, which report no usage. */
export function geminiEmbeddings(context: Context, batch: boolean): RestResult {
  const { body, model } = context;
  const requests = asList(body.requests);
  if (batch ? requests.length === 0 : body.content === undefined) {
    const message = batch
      ? "* BatchEmbedContentsRequest.requests: at least one request is required\n"
      : "* EmbedContentRequest.content: contents is not specified\n";
    return { ok: false, failure: failure("invalid", { message }) };
  }
  const answer = batch
    ? { embeddings: requests.map((request) => geminiVector(request, model)) }
    : { embedding: geminiVector(body, model) };
  return { ok: true, reply: plain(200, jsonHeaders(context), `${JSON.stringify(answer, null, 2)}\n`) };
}

/** Cohere's `/v2/embed`. */
export function cohereEmbeddings(context: Context): RestResult {
  const { body, model, ids } = context;
  const texts = asTexts(body.texts);
  if (model === "" || texts.length === 0) {
    return { ok: false, failure: failure("invalid", { message: "invalid request: model and texts are required" }) };
  }
  const size = sizeOf(model, body.output_dimension);
  const answer = {
    id: ids.uuid(),
    embeddings: { float: texts.map((text) => vectorOf(text, size)) },
    texts,
    meta: {
      api_version: { version: "2" },
      billed_units: { input_tokens: texts.reduce((sum, text) => sum + countTokens(text), 0) },
    },
    response_type: "embeddings_by_type",
  };
  return { ok: true, reply: plain(200, jsonHeaders(context), JSON.stringify(answer)) };
}

/** Gemini's `embedContent` and `batchEmbedContents` at a provider that embeds in OpenAI's format. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { googleError } from "../dialects/errors.ts";
import { BadRequest, unsupportedField } from "./client.ts";
import { failureIn, headersAs, noAnswer } from "./failures.ts";
import { camelFields, listed } from "./gemini/schema.ts";
import { type Shape, unless, unread } from "./shape.ts";
import type { ProviderSide, Translated, Translation } from "./types.ts";

/** Methods of Gemini's that embed. */
export const EMBEDDING_METHODS: ReadonlySet<string> = new Set(["embedContent", "batchEmbedContents"]);

/** What is read of one request. What a text is embedded for changes the vector, and nothing but Gemini's own models knows it. */
const REQUEST: Shape = {
  model: "read",
  content: { role: "hint", parts: [{ text: "read" }] },
  outputDimensionality: "read",
  taskType: unless("TASK_TYPE_UNSPECIFIED"),
  autoTruncate: "hint",
};
const BATCH: Shape = { model: "read", requests: [REQUEST] };

/** The request as the provider gets it, and what makes its answer Gemini's. */
export function translateEmbedding(
  { method, body }: { method: string; body: JsonObject },
  side: Pick<ProviderSide, "base" | "name" | "model">,
  onUnsupported: "refuse" | "drop",
): Outcome<Translated> {
  const isBatch = method === "batchEmbedContents";
  const asked = camelFields(body);
  const { hints, unsupported } = unread(asked, isBatch ? BATCH : REQUEST, { spelled: camelFields, listed });
  const [first] = unsupported;
  if (first !== undefined && onUnsupported === "refuse") return fail(unsupportedField(first, side));
  const read = inputOf(asked, isBatch);
  if (!read.ok) return read;
  const written = { model: side.model, ...read.value };
  const translation = answersAs(isBatch, [...new Set([...hints, ...unsupported])]);
  return ok({ path: `${side.base}/embeddings`, search: "", body: JSON.stringify(written), translation });
}

/** The texts, and how long their vectors are to be: of all alike. */
function inputOf(asked: JsonObject, isBatch: boolean): Outcome<{ input: string | string[]; dimensions?: number }> {
  try {
    const requests = isBatch ? arrayIn(asked, "requests") : [asked];
    if (requests.length === 0) throw new BadRequest("requests", "is empty");
    const texts: string[] = [];
    let dimensions: number | null = null;
    for (const [index, one] of requests.entries()) {
      const at = isBatch ? `requests[${index}].` : "";
      const request = camelFields(one);
      texts.push(textOf(request, `${at}content`));
      const size = countIn(request, "outputDimensionality");
      if (index > 0 && size !== dimensions) {
        throw new BadRequest(`${at}outputDimensionality`, "is not that of the first: one length is asked for, of all");
      }
      dimensions = size;
    }
    return ok({ input: isBatch ? texts : (texts[0] ?? ""), ...(dimensions !== null && { dimensions }) });
  } catch (cause) {
    if (cause instanceof BadRequest) return fail(cause.refusal);
    throw cause;
  }
}

function textOf(request: JsonObject, field: string): string {
  const parts = arrayIn(objectIn(request, "content"), "parts").filter(isObject);
  const texts = parts.flatMap((part) => stringIn(part, "text") ?? []);
  if (texts.length === 0) throw new BadRequest(field, "has no text");
  return texts.join("\n");
}

function answersAs(isBatch: boolean, dropped: readonly string[]): Translation {
  const whole = async (response: Response): Promise<Response> => {
    try {
      const answer = written(await response.json(), isBatch);
      const headers = headersAs(response, "application/json");
      return new Response(JSON.stringify(answer), { status: response.status, headers });
    } catch (cause) {
      return noAnswer(googleError, response, cause);
    }
  };
  return {
    headers: new Map(),
    dropped,
    prepare: async () => {},
    whole,
    // Nobody streams vectors: what is too long to be read first is passed on as it comes.
    stream: (response) => response,
    failure: (response) => failureIn(googleError, response),
  };
}

function written(answer: unknown, isBatch: boolean): JsonObject {
  const json = isObject(answer) ? answer : {};
  const vectors = arrayIn(json, "data").filter(isObject);
  if (vectors.length === 0) throw new Error("The provider's answer has no vectors.");
  const inOrder = vectors.toSorted((a, b) => (countIn(a, "index") ?? 0) - (countIn(b, "index") ?? 0));
  const embeddings = inOrder.map(({ embedding }) => ({ values: embedding }));
  const promptTokenCount = countIn(objectIn(json, "usage"), "prompt_tokens");
  const usage = promptTokenCount === null ? {} : { usageMetadata: { promptTokenCount } };
  return { ...(isBatch ? { embeddings } : { embedding: embeddings[0] }), ...usage };
}

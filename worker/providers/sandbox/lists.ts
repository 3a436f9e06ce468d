/** The small endpoints: lists of models, moderations, rerank, token counts. */
import { type Context, jsonHeaders } from "./context.ts";
import type { RestResult } from "./embeddings.ts";
import { failure, missing } from "./failures.ts";
import { readGemini } from "./gemini.ts";
import { CREATED_ISO, CREATED_SECONDS } from "./ids.ts";
import { asCount, asFields, asList, asText, type Fields } from "./json.ts";
import { readMessages } from "./messages.ts";
import { plain } from "./reply.ts";
import { readResponses } from "./responses-prompt.ts";
import { LISTED_MODELS } from "./served-models.ts";

const json = (context: Context, value: unknown): RestResult => ({
  ok: true,
  reply: plain(200, jsonHeaders(context), `${JSON.stringify(value, null, 2)}\n`),
});

const openaiModel = (id: string): Fields => ({ id, object: "model", created: CREATED_SECONDS, owned_by: "system" });

const anthropicModel = (id: string): Fields => ({ type: "model", id, display_name: id, created_at: CREATED_ISO });

const geminiModel = (id: string): Fields => ({
  name: `models/${id}`,
  version: "001",
  displayName: id,
  description: "Played by the sandbox.",
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
  supportedGenerationMethods: id.includes("embedding") ? ["embedContent"] : ["generateContent", "countTokens"],
});

/** All models, or the one that `id` names: any name that is asked for exists. */
export function models(context: Context, id: string | null): RestResult {
  switch (context.provider) {
    case "anthropic": {
      if (id !== null) return json(context, anthropicModel(id));
      const data = LISTED_MODELS.anthropic.map(anthropicModel);
      return json(context, { data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id });
    }
    case "google":
    case "vertex":
      return json(context, id === null ? { models: LISTED_MODELS.google.map(geminiModel) } : geminiModel(id));
    default:
      return json(
        context,
        id === null ? { object: "list", data: LISTED_MODELS.openai.map(openaiModel) } : openaiModel(id),
      );
  }
}

const CATEGORIES = [
  "harassment",
  "harassment/threatening",
  "sexual",
  "hate",
  "hate/threatening",
  "illicit",
  "illicit/violent",
  "self-harm/intent",
  "self-harm/instructions",
  "self-harm",
  "sexual/minors",
  "violence",
  "violence/graphic",
];

const eachCategory = <T>(value: T): Record<string, T> =>
  Object.fromEntries(CATEGORIES.map((category) => [category, value]));

/** `/moderations`: nothing is ever flagged. */
export function moderations(context: Context): RestResult {
  const { input } = context.body;
  if (input === undefined) return { ok: false, failure: missing("input") };
  // Strings are judged one by one, parts of one content together.
  const texts = asList(input).filter((item) => typeof item === "string").length;
  const result = {
    flagged: false,
    categories: eachCategory(false),
    category_scores: eachCategory(0),
    category_applied_input_types: eachCategory(["text"]),
  };
  return json(context, {
    id: `modr-${context.ids.text(8)}`,
    model: context.model || "omni-moderation-latest",
    results: Array.from({ length: Math.max(texts, 1) }, () => result),
  });
}

/** Cohere's rerank: documents in their own order, one search. */
export function rerank(context: Context): RestResult {
  const documents = asList(context.body.documents);
  if (asText(context.body.query) === "" || documents.length === 0) {
    return { ok: false, failure: failure("invalid", { message: "invalid request: query and documents are required" }) };
  }
  const top = Math.min(asCount(context.body.top_n) ?? documents.length, documents.length);
  const results = Array.from({ length: top }, (_, index) => ({ index, relevance_score: 1 / (index + 1) }));
  return json(context, {
    id: context.ids.uuid(),
    results,
    meta: { api_version: { version: "2" }, billed_units: { search_units: 1 } },
  });
}

/** Anthropic's `/messages/count_tokens`. */
export function countMessages(context: Context): RestResult {
  const read = readMessages(context, false);
  return read.ok ? json(context, { input_tokens: read.prompt.input.total }) : read;
}

/** OpenAI's `/responses/input_tokens`. */
export function countResponses(context: Context): RestResult {
  const read = readResponses(context);
  return read.ok ? json(context, { object: "response.input_tokens", input_tokens: read.prompt.input.total }) : read;
}

/** Gemini's `countTokens`; the contents may be wrapped in a request to generate. */
export function countGemini(context: Context): RestResult {
  const wrapped = context.body.generateContentRequest;
  const read = readGemini(wrapped === undefined ? context : { ...context, body: asFields(wrapped) }, false);
  if (!read.ok) return read;
  const totalTokens = read.prompt.input.total;
  return json(context, { totalTokens, promptTokensDetails: [{ modality: "TEXT", tokenCount: totalTokens }] });
}

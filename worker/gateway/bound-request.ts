/** What the bound needs to know of a call. */
import type { JsonObject } from "../core/json.ts";
import type { PriceRecord } from "../core/policy.ts";
import type { DialectName } from "../dialects/index.ts";
import {
  type BoundRequest,
  boundOf,
  type Conditions,
  cacheWritesOf,
  conditionsOf,
  dearestUnder,
  type EndpointKind,
  imageTokensOf,
  inlineMediaOf,
  type ModelPrice,
  namesOfModel,
  priceFrom,
  REGIONAL,
  toolLimitsOf,
  unitsOfRequest,
  zeroIsCap,
} from "../pricing/index.ts";
import type { Endpoint } from "../providers/types.ts";
import type { Call } from "./call.ts";

type Read = Pick<Call, "arrivedAt" | "place" | "facts" | "body">;

/** Before it is known whose request it is, there are no prices but the catalogue's. */
const NO_PRICES: readonly PriceRecord[] = [];

/** Formats whose requests are bounded like another's. */
const KINDS: Readonly<Record<DialectName, EndpointKind>> = {
  chat: "chat",
  completions: "completions",
  responses: "responses",
  messages: "messages",
  gemini: "gemini",
  cohere: "chat",
  embeddings: "embeddings",
  images: "images",
  speech: "speech",
  transcription: "transcription",
};

function kindOf({ dialect, name }: Endpoint): EndpointKind {
  if (/rerank$/.test(name)) return "rerank";
  if (/embed$/.test(name) || /embedContent|batchEmbedContents|predict$/i.test(name)) return "embeddings";
  return KINDS[dialect ?? "chat"];
}

/**
 * The price of the dearest of the models that may answer, by what this request can cost at each; null where one of
 * them has none. `prices` are the tenant's own, which win over the catalogue's.
 */
export function priceFor(call: Read, prices = NO_PRICES): ModelPrice | null {
  const of = (model: string) => ({ provider: call.place.provider.slug, model, time: call.arrivedAt });
  const asked = of(call.facts.model ?? "");
  let dearest = priceFrom(prices, asked);
  // The answer may name its model otherwise (`gpt-5` is served as `gpt-5-2025-08-07`), and that name have its own price.
  for (const model of [...call.facts.alternatives, ...namesOfModel(prices, asked)]) {
    const price = priceFrom(prices, of(model));
    if (!price || !dearest) return null;
    if (mostOf(call, price) > mostOf(call, dearest)) dearest = price;
  }
  return dearest;
}

/** What cannot be bounded is dearer than all else. */
function mostOf(call: Read, price: ModelPrice): number {
  const bound = boundOf(boundRequestOf(call, price));
  return bound.outcome === "bounded" ? bound.nanos : Number.POSITIVE_INFINITY;
}

/** `call` as the bound sees it, at `price`. */
export function boundRequestOf(call: Read, price: ModelPrice): BoundRequest {
  const { facts, body } = call;
  const json = body.kind === "json" || body.kind === "form" ? body.json : {};
  const bodyBytes = body.kind === "json" || body.kind === "form" ? body.bytes.byteLength : 0;
  const endpointKind = kindOf(call.place.endpoint);
  const units = unitsOfRequest(price, { endpointKind, body: json, bodyBytes });
  // What is sold by the piece is bounded by the pieces that the body asks for.
  const byThePiece = price.tokens === null && Object.keys(units).length > 0;
  const tools = facts.limitedTools && toolLimitsOf(price, facts.limitedTools);
  const { images, audio, video, documents } = facts.media;
  return {
    price: dearestUnder(price, conditionsAsked(call)),
    bodyBytes: bodyBytes + (endpointKind === "rerank" ? repeatedBytes(json, facts.inputs) : 0),
    endpointKind,
    inputs: facts.inputs,
    tools: facts.tools,
    cacheWrites: cacheWritesOf(json),
    inlineMedia: images + audio + video + documents > 0 ? inlineMediaOf(json) : null,
    prediction: json.prediction !== undefined,
    units: { ...units, ...tools?.units },
    turns: tools?.turns ?? 1,
    // Where nobody says that 0 is a cap, it may stand for none.
    maxOutputTokens: facts.maxOutputTokens === 0 && !zeroIsCap(price) ? null : facts.maxOutputTokens,
    attempts: facts.attempts,
    choices: facts.choices,
    media: facts.media,
    references: facts.references,
    unboundedBy: byThePiece || tools ? null : facts.unboundedBy,
    ...mediaLimits(call, price, endpointKind),
  };
}

/** How the request asks to be served, by its body, a header, or its path. */
export function conditionsAsked({ body, facts, place }: Pick<Call, "body" | "facts" | "place">): Conditions {
  return {
    ...(body.kind === "json" || body.kind === "form" ? conditionsOf(body.json) : {}),
    ...(facts.serviceTier !== undefined && { serviceTier: facts.serviceTier }),
    ...(place.endpoint.isRegional && { inferenceGeo: REGIONAL }),
  };
}

/** A reranker reads, and bills, the query once for each document; the body has it once. */
const repeatedBytes = ({ query }: JsonObject, documents: number): number =>
  query === undefined ? 0 : new TextEncoder().encode(JSON.stringify(query)).byteLength * documents;

/** What bounds pictures and transcripts, where it is documented. */
function mediaLimits({ body, facts }: Read, price: ModelPrice, kind: EndpointKind): Partial<BoundRequest> {
  if (!price.tokens || (body.kind !== "json" && body.kind !== "form")) return {};
  if (kind === "images") {
    const maxOutputTokens = imageTokensOf(price, body.json);
    if (maxOutputTokens === null) return {};
    const images = facts.media.images + (body.kind === "form" ? body.files : 0);
    // A file's bytes are no text.
    const bodyBytes = new TextEncoder().encode(JSON.stringify(body.json)).byteLength;
    return { maxOutputTokens, bodyBytes, media: { ...facts.media, images }, unboundedBy: null };
  }
  // The model takes no longer audio than fits in its window, and its text is no longer either.
  if (kind === "transcription" && price.contextWindow !== null)
    return { references: true, maxOutputTokens: price.contextWindow, unboundedBy: null };
  return {};
}

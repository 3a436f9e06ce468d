/** What the bound needs to know of a call. */
import type { DialectName } from "../dialects/index.ts";
import { type BoundRequest, type EndpointKind, type ModelPrice, priceOf } from "../pricing/index.ts";
import type { Call } from "./call.ts";

type Read = Pick<Call, "arrivedAt" | "place" | "facts" | "body">;

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

/** The price of the dearest of the models that may answer; null where one of them has none. */
export function priceFor(call: Pick<Call, "arrivedAt" | "place" | "facts">): ModelPrice | null {
  const provider = call.place.provider.slug;
  const names = [call.facts.model ?? "", ...call.facts.alternatives];
  let dearest: ModelPrice | null = null;
  for (const model of names) {
    const price = priceOf({ provider, model, time: call.arrivedAt });
    if (!price) return null;
    if (!dearest || (price.tokens?.output ?? 0) > (dearest.tokens?.output ?? 0)) dearest = price;
  }
  return dearest;
}

export function boundRequestOf(call: Read, price: ModelPrice): BoundRequest {
  const { facts, body } = call;
  const dialect = call.place.endpoint.dialect ?? "chat";
  return {
    price,
    bodyBytes: body.kind === "json" || body.kind === "form" ? body.bytes.byteLength : 0,
    endpointKind: KINDS[dialect],
    maxOutputTokens: facts.maxOutputTokens,
    choices: facts.choices,
    media: facts.media,
    references: facts.references,
    unboundedBy: facts.unboundedBy,
  };
}

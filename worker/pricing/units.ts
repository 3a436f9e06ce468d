/** What a request buys by the piece, told from its body alone: the answer of these endpoints reports nothing. */
import type { EndpointKind } from "./bound.ts";
import type { ModelPrice } from "./types.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Cohere counts a query with up to 100 documents as one, and splits documents of more than 500 tokens, the query's included. */
const DOCUMENTS_IN_SEARCH_UNIT = 100;
const TOKENS_IN_DOCUMENT = 500;
/** Of a longer query it reads no more than half of what fits. */
const MOST_OF_QUERY = TOKENS_IN_DOCUMENT / 2;

/**
 * The units that a request causes, by the names of `UsageEvent.units`; for reranking the most that it can cause. Empty where the
 * model is sold by the token. For its bound, and, where the provider reports nothing, for its cost.
 */
export function unitsOfRequest(
  price: ModelPrice,
  request: { endpointKind: EndpointKind; body: Fields; bodyBytes: number },
): Record<string, number> {
  const { endpointKind, body, bodyBytes } = request;
  if (endpointKind === "images") return imageUnits(price, body);
  if (endpointKind === "speech" && price.units.characters !== undefined && typeof body.input === "string") {
    return { characters: [...body.input].length };
  }
  // Vertex leaves blank space out of the characters of a text; the body has no fewer.
  if (endpointKind === "embeddings" && price.tokens === null && price.units.characters !== undefined) {
    return { characters: bodyBytes };
  }
  if (endpointKind === "rerank" && price.units.search_units !== undefined) {
    const documents = Array.isArray(body.documents) ? body.documents.length : 0;
    // A token has at least one byte.
    const query = new TextEncoder().encode(JSON.stringify(body.query) ?? "").byteLength;
    const chunks = documents + Math.floor(bodyBytes / (TOKENS_IN_DOCUMENT - Math.min(query, MOST_OF_QUERY)));
    return { search_units: Math.max(1, Math.ceil(chunks / DOCUMENTS_IN_SEARCH_UNIT)) };
  }
  return {};
}

/** `image:<quality>:<size>`; what the list does not name is the dearest that it does. */
function imageUnits(price: ModelPrice, body: Fields): Record<string, number> {
  const offered = Object.entries(price.units).filter(([unit]) => unit.startsWith("image:"));
  if (offered.length === 0) return {};
  const quality = body.quality === "hd" ? "hd" : "standard";
  const size = typeof body.size === "string" ? body.size : "1024x1024";
  const asked = `image:${quality}:${size}`;
  const [dearest = asked] = offered.sort(([, a], [, b]) => b - a)[0] ?? [];
  const unit = Object.hasOwn(price.units, asked) ? asked : dearest;
  const n = typeof body.n === "number" && body.n > 1 ? Math.ceil(body.n) : 1;
  return { [unit]: n };
}

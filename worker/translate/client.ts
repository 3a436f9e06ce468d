/** What a dialect does for its clients: read their requests into the neutral form, and write answers out of it. */
import type { LanguageModelV4CallOptions, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { GatewayError } from "../core/errors.ts";
import { gatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { ErrorShape } from "../dialects/types.ts";
import type { ProviderSide } from "./types.ts";

/** A request in the neutral form. */
export interface Read {
  options: LanguageModelV4CallOptions;
  /** Fields that nothing in the neutral form stands for, by their paths. */
  unsupported: string[];
  /** Of those, the ones that change nothing in the answer: always left out, and told. */
  hints: string[];
}

export type Finish = "stop" | "length" | "content-filter" | "tool-calls" | "error";

export interface Counts {
  /** All of it, cached and cache-write tokens included. */
  input: number;
  cached: number;
  cacheWrite: number;
  /** All of it, reasoning included. */
  output: number;
  reasoning: number;
}

/** A piece of an answer, in its order. A block begins with its first piece. */
export type Piece =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** The block of reasoning ends, with what has to come back with it. */
  | { type: "reasoning-end"; metadata: SharedV4ProviderMetadata | undefined }
  | { type: "tool"; id: string; name: string; metadata: SharedV4ProviderMetadata | undefined }
  | { type: "arguments"; id: string; text: string }
  | { type: "tool-end"; id: string }
  | { type: "file"; mediaType: string; base64: string }
  | { type: "source"; url: string; title: string }
  | { type: "finish"; finish: Finish; usage: Counts }
  | { type: "error"; message: string };

/** What stands at an answer's head. */
export interface Head {
  /** Letters and digits; dialects put their own prefix before it. */
  id: string;
  model: string;
  createdSeconds: number;
  /** The request, as the client wrote it. */
  asked: JsonObject;
  /** Gemini streams an array, unless it is asked for events. */
  asEvents: boolean;
}

/** Writes one answer as a stream. */
export interface Writer {
  /** The events that a piece makes. */
  write(piece: Piece): string;
  /** What stands at the end of every stream, a broken one too. */
  end(): string;
}

export interface Client {
  read(body: JsonObject): Read;
  /** A whole answer; its pieces end with `finish`. */
  whole(pieces: readonly Piece[], head: Head): JsonObject;
  writer(head: Head): Writer;
  error: ErrorShape;
}

/** The refusal of a field that the target has no like of. */
export const unsupportedField = (field: string, { name, model }: Pick<ProviderSide, "name" | "model">): GatewayError =>
  gatewayError(
    "invalid_request",
    `"${field}" cannot be translated for ${name}/${model}: leave it out, or use a route with on_unsupported: "drop".`,
    { details: { field } },
  );

/** What a reader throws at a request that is none of its dialect; `translate` turns it into its outcome. */
export class BadRequest extends Error {
  readonly refusal: GatewayError;

  constructor(field: string, why: string) {
    super(`${field} ${why}`);
    this.refusal = gatewayError("invalid_request", `"${field}" ${why}.`, { details: { field } });
  }
}

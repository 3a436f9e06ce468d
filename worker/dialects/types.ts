/** What a wire format does for the gateway: read a request's facts, meter its response, write its errors. */
import type { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Tokens } from "../core/usage.ts";
import type { ClientTools, Conditions, LimitedTool } from "../pricing/index.ts";

/** Counts of the parts of a request that are no text, by value or by address. */
export interface MediaCounts {
  images: number;
  audio: number;
  video: number;
  documents: number;
}

/** What the gateway needs to know of a request. */
export interface RequestFacts {
  model: string | null;
  stream: boolean;
  /** The request's own cap on output tokens, for each choice. */
  maxOutputTokens: number | null;
  /** How many answers are generated: `n`, `best_of`, `candidateCount`. */
  choices: number;
  media: MediaCounts;
  /** Input that the body only refers to: earlier responses, files, cached contents. */
  references: boolean;
  /** The client's own tools: none, functions, or also ones that the provider describes to the model. */
  tools: ClientTools;
  /** How many texts a batch has (embeddings, rerankers, completions): each may fill a window. */
  inputs: number;
  /** How often the provider may try it, each try billed (Anthropic's `fallbacks`). */
  attempts: number;
  /** What makes its cost unbounded, in words, e.g. `the server-side tool web_search`. Null: nothing. */
  unboundedBy: string | null;
  /** Where nothing but tools does: those tools, if the request limits each of them. */
  limitedTools: readonly LimitedTool[] | null;
  /** Other models that the body lets the provider choose. */
  alternatives: readonly string[];
  /** It adds to what the provider keeps (a conversation, a container): the same request again is another one. */
  continues: boolean;
  /** Work that goes on after the answer (`background: true`). */
  background: boolean;
  /** The service tier that a header asks for, where the provider reads it there. */
  serviceTier?: string;
}

/** What the path and the provider tell beside the body. */
export interface FactsContext {
  model: string | null;
  method: string | null;
  /** The provider does not know `max_completion_tokens`. */
  knowsMaxTokensOnly?: boolean | undefined;
}

/** What the provider reported. */
export interface Reported {
  tokens: Tokens;
  /** Other billed units by name. */
  units: Record<string, number>;
  /** The provider's own cost in USD, as it stands in the answer, where it sends one. */
  costUsd: number | null;
  /** Where parts were billed at other models' prices: those, summing up to `tokens`. */
  byModel: readonly { model: string | null; tokens: Tokens }[] | null;
}

/** What a meter has seen of one response. */
export interface Reading {
  /** Null: the provider reported no usage. */
  reported: Reported | null;
  modelServed: string | null;
  /** The answer came to its end, as its format says so. */
  finished: boolean;
  /** The provider's error inside a stream that had begun as a success. */
  error: string | null;
  /** How it was served, as far as it changes the price. */
  conditions: Conditions;
  /** The id under which work in the background tells its usage. */
  backgroundId?: string;
}

/** Reads one response. Tolerates anything; what it does not know, it passes over. */
export interface Meter {
  /** Whether an event's data may carry what the meter is after; cheap, since it is asked for every event. */
  wants(data: string, name: string): boolean;
  /** One event's data as JSON. */
  event(json: JsonObject, name: string): void;
  /** Data that is no JSON, e.g. `[DONE]`. */
  marker(data: string): void;
  /** A whole body. */
  body(json: unknown): void;
  reading(): Reading;
}

export interface Dialect {
  /** `chat`, `responses`, `messages`, `gemini`, … */
  readonly name: string;
  /** The facts of a request. `model` is the path's, where the path names one. */
  facts(body: JsonObject, context: FactsContext): RequestFacts;
  meter(): Meter;
  /** The text that an event added to the answer: for counting what the provider did not report. */
  textOf(json: JsonObject): string;
  /** The body field that caps the output, as a path; the first is what the request uses or would use. */
  capPath(body: JsonObject, context: FactsContext): readonly string[] | null;
}

/** How a family of providers writes errors. */
export type ErrorShape = (error: GatewayError, requestId: string) => JsonObject;

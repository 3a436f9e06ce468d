/** What a model costs, as plain data: integers in picodollars, every kind of token with a price of its own. */
import type { Picos } from "../core/money.ts";

/**
 * The price of one token of each kind. All kinds are there: what the catalogue does not price apart has the
 * price of the kind that it is a part of, so that nothing is ever cheaper than it may be.
 */
export interface TokenPrices {
  input: Picos;
  inputCached: Picos;
  /** Cache writes that live for minutes. */
  inputCacheWrite: Picos;
  inputCacheWrite1h: Picos;
  inputAudio: Picos;
  inputAudioCached: Picos;
  inputImage: Picos;
  inputImageCached: Picos;
  output: Picos;
  outputReasoning: Picos;
  outputAudio: Picos;
  outputImage: Picos;
}

/** The prices of a whole request whose input has more than `aboveInputTokens` tokens. */
export interface ContextTier {
  aboveInputTokens: number;
  tokens: TokenPrices;
}

export interface ModelPrice {
  /** The catalogue's provider, which may differ from ours: `x-ai`. */
  provider: string;
  /** The catalogue's name of the model. */
  model: string;
  /** The name that was asked for, in lower case and without a path: what it is called tells more than what it is priced as. */
  name: string;
  /** Null for what is not sold by the token (transcription by the second, images by the piece). */
  tokens: TokenPrices | null;
  /** Ascending; the last one that the input exceeds counts. */
  tiers: readonly ContextTier[];
  /** Picodollars a unit, by the names of `UsageEvent.units`. */
  units: Readonly<Record<string, Picos>>;
  /** A flat fee of every request. */
  requestPicos: Picos;
  /** Tokens that fit in one request, input and output together; null where nobody says. */
  contextWindow: number | null;
  /** The most tokens that the model writes in one answer, reasoning included; null where nobody says. */
  maxOutput: number | null;
  source: "catalog" | "tenant";
  /** Of the catalogue that it is from. */
  version: string;
}

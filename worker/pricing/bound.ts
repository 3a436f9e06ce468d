/**
 * The most that a request can cost, before it is sent: a strict upper bound, from sizes and prices alone. Byte-level
 * tokenizers never make more tokens than UTF-8 bytes, so the body's bytes bound its text; templates, hidden prompts
 * and media come on top; nothing exceeds the context window.
 */
import { type CostPart, costOf, type Nanos, type Picos } from "../core/money.ts";
import {
  beyondCap,
  type ClientTools,
  hiddenTokensOf,
  type MediaParts,
  mediaTokensOf,
  priceSpreadOf,
  roundingPicosOf,
  runsOnItsOwn,
} from "./allowances.ts";
import type { InlineMedia } from "./inline-media.ts";
import type { ModelPrice, TokenPrices } from "./types.ts";

/** What is asked for; endpoints that are bounded alike share a kind. */
export type EndpointKind =
  | "chat"
  | "completions"
  | "responses"
  | "messages"
  | "gemini"
  | "embeddings"
  | "rerank"
  | "images"
  | "speech"
  | "transcription"
  | "moderation";

export interface BoundRequest {
  price: ModelPrice;
  /** UTF-8 bytes of the whole body. */
  bodyBytes: number;
  endpointKind: EndpointKind;
  /** The request's own cap on output tokens, for each choice. */
  maxOutputTokens: number | null;
  /** How many answers are generated: `n`, `best_of`, `candidateCount`. */
  choices: number;
  /** Parts that are no text, by value or by address. */
  media: MediaParts;
  /** Input that the body only refers to: earlier responses, files, cached contents. */
  references: boolean;
  /** The text's tokens with its template, counted (`exactInputTokens`): the body's bytes and allowances then no longer matter. */
  inputTokensExact?: number | null;
  /** The body's media in base64 (`inlineMediaOf`): bounded as media, not as text. Left out: they count as text. */
  inlineMedia?: InlineMedia | null;
  /** The client's own tools. Left out: any. */
  tools?: ClientTools;
  /** How long cache writes that the body asks for live (`cacheWritesOf`). Left out: as long as the model offers. */
  cacheWrites?: "none" | "short" | "long";
  /** The body predicts the output (`prediction`): what of it is rejected is billed as output beyond the cap. */
  prediction?: boolean;
  /** How often the model may read all that it has so far, with tools that the provider runs (`toolLimitsOf`). Left out: once. */
  turns?: number;
  /** Texts of a batch (embeddings, rerankers, completions): each may fill a window. Left out: unknown. */
  inputs?: number;
  /** How often the whole may be tried, each try billed. Left out: once. */
  attempts?: number;
  /** Other billed units that the request can cause at most, by the names of `UsageEvent.units`. */
  units?: Readonly<Record<string, number>>;
  /** What makes the cost unbounded, in words, where something does. */
  unboundedBy?: string | null;
}

export type Bound =
  | { outcome: "bounded"; nanos: Nanos; inputTokens: number; outputTokens: number; parts: CostPart[] }
  | { outcome: "unbounded"; reason: string };

/** Kinds whose requests may hold many texts, each read by itself. */
const BATCHES: ReadonlySet<EndpointKind> = new Set(["embeddings", "rerank", "completions"]);
/** Kinds whose answer is no text that is billed by the token. */
const WITHOUT_OUTPUT: ReadonlySet<EndpointKind> = new Set(["embeddings", "rerank", "moderation"]);

/** The most that `request` can cost. */
export function boundOf(request: BoundRequest): Bound {
  if (request.unboundedBy) return { outcome: "unbounded", reason: request.unboundedBy };
  const { price } = request;
  if (runsOnItsOwn(price)) return { outcome: "unbounded", reason: `${price.model} searches on its own` };
  const parts: CostPart[] = [];
  let inputTokens = 0;
  let outputTokens = 0;
  if (price.tokens) {
    // Where audio is sold by the second, nothing in its tokens tells the cost.
    if (price.units.milliseconds !== undefined && (request.references || request.media.audio + request.media.video > 0))
      return { outcome: "unbounded", reason: "audio of unknown length" };
    const input = inputBound(request);
    if (input === null) return { outcome: "unbounded", reason: `the context window of ${price.model} is not known` };
    const output = outputBound(request);
    if (output === null) return { outcome: "unbounded", reason: `the longest answer of ${price.model} is not known` };
    const dearest = dearestPrices(request, input.text + input.media);
    const attempts = attemptsOf(request);
    inputTokens = (input.text + input.media) * attempts;
    outputTokens = output;
    if (input.text > 0) parts.push({ kind: "input", units: input.text * attempts, pricePicos: dearest.text });
    if (input.media > 0) parts.push({ kind: "input_media", units: input.media * attempts, pricePicos: dearest.media });
    parts.push({ kind: "output", units: outputTokens, pricePicos: dearest.output });
  }
  for (const [kind, units] of Object.entries(request.units ?? {})) {
    const pricePicos = Object.hasOwn(price.units, kind) ? price.units[kind] : undefined;
    if (pricePicos === undefined) return { outcome: "unbounded", reason: `${price.model} has no price for ${kind}` };
    parts.push({ kind, units: Math.max(0, Math.ceil(units)), pricePicos });
  }
  if (price.requestPicos > 0) parts.push({ kind: "request", units: 1, pricePicos: price.requestPicos });
  if (parts.length === 0) return { outcome: "unbounded", reason: `${price.model} is not sold by the token` };
  const rounding = roundingPicosOf(price);
  if (rounding > 0) parts.push({ kind: "rounding", units: 1, pricePicos: rounding });
  // Numbers of a body may be anything.
  const countable = parts.every((part) => Number.isSafeInteger(part.units));
  const nanos = countable ? costOf(parts) : Number.POSITIVE_INFINITY;
  if (!Number.isSafeInteger(nanos)) return { outcome: "unbounded", reason: "the bound is beyond all budgets" };
  return { outcome: "bounded", nanos, inputTokens, outputTokens, parts };
}

/**
 * The largest output cap, for each choice, with which `request` costs at most `budgetNanos`; null where even an answer of one token
 * is too dear or the request has no bound.
 */
export function affordableOutputTokens(request: BoundRequest, budgetNanos: Nanos): number | null {
  const silent = boundOf({ ...request, maxOutputTokens: 0 });
  if (silent.outcome === "unbounded" || !request.price.tokens) return null;
  const answers = answersOf(request);
  const { output } = dearestPrices(request, Math.ceil(silent.inputTokens / attemptsOf(request)));
  const leftPicos = (BigInt(budgetNanos) - BigInt(silent.nanos)) * 1000n;
  if (leftPicos < BigInt(output) * BigInt(answers)) return null;
  if (output === 0) return request.price.maxOutput ?? request.price.contextWindow;
  const tokens = Number(leftPicos / (BigInt(output) * BigInt(answers)));
  const most = request.price.maxOutput ?? request.price.contextWindow ?? Number.MAX_SAFE_INTEGER;
  return Math.min(tokens, most);
}

/** The most input tokens: those that are surely text, and those that may be media. Null where nothing bounds them. */
function inputBound(request: BoundRequest): { text: number; media: number } | null {
  const { price } = request;
  const inputs = BATCHES.has(request.endpointKind) ? (request.inputs ?? null) : 1;
  const window = price.contextWindow === null || inputs === null ? null : price.contextWindow * Math.max(1, inputs);
  // What tools bring may be anything that fits.
  const turns = turnsOf(request);
  if (turns > 1) return window === null ? null : { text: 0, media: window * turns };
  const media = request.references ? null : mediaTokensOf(price, request.media, request.inlineMedia ?? null);
  if (media === null) return window === null ? null : { text: 0, media: window };
  const text = request.inputTokensExact ?? textBytes(request) + hiddenTokensOf(price, request.tools ?? "predefined");
  if (window === null || text + media <= window) return { text, media };
  // The dearer of the two fills the window first.
  return { text: Math.max(0, window - media), media: Math.min(media, window) };
}

const turnsOf = ({ turns = 1 }: BoundRequest): number => Math.max(1, Math.ceil(turns));
const attemptsOf = ({ attempts = 1 }: BoundRequest): number => Math.max(1, attempts);
/** How many answers there can be: choices, and turns and tries of each. */
const answersOf = (request: BoundRequest): number =>
  Math.max(1, Math.ceil(request.choices)) * turnsOf(request) * attemptsOf(request);

/** Bytes of the body that are not media in base64. */
const textBytes = ({ bodyBytes, inlineMedia }: BoundRequest): number =>
  Math.max(0, bodyBytes - (inlineMedia?.bytes ?? 0));

/** The most output tokens over all choices, or null where nothing bounds them. */
function outputBound(request: BoundRequest): number | null {
  if (WITHOUT_OUTPUT.has(request.endpointKind)) return 0;
  const { price, maxOutputTokens } = request;
  const slack = beyondCap(price);
  const capped = maxOutputTokens === null || slack === null ? null : Math.ceil(maxOutputTokens) + slack;
  const perChoice = capped ?? price.maxOutput ?? price.contextWindow;
  if (perChoice === null) return null;
  return (Math.max(0, perChoice) + (request.prediction ? request.bodyBytes : 0)) * answersOf(request);
}

/** The dearest prices that may hold, over the tiers that the input can reach and the kinds that the request can cause. */
function dearestPrices(request: BoundRequest, inputTokens: number): { text: number; media: number; output: number } {
  const { price } = request;
  const reachable = [price.tokens, ...price.tiers.filter((t) => inputTokens > t.aboveInputTokens).map((t) => t.tokens)];
  let text = 0;
  let media = 0;
  let output = 0;
  for (const tokens of reachable) {
    if (!tokens) continue;
    text = Math.max(text, tokens.input, tokens.inputCached, ...cacheWriteKinds(request, tokens));
    media = Math.max(media, text, ...mediaKinds(request, tokens));
    output = Math.max(output, tokens.output, tokens.outputReasoning, tokens.outputAudio, tokens.outputImage);
    output = Math.max(output, price.units.output_video_tokens ?? 0);
  }
  const spread = priceSpreadOf(price);
  const dearest = (picos: Picos): Picos => Math.ceil((picos * spread) / 1000);
  return { text: dearest(text), media: dearest(media), output: dearest(output) };
}

function mediaKinds(request: BoundRequest, tokens: TokenPrices): number[] {
  const { references, media, price } = request;
  const kinds: number[] = [];
  // A video has sound; a document has pictures; a reference may be anything.
  if (references || media.audio + media.video > 0) kinds.push(tokens.inputAudio, tokens.inputAudioCached);
  if (references || media.images + media.video + media.documents > 0)
    kinds.push(tokens.inputImage, tokens.inputImageCached);
  if (references || media.video > 0) kinds.push(price.units.input_video_tokens ?? 0);
  return kinds;
}

/** Claude writes to its cache where the body asks for it; others (GPT-5.6 on) do so on their own, never for an hour. */
function cacheWriteKinds(request: BoundRequest, tokens: TokenPrices): number[] {
  if (!/claude/.test(request.price.model)) return [tokens.inputCacheWrite];
  switch (request.cacheWrites ?? "long") {
    case "none":
      return [];
    case "short":
      return [tokens.inputCacheWrite];
    case "long":
      return [tokens.inputCacheWrite, tokens.inputCacheWrite1h];
  }
}

/** Answers in the neutral form, as pieces in their order. */
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { isObject, stringIn } from "../core/json.ts";
import { readOpenAiUsage } from "../dialects/openai-usage.ts";
import type { Counts, Finish, Piece } from "./client.ts";
import { sourcesIn } from "./sources.ts";

/** The pieces of a whole answer. */
export function piecesOf({ content, finishReason, usage, providerMetadata }: LanguageModelV4GenerateResult): Piece[] {
  const pieces = [...content.flatMap(piecesOfContent), ...piecesOfSources(providerMetadata)];
  const hasCalled = pieces.some(({ type }) => type === "tool");
  return [...pieces, { type: "finish", finish: finishOf(finishReason, hasCalled), usage: countsOf(usage) }];
}

const piecesOfSources = (metadata: SharedV4ProviderMetadata | undefined): Piece[] =>
  sourcesIn(metadata).map((source) => ({ type: "source", ...source }));

function piecesOfContent(content: LanguageModelV4Content): Piece[] {
  switch (content.type) {
    case "text":
      return content.text === "" ? [] : [{ type: "text", text: content.text }];
    case "reasoning":
      return [
        ...(content.text === "" ? [] : [{ type: "reasoning" as const, text: content.text }]),
        { type: "reasoning-end", metadata: content.providerMetadata },
      ];
    case "tool-call": {
      // What the provider ran itself, its own text tells of.
      if (content.providerExecuted) return [];
      const id = content.toolCallId;
      return [
        { type: "tool", id, name: content.toolName, metadata: signatureOf(content.providerMetadata) },
        { type: "arguments", id, text: content.input || "{}" },
        { type: "tool-end", id },
      ];
    }
    case "file":
      return content.data.type === "data"
        ? [{ type: "file", mediaType: content.mediaType, base64: base64Of(content.data.data) }]
        : [];
    case "source":
      return content.sourceType === "url" ? [{ type: "source", url: content.url, title: content.title ?? "" }] : [];
    default:
      return [];
  }
}

/** Of a call's metadata, only a signature has to come back; ids of stored items mean nothing to whoever stores none. */
function signatureOf(metadata: SharedV4ProviderMetadata | undefined): SharedV4ProviderMetadata | undefined {
  const signed = Object.entries(metadata ?? {}).flatMap(([provider, { thoughtSignature }]) =>
    typeof thoughtSignature === "string" ? [[provider, { thoughtSignature }] as const] : [],
  );
  return signed.length > 0 ? Object.fromEntries(signed) : undefined;
}

function base64Of(data: string | Uint8Array): string {
  if (typeof data === "string") return data;
  let binary = "";
  for (const byte of data) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Whether no reason was given: the stream did not come to its own end. */
const isBroken = ({ unified, raw }: LanguageModelV4FinishReason): boolean =>
  unified === "interrupted" || (unified === "other" && raw === undefined);

/** Some say that an answer is over where it waits for the tools that it has called. */
function finishOf({ unified }: LanguageModelV4FinishReason, hasCalled: boolean): Finish {
  const finish = unified === "other" || unified === "interrupted" ? "stop" : unified;
  return finish === "stop" && hasCalled ? "tool-calls" : finish;
}

function countsOf({ inputTokens, outputTokens, raw }: LanguageModelV4Usage): Counts {
  // Who copies OpenAI's usage does so in many ways: ours is what is billed.
  const read = raw && "prompt_tokens" in raw ? readOpenAiUsage(raw) : null;
  if (read) {
    const { input, inputCached, inputCacheWrite, output, outputReasoning } = read.tokens;
    return { input, cached: inputCached, cacheWrite: inputCacheWrite, output, reasoning: outputReasoning };
  }
  return {
    input: inputTokens.total ?? 0,
    cached: inputTokens.cacheRead ?? 0,
    cacheWrite: inputTokens.cacheWrite ?? 0,
    output: outputTokens.total ?? 0,
    reasoning: outputTokens.reasoning ?? 0,
  };
}

/** Turns the parts of a stream into pieces. */
export class Pieces {
  /** The metadata of open blocks of reasoning, which comes in parts. */
  readonly #thoughts = new Map<string, SharedV4ProviderMetadata>();
  readonly #open = new Set<string>();
  readonly #argued = new Set<string>();
  readonly #ended = new Set<string>();
  #isOver = false;
  #hasCalled = false;

  take(part: LanguageModelV4StreamPart): Piece[] {
    return this.#isOver ? [] : this.#take(part);
  }

  /** The stream has ended, or broken; whoever has not finished is told that it has not. */
  end(): Piece[] {
    return this.#isOver ? [] : [this.#fault("The provider broke its answer off.")];
  }

  #take(part: LanguageModelV4StreamPart): Piece[] {
    switch (part.type) {
      case "text-delta":
        return part.delta === "" ? [] : [{ type: "text", text: part.delta }];
      case "reasoning-start":
      case "reasoning-delta":
        this.#thoughts.set(part.id, merged(this.#thoughts.get(part.id), part.providerMetadata));
        return part.type === "reasoning-start" || part.delta === "" ? [] : [{ type: "reasoning", text: part.delta }];
      case "reasoning-end": {
        const metadata = merged(this.#thoughts.get(part.id), part.providerMetadata);
        this.#thoughts.delete(part.id);
        return [{ type: "reasoning-end", metadata }];
      }
      case "tool-input-start":
        if (part.providerExecuted) return [];
        this.#open.add(part.id);
        this.#hasCalled = true;
        return [{ type: "tool", id: part.id, name: part.toolName, metadata: signatureOf(part.providerMetadata) }];
      case "tool-input-delta":
        if (!this.#open.has(part.id) || part.delta === "") return [];
        this.#argued.add(part.id);
        return [{ type: "arguments", id: part.id, text: part.delta }];
      case "tool-input-end":
        if (!this.#open.has(part.id)) return [];
        return this.#endTool(part.id);
      case "tool-call":
        if (!this.#open.has(part.toolCallId)) {
          const whole = piecesOfContent(part);
          this.#hasCalled ||= whole.length > 0;
          return whole;
        }
        // Some only tell the whole call at a broken end of it.
        return this.#ended.has(part.toolCallId) ? [] : this.#endTool(part.toolCallId);
      case "file":
      case "source":
        return piecesOfContent(part);
      case "finish": {
        if (isBroken(part.finishReason)) return this.end();
        this.#isOver = true;
        const finish = finishOf(part.finishReason, this.#hasCalled);
        return [...piecesOfSources(part.providerMetadata), { type: "finish", finish, usage: countsOf(part.usage) }];
      }
      case "error":
        return [this.#fault(messageOf(part.error))];
      default:
        return [];
    }
  }

  /** A call without arguments has an empty object of them, in every dialect. */
  #endTool(id: string): Piece[] {
    this.#ended.add(id);
    const none: Piece[] = this.#argued.has(id) ? [] : [{ type: "arguments", id, text: "{}" }];
    return [...none, { type: "tool-end", id }];
  }

  #fault(message: string): Piece {
    this.#isOver = true;
    return { type: "error", message };
  }
}

function merged(
  one: SharedV4ProviderMetadata | undefined,
  other: SharedV4ProviderMetadata | undefined,
): SharedV4ProviderMetadata {
  const all: SharedV4ProviderMetadata = { ...one };
  for (const [provider, fields] of Object.entries(other ?? {})) {
    const set = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
    if (set.length > 0) all[provider] = { ...all[provider], ...Object.fromEntries(set) };
  }
  return all;
}

/** What an error of the provider's says. */
export function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (!isObject(error)) return "The provider broke its answer off.";
  const inner = isObject(error.error) ? error.error : error;
  return stringIn(inner, "message") ?? stringIn(error, "detail") ?? "The provider broke its answer off.";
}

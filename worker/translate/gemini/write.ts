/** Answers as Gemini writes them. */
import { isObject, type JsonObject, parseJson } from "../../core/json.ts";
import type { Counts, Finish, Head, Piece, Writer } from "../client.ts";
import { pack, sign } from "../stash.ts";

const FINISH: Readonly<Record<Finish, string>> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  "content-filter": "SAFETY",
  "tool-calls": "STOP",
  error: "OTHER",
};

/** Gemini counts thoughts apart from the answer. */
const usageOf = (usage: Counts): JsonObject => ({
  promptTokenCount: usage.input,
  candidatesTokenCount: usage.output - usage.reasoning,
  totalTokenCount: usage.input + usage.output,
  ...(usage.cached > 0 ? { cachedContentTokenCount: usage.cached } : {}),
  ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
});

/** Turns pieces into parts: a call is one part, told when it is complete. */
class Parts {
  readonly #calls = new Map<string, { name: string; text: string; signature: string }>();

  take(piece: Piece): JsonObject | null {
    switch (piece.type) {
      case "text":
        return { text: piece.text };
      case "reasoning":
        return { text: piece.text, thought: true };
      case "reasoning-end": {
        const thoughtSignature = pack(piece.metadata);
        return thoughtSignature === null ? null : { text: "", thought: true, thoughtSignature };
      }
      case "file":
        return { inlineData: { mimeType: piece.mediaType, data: piece.base64 } };
      case "tool":
        this.#calls.set(piece.id, { name: piece.name, text: "", signature: sign(piece.metadata) });
        return null;
      case "arguments": {
        const call = this.#calls.get(piece.id);
        if (call) call.text += piece.text;
        return null;
      }
      case "tool-end": {
        const call = this.#calls.get(piece.id);
        if (!call) return null;
        const args = parseJson(call.text);
        const functionCall = { id: piece.id, name: call.name, args: isObject(args) ? args : {} };
        return { functionCall, thoughtSignature: call.signature };
      }
      default:
        return null;
    }
  }
}

const grounding = (sources: readonly { url: string; title: string }[]): JsonObject =>
  sources.length > 0
    ? { groundingMetadata: { groundingChunks: sources.map(({ url, title }) => ({ web: { uri: url, title } })) } }
    : {};

/** A whole answer. */
export function geminiWhole(pieces: readonly Piece[], head: Head): JsonObject {
  const parts: Record<string, unknown>[] = [];
  const taken = new Parts();
  const sources: { url: string; title: string }[] = [];
  let finishReason = "STOP";
  let usageMetadata: JsonObject | undefined;
  for (const piece of pieces) {
    if (piece.type === "source") sources.push(piece);
    if (piece.type === "finish") {
      finishReason = FINISH[piece.finish];
      usageMetadata = usageOf(piece.usage);
    }
    const part = taken.take(piece);
    const last = parts.at(-1);
    // One part a block.
    if (
      part &&
      last &&
      typeof part.text === "string" &&
      typeof last.text === "string" &&
      last.thought === part.thought &&
      !("thoughtSignature" in last)
    ) {
      parts[parts.length - 1] = { ...last, ...part, text: `${last.text}${part.text}` };
    } else if (part) parts.push(part);
  }
  const candidate = { content: { parts, role: "model" }, finishReason, index: 0, ...grounding(sources) };
  return { candidates: [candidate], usageMetadata, modelVersion: head.model, responseId: head.id };
}

/** An answer, streamed: as events, or as the elements of an array. */
export function geminiWriter(head: Head): Writer {
  const taken = new Parts();
  const sources: { url: string; title: string }[] = [];
  let written = 0;
  // What is the same in every chunk is written once.
  const after = JSON.stringify({ modelVersion: head.model, responseId: head.id }).slice(1);
  const chunk = (text: string): string => {
    if (head.asEvents) return `data: ${text}\r\n\r\n`;
    return written++ === 0 ? `[${text}` : `,\r\n${text}`;
  };
  const answer = (part: JsonObject, more: JsonObject = {}, rest: JsonObject = {}): string => {
    const candidate = { content: { parts: [part], role: "model" }, ...more, index: 0 };
    return chunk(`${JSON.stringify({ candidates: [candidate], ...rest }).slice(0, -1)},${after}`);
  };
  return {
    write(piece) {
      if (piece.type === "error") {
        return chunk(JSON.stringify({ error: { code: 502, message: piece.message, status: "UNAVAILABLE" } }));
      }
      if (piece.type === "source") sources.push(piece);
      if (piece.type === "finish") {
        const more = { finishReason: FINISH[piece.finish], ...grounding(sources) };
        return answer({ text: "" }, more, { usageMetadata: usageOf(piece.usage) });
      }
      const part = taken.take(piece);
      return part ? answer(part) : "";
    },
    end: () => (head.asEvents ? "" : written > 0 ? "]" : "[]"),
  };
}

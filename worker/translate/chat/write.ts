/** Answers as OpenAI chat completions. */
import { type JsonObject, objectIn } from "../../core/json.ts";
import type { Counts, Finish, Head, Piece, Writer } from "../client.ts";
import { idWith, pack, sign } from "../stash.ts";

const FINISH: Readonly<Record<Finish, string>> = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  "tool-calls": "tool_calls",
  error: "stop",
};

const usageOf = (usage: Counts): JsonObject => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: {
    cached_tokens: usage.cached,
    ...(usage.cacheWrite > 0 ? { cache_write_tokens: usage.cacheWrite } : {}),
  },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
});

const citation = ({ url, title }: { url: string; title: string }) => ({
  type: "url_citation",
  url_citation: { url, title, start_index: 0, end_index: 0 },
});

const image = (mediaType: string, base64: string) => ({
  type: "image_url",
  image_url: { url: `data:${mediaType};base64,${base64}` },
});

/** A whole completion. */
export function chatWhole(pieces: readonly Piece[], head: Head): JsonObject {
  let content = "";
  let reasoning = "";
  let block = "";
  let finish = "stop";
  let usage: JsonObject | undefined;
  const details: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  const images: JsonObject[] = [];
  const calls = new Map<string, { id: string; type: string; function: { name: string; arguments: string } }>();
  for (const piece of pieces) {
    switch (piece.type) {
      case "text":
        content += piece.text;
        break;
      case "reasoning":
        reasoning += piece.text;
        block += piece.text;
        break;
      case "reasoning-end":
        details.push(detailOf(block, piece.metadata, details.length));
        block = "";
        break;
      case "tool": {
        const id = idWith(piece.id, piece.metadata);
        calls.set(piece.id, { id, type: "function", function: { name: piece.name, arguments: "" } });
        break;
      }
      case "arguments": {
        const call = calls.get(piece.id);
        if (call) call.function.arguments += piece.text;
        break;
      }
      case "source":
        annotations.push(citation(piece));
        break;
      case "file":
        images.push(image(piece.mediaType, piece.base64));
        break;
      case "finish":
        finish = FINISH[piece.finish];
        usage = usageOf(piece.usage);
    }
  }
  const message = {
    role: "assistant",
    content: content === "" && calls.size > 0 ? null : content,
    refusal: null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(details.length > 0 ? { reasoning_details: details } : {}),
    ...(calls.size > 0 ? { tool_calls: [...calls.values()] } : {}),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(images.length > 0 ? { images } : {}),
  };
  return {
    id: `chatcmpl-${head.id}`,
    object: "chat.completion",
    created: head.createdSeconds,
    model: head.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage,
  };
}

/** A thought, with what its provider wants back of it. */
const detailOf = (text: string, metadata: Parameters<typeof sign>[0], index: number): JsonObject => ({
  type: "reasoning.text",
  text,
  signature: sign(metadata),
  index,
});

/** A completion, streamed. */
export function chatWriter(head: Head): Writer {
  const base = {
    id: `chatcmpl-${head.id}`,
    object: "chat.completion.chunk",
    created: head.createdSeconds,
    model: head.model,
  };
  const withUsage = objectIn(head.asked, "stream_options").include_usage === true;
  // What is the same in every chunk is written once.
  const before = `data: ${JSON.stringify(base).slice(0, -1)},"choices":[{"index":0,"delta":`;
  const after = withUsage ? '}],"usage":null}\n\n' : "}]}\n\n";
  const indexes = new Map<string, number>();
  let begun = false;
  let failed = false;
  let blocks = 0;
  /** The thought that is under way. */
  let thought = "";
  const chunk = (delta: JsonObject, finish: string | null = null): string => {
    const said = JSON.stringify(begun ? delta : { role: "assistant", ...delta });
    begun = true;
    return `${before}${said},"logprobs":null,"finish_reason":${JSON.stringify(finish)}${after}`;
  };
  return {
    write(piece) {
      switch (piece.type) {
        case "text":
          return chunk({ content: piece.text });
        case "reasoning":
          thought += piece.text;
          return chunk({ reasoning_content: piece.text });
        case "reasoning-end": {
          // Whole: what is signed has to come back as it was.
          const text = thought;
          thought = "";
          if (text === "" && pack(piece.metadata) === null) return "";
          return chunk({ reasoning_details: [detailOf(text, piece.metadata, blocks++)] });
        }
        case "tool": {
          const index = indexes.size;
          indexes.set(piece.id, index);
          const id = idWith(piece.id, piece.metadata);
          return chunk({
            tool_calls: [{ index, id, type: "function", function: { name: piece.name, arguments: "" } }],
          });
        }
        case "arguments":
          return chunk({ tool_calls: [{ index: indexes.get(piece.id) ?? 0, function: { arguments: piece.text } }] });
        case "tool-end":
          return "";
        case "source":
          return chunk({ annotations: [citation(piece)] });
        case "file":
          return chunk({ images: [image(piece.mediaType, piece.base64)] });
        case "finish": {
          const last = chunk({}, FINISH[piece.finish]);
          const usage = { ...base, choices: [], usage: usageOf(piece.usage) };
          return withUsage ? `${last}data: ${JSON.stringify(usage)}\n\n` : last;
        }
        case "error":
          failed = true;
          return `data: ${JSON.stringify({ error: { message: piece.message, type: "api_error", param: null, code: "upstream_error" } })}\n\n`;
      }
    },
    // After an error there is no end that could be taken for the answer's.
    end: () => (failed ? "" : "data: [DONE]\n\n"),
  };
}

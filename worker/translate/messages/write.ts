/** Answers as Anthropic messages. */
import { isObject, type JsonObject, parseJson } from "../../core/json.ts";
import type { Counts, Finish, Head, Piece, Writer } from "../client.ts";
import { idWith, pack, sign } from "../stash.ts";

const STOP: Readonly<Record<Finish, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  "content-filter": "refusal",
  "tool-calls": "tool_use",
  error: "end_turn",
};

/** Anthropic's input leaves out what the cache had a part in. */
const usageOf = (usage: Counts): JsonObject => ({
  input_tokens: Math.max(0, usage.input - usage.cached - usage.cacheWrite),
  // Some count what they write among what they read.
  cache_creation_input_tokens: Math.min(usage.cacheWrite, usage.input - usage.cached),
  cache_read_input_tokens: usage.cached,
  output_tokens: usage.output,
  ...(usage.reasoning > 0 ? { output_tokens_details: { thinking_tokens: usage.reasoning } } : {}),
});

const shell = (head: Head) => ({ id: `msg_${head.id}`, type: "message", role: "assistant", model: head.model });

/** Messages have no pictures in answers: they are told as text. */
const picture = (mediaType: string, base64: string): string => `![](data:${mediaType};base64,${base64})`;

/** Where something in a text comes from. Its place in the text, the neutral form does not tell. */
const citation = ({ url, title }: { url: string; title: string }) => ({
  type: "web_search_result_location",
  url,
  title,
  cited_text: "",
  encrypted_index: "",
});

/** A whole message. */
export function messagesWhole(pieces: readonly Piece[], head: Head): JsonObject {
  const content: Record<string, unknown>[] = [];
  const inputs = new Map<string, string>();
  const blocks = new Map<string, Record<string, unknown>>();
  const citations: JsonObject[] = [];
  let stop_reason = "end_turn";
  let usage: JsonObject | undefined;
  /** The last block, if it is of that type; else a new one. */
  const open = (type: "text" | "thinking"): Record<string, unknown> => {
    const last = content.at(-1);
    if (last?.type === type && !("signature" in last)) return last;
    const block = { type, [type]: "" };
    content.push(block);
    return block;
  };
  const add = (type: "text" | "thinking", text: string) => {
    const block = open(type);
    block[type] = `${block[type]}${text}`;
  };
  for (const piece of pieces) {
    switch (piece.type) {
      case "text":
        add("text", piece.text);
        break;
      case "reasoning":
        add("thinking", piece.text);
        break;
      case "reasoning-end":
        open("thinking").signature = sign(piece.metadata);
        break;
      case "file":
        add("text", picture(piece.mediaType, piece.base64));
        break;
      case "source":
        citations.push(citation(piece));
        break;
      case "tool": {
        const block = { type: "tool_use", id: idWith(piece.id, piece.metadata), name: piece.name, input: {} };
        content.push(block);
        blocks.set(piece.id, block);
        break;
      }
      case "arguments":
        inputs.set(piece.id, `${inputs.get(piece.id) ?? ""}${piece.text}`);
        break;
      case "finish":
        stop_reason = STOP[piece.finish];
        usage = usageOf(piece.usage);
    }
  }
  const cites = content.findLast(({ type }) => type === "text");
  if (cites && citations.length > 0) cites.citations = citations;
  for (const [id, block] of blocks) {
    const input = parseJson(inputs.get(id) ?? "");
    if (isObject(input)) block.input = input;
  }
  return { ...shell(head), content, stop_reason, stop_sequence: null, usage };
}

/** A message, streamed. */
export function messagesWriter(head: Head): Writer {
  let begun = false;
  let next = 0;
  /** The open block of text or thinking. */
  let open: { type: "text" | "thinking"; index: number } | null = null;
  const tools = new Map<string, number>();
  const sources: { url: string; title: string }[] = [];
  const event = (json: { type: string } & Record<string, unknown>): string =>
    `event: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`;
  const begin = (): string => {
    if (begun) return "";
    begun = true;
    const usage = usageOf({ input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 });
    const message = { ...shell(head), content: [], stop_reason: null, stop_sequence: null, usage };
    return event({ type: "message_start", message });
  };
  const close = (): string => {
    if (!open) return "";
    const { index } = open;
    open = null;
    return event({ type: "content_block_stop", index });
  };
  const into = (type: "text" | "thinking"): { index: number; events: string } => {
    if (open?.type === type) return { index: open.index, events: "" };
    const closing = close();
    const index = next++;
    open = { type, index };
    const content_block = type === "text" ? { type, text: "" } : { type, thinking: "", signature: "" };
    return { index, events: closing + event({ type: "content_block_start", index, content_block }) };
  };
  /** Sources belong to a text: those that come before one wait for it. */
  const cite = (index: number): string =>
    sources
      .splice(0)
      .map((source) => ({ type: "citations_delta", citation: citation(source) }))
      .map((delta) => event({ type: "content_block_delta", index, delta }))
      .join("");
  const text = (piece: string): string => {
    const { index, events } = into("text");
    const said = event({ type: "content_block_delta", index, delta: { type: "text_delta", text: piece } });
    return events + said + (sources.length > 0 ? cite(index) : "");
  };
  const body = (piece: Piece): string => {
    switch (piece.type) {
      case "text":
        return text(piece.text);
      case "file":
        return text(picture(piece.mediaType, piece.base64));
      case "source":
        sources.push(piece);
        return open?.type === "text" ? cite(open.index) : "";
      case "reasoning": {
        const { index, events } = into("thinking");
        const delta = { type: "thinking_delta", thinking: piece.text };
        return events + event({ type: "content_block_delta", index, delta });
      }
      case "reasoning-end": {
        if (open?.type !== "thinking" && pack(piece.metadata) === null) return close();
        const signature = sign(piece.metadata);
        const { index, events } = into("thinking");
        return (
          events +
          event({ type: "content_block_delta", index, delta: { type: "signature_delta", signature } }) +
          close()
        );
      }
      case "tool": {
        const closing = close();
        const index = next++;
        tools.set(piece.id, index);
        const content_block = { type: "tool_use", id: idWith(piece.id, piece.metadata), name: piece.name, input: {} };
        return closing + event({ type: "content_block_start", index, content_block });
      }
      case "arguments": {
        const delta = { type: "input_json_delta", partial_json: piece.text };
        return event({ type: "content_block_delta", index: tools.get(piece.id) ?? 0, delta });
      }
      case "tool-end":
        return event({ type: "content_block_stop", index: tools.get(piece.id) ?? 0 });
      case "finish": {
        const delta = { stop_reason: STOP[piece.finish], stop_sequence: null };
        return (
          close() +
          event({ type: "message_delta", delta, usage: usageOf(piece.usage) }) +
          event({ type: "message_stop" })
        );
      }
      case "error":
        return event({ type: "error", error: { type: "api_error", message: piece.message } });
    }
  };
  return { write: (piece) => begin() + body(piece), end: () => "" };
}

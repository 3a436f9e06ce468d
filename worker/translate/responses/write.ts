/** Answers as OpenAI Responses. */
import { isObject, type JsonObject, parseJson, stringIn } from "../../core/json.ts";
import type { Counts, Finish, Head, Piece, Writer } from "../client.ts";
import { idWith, pack, sign } from "../stash.ts";
import { textTools } from "./read.ts";

const usageOf = (usage: Counts): JsonObject => ({
  input_tokens: usage.input,
  input_tokens_details: {
    cached_tokens: usage.cached,
    ...(usage.cacheWrite > 0 ? { cache_write_tokens: usage.cacheWrite } : {}),
  },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
});

/** What ends an answer before its time. */
const INCOMPLETE: Readonly<Partial<Record<Finish, string>>> = {
  length: "max_output_tokens",
  "content-filter": "content_filter",
};

/** A response as it stands at the beginning; fields of the request are told again. */
function shell(head: Head): JsonObject {
  const { asked } = head;
  return {
    id: `resp_${head.id}`,
    object: "response",
    created_at: head.createdSeconds,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    model: head.model,
    output: [],
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: asked.reasoning ?? { effort: null, summary: null },
    store: false,
    temperature: asked.temperature ?? 1,
    text: asked.text ?? { format: { type: "text" } },
    tool_choice: asked.tool_choice ?? "auto",
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? 1,
    truncation: "disabled",
    usage: null,
    user: null,
    metadata: asked.metadata ?? {},
  };
}

type Item = Record<string, unknown> & { id: string };

interface Open {
  index: number;
  item: Item;
  kind: "message" | "reasoning" | "function" | "text";
  text: string;
}

/** A response, streamed. */
export function responsesWriter(head: Head): Writer {
  const texts = textTools(head.asked);
  const output: Item[] = [];
  const annotations: JsonObject[] = [];
  const calls = new Map<string, Open>();
  let sequence = 0;
  let begun = false;
  let open: Open | null = null;

  const event = (type: string, fields: JsonObject): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;

  const begin = (): string => {
    if (begun) return "";
    begun = true;
    const response = shell(head);
    return event("response.created", { response }) + event("response.in_progress", { response });
  };

  const add = (kind: Open["kind"], item: Item): Open => {
    output.push(item);
    return { index: output.length - 1, item, kind, text: "" };
  };

  const place = ({ index, item }: Open) => ({ item_id: item.id, output_index: index });

  const done = (of: Open, item: Item): string => {
    output[of.index] = item;
    return event("response.output_item.done", { output_index: of.index, item });
  };

  const close = (): string => {
    if (!open) return "";
    const of = open;
    open = null;
    const at = place(of);
    if (of.kind === "message") {
      const part = { type: "output_text", text: of.text, annotations: [...annotations], logprobs: [] };
      return (
        event("response.output_text.done", { ...at, content_index: 0, text: of.text, logprobs: [] }) +
        event("response.content_part.done", { ...at, content_index: 0, part }) +
        done(of, { ...of.item, status: "completed", content: [part] })
      );
    }
    if (of.text === "") return done(of, of.item);
    const part = { type: "summary_text", text: of.text };
    return (
      event("response.reasoning_summary_text.done", { ...at, summary_index: 0, text: of.text }) +
      event("response.reasoning_summary_part.done", { ...at, summary_index: 0, part }) +
      done(of, { ...of.item, summary: [part] })
    );
  };

  const message = (): { of: Open; events: string } => {
    if (open?.kind === "message") return { of: open, events: "" };
    const closing = close();
    const item = {
      id: `msg_${head.id}_${output.length}`,
      type: "message",
      status: "in_progress",
      role: "assistant",
      content: [],
    };
    const of = add("message", item);
    open = of;
    const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
    const added = event("response.output_item.added", { output_index: of.index, item });
    return {
      of,
      events: closing + added + event("response.content_part.added", { ...place(of), content_index: 0, part }),
    };
  };

  const reasoning = (): { of: Open; events: string } => {
    if (open?.kind === "reasoning") return { of: open, events: "" };
    const closing = close();
    const of = add("reasoning", { id: `rs_${head.id}_${output.length}`, type: "reasoning", summary: [] });
    open = of;
    return { of, events: closing + event("response.output_item.added", { output_index: of.index, item: of.item }) };
  };

  const text = (piece: string): string => {
    const { of, events } = message();
    of.text += piece;
    return events + event("response.output_text.delta", { ...place(of), content_index: 0, delta: piece, logprobs: [] });
  };

  const body = (piece: Piece): string => {
    switch (piece.type) {
      case "text":
        return text(piece.text);
      case "file":
        return text(`![](data:${piece.mediaType};base64,${piece.base64})`);
      case "source":
        annotations.push({ type: "url_citation", url: piece.url, title: piece.title, start_index: 0, end_index: 0 });
        return "";
      case "reasoning": {
        const { of, events } = reasoning();
        const at = { ...place(of), summary_index: 0 };
        const part = { type: "summary_text", text: "" };
        const first = of.text === "" ? event("response.reasoning_summary_part.added", { ...at, part }) : "";
        of.text += piece.text;
        return events + first + event("response.reasoning_summary_text.delta", { ...at, delta: piece.text });
      }
      case "reasoning-end": {
        if (open?.kind !== "reasoning" && pack(piece.metadata) === null) return close();
        const { of, events } = reasoning();
        of.item = { ...of.item, encrypted_content: sign(piece.metadata) };
        return events + close();
      }
      case "tool": {
        const closing = close();
        const isText = texts.has(piece.name);
        const own = isText ? { type: "custom_tool_call", input: "" } : { type: "function_call", arguments: "" };
        const id = `${isText ? "ctc" : "fc"}_${head.id}_${output.length}`;
        const item = { id, ...own, status: "in_progress", call_id: idWith(piece.id, piece.metadata), name: piece.name };
        const of = add(isText ? "text" : "function", item);
        calls.set(piece.id, of);
        return closing + event("response.output_item.added", { output_index: of.index, item });
      }
      case "arguments": {
        const of = calls.get(piece.id);
        if (!of) return "";
        of.text += piece.text;
        // The text of such a tool is inside the JSON: it is told once it is whole.
        if (of.kind === "text") return "";
        return event("response.function_call_arguments.delta", { ...place(of), delta: piece.text });
      }
      case "tool-end":
        return endTool(calls.get(piece.id));
      case "finish":
        return close() + finish(piece.finish, piece.usage);
      case "error": {
        const error = { code: "server_error", message: piece.message };
        const response = { ...shell(head), status: "failed", error, output };
        return event("error", { ...error, param: null }) + event("response.failed", { response });
      }
    }
  };

  const endTool = (of: Open | undefined): string => {
    if (!of) return "";
    const at = place(of);
    if (of.kind === "function") {
      const args = of.text === "" ? "{}" : of.text;
      const item = { ...of.item, status: "completed", arguments: args };
      return (
        event("response.function_call_arguments.done", { ...at, name: of.item.name, arguments: args }) + done(of, item)
      );
    }
    const json = parseJson(of.text);
    const input = (isObject(json) ? stringIn(json, "input") : null) ?? of.text;
    return (
      event("response.custom_tool_call_input.delta", { ...at, delta: input }) +
      event("response.custom_tool_call_input.done", { ...at, input }) +
      done(of, { ...of.item, status: "completed", input })
    );
  };

  const finish = (reason: Finish, usage: Counts): string => {
    const cut = INCOMPLETE[reason];
    const status = cut ? "incomplete" : "completed";
    const incomplete_details = cut ? { reason: cut } : null;
    const response = { ...shell(head), status, incomplete_details, output, usage: usageOf(usage) };
    return event(`response.${status}`, { response });
  };

  return { write: (piece) => begin() + body(piece), end: () => "" };
}

/** A whole response: what the stream's last event tells. */
export function responsesWhole(pieces: readonly Piece[], head: Head): JsonObject {
  const writer = responsesWriter(head);
  let last = "";
  for (const piece of pieces) last = writer.write(piece) || last;
  const event = parseJson(last.slice(last.lastIndexOf("\ndata: ") + 7));
  return isObject(event) && isObject(event.response) ? event.response : shell(head);
}

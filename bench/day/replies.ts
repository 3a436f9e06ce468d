/** Answers of the day's providers in their own formats, whole and streamed, with usage as the vendors report it. */
import type { ServerResponse } from "node:http";
import type { Body } from "./types.ts";

const JSON_TYPE = { "content-type": "application/json" };
const EVENTS = { "content-type": "text/event-stream; charset=utf-8" };
const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

export interface MessagesUse {
  digest: string;
  rest: number;
  read: number;
  write5m: number;
  write1h: number;
  output: number;
}

/** An agent's turn: a word, and the next tool to call. */
export function messagesReply(response: ServerResponse, { model, tools, stream }: Body, of: MessagesUse): void {
  const usage = {
    input_tokens: of.rest,
    cache_read_input_tokens: of.read,
    cache_creation_input_tokens: of.write5m + of.write1h,
    cache_creation: { ephemeral_5m_input_tokens: of.write5m, ephemeral_1h_input_tokens: of.write1h },
    output_tokens: of.output,
    service_tier: "standard",
  };
  const text = { type: "text", text: of.digest };
  const call = Array.isArray(tools)
    ? [{ type: "tool_use", id: `toolu_${of.digest}`, name: "read_file", input: { path: `src/${of.digest}.ts` } }]
    : [];
  const content = [text, ...call];
  const message = { id: `msg_${of.digest}`, type: "message", role: "assistant", model, stop_sequence: null };
  const stop_reason = call.length > 0 ? "tool_use" : "end_turn";
  if (!stream) {
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ ...message, content, stop_reason, usage }));
    return;
  }
  response.writeHead(200, EVENTS);
  const event = (type: string, more: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
  event("message_start", {
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  });
  content.forEach((block, index) => {
    const isText = "text" in block;
    const begun = isText ? { type: "text", text: "" } : { ...block, input: {} };
    const delta = isText
      ? { type: "text_delta", text: of.digest }
      : { type: "input_json_delta", partial_json: JSON.stringify((block as { input: object }).input) };
    event("content_block_start", { index, content_block: begun });
    event("content_block_delta", { index, delta });
    event("content_block_stop", { index });
  });
  event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: of.output } });
  event("message_stop", {});
  response.end();
}

export interface ChatUse {
  digest: string;
  input: number;
  cached: number;
  output: number;
  tier: string;
}

export function chatReply(response: ServerResponse, { model, stream, stream_options }: Body, of: ChatUse): void {
  const usage = {
    prompt_tokens: of.input,
    completion_tokens: of.output,
    total_tokens: of.input + of.output,
    prompt_tokens_details: { cached_tokens: of.cached },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
  const chat = { id: `chatcmpl-${of.digest}`, created: 1_795_000_000, model, service_tier: of.tier };
  if (!stream) {
    const message = { role: "assistant", content: of.digest };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ ...chat, object: "chat.completion", choices, usage }));
    return;
  }
  const chunk = (delta: object, finish_reason: string | null) =>
    data({ ...chat, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
  response.writeHead(200, EVENTS);
  response.write(chunk({ role: "assistant", content: "" }, null));
  // In two pieces: what is put together wrongly is no digest.
  response.write(chunk({ content: of.digest.slice(0, 10) }, null));
  response.write(chunk({ content: of.digest.slice(10) }, null));
  response.write(chunk({}, "stop"));
  if ((stream_options as { include_usage?: boolean } | undefined)?.include_usage) {
    response.write(data({ ...chat, object: "chat.completion.chunk", choices: [], usage }));
  }
  response.end("data: [DONE]\n\n");
}

/** Requests and answers in each dialect, as their wire has them: what providers say well, badly, and of errors. */
import { chatAnswer, chatEvents } from "./chat-answers.ts";

export type WireName = "chat" | "responses" | "messages" | "gemini";

export interface Wire {
  path: (stream: boolean) => string;
  body: (model: string, stream: boolean) => object;
  /** A whole answer that says `text`. */
  answer: (text: string) => object;
  events: (text: string) => string[];
  /** What a whole body, or a stream's text, says. */
  said: (text: string, stream: boolean) => string;
  error: (message: string, code: string) => object;
  /** An error as it comes inside a stream. */
  errorEvent: (message: string, code: string) => string;
}

const sse = (data: { type?: string } | object): string =>
  `${"type" in data ? `event: ${data.type}\n` : ""}data: ${JSON.stringify(data)}\n\n`;
export const dataOf = (text: string): Record<string, never>[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)));
const MESSAGES = [{ role: "user", content: "Hello" }];
const openAiError = (message: string, code: string) => ({ error: { message, type: code, param: null, code } });

// biome-ignore lint/suspicious/noExplicitAny: the answers' shapes are each dialect's own.
export const anyOf = (value: unknown): any => value;

export const WIRES: Record<WireName, Wire> = {
  chat: {
    path: () => "/v1/chat/completions",
    body: (model, stream) => ({ model, stream, max_tokens: 50, messages: MESSAGES }),
    answer: (text) => chatAnswer({ model: "m", text, input: 10, output: 5 }),
    events: (text) => chatEvents({ model: "m", text, input: 10, output: 5 }, true),
    said: (text, stream) =>
      stream
        ? dataOf(text)
            .map((one) => anyOf(one).choices?.[0]?.delta?.content ?? "")
            .join("")
        : anyOf(JSON.parse(text)).choices?.[0]?.message.content,
    error: openAiError,
    errorEvent: (message, code) => sse(openAiError(message, code)),
  },
  responses: {
    path: () => "/v1/responses",
    body: (model, stream) => ({ model, stream, max_output_tokens: 50, input: "Hello" }),
    answer: (text) => ({
      id: "resp_1",
      object: "response",
      status: "completed",
      model: "m",
      output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] }],
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    }),
    events: (text) => [
      sse({ type: "response.created", response: { id: "resp_1", status: "in_progress", model: "m" } }),
      ...text.split(/(?<= )/).map((delta) => sse({ type: "response.output_text.delta", output_index: 0, delta })),
      sse({ type: "response.completed", response: anyOf(WIRES.responses.answer(text)) }),
    ],
    said: (text, stream) =>
      stream
        ? dataOf(text)
            .map((one) => anyOf(one).delta ?? "")
            .join("")
        : anyOf(JSON.parse(text)).output?.[0]?.content[0].text,
    error: openAiError,
    errorEvent: (message, code) =>
      sse({ type: "response.failed", response: { status: "failed", error: { message, code } } }),
  },
  messages: {
    path: () => "/v1/messages",
    body: (model, stream) => ({ model, stream, max_tokens: 50, messages: MESSAGES }),
    answer: (text) => ({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "m",
      content: [{ type: "text", text }],
      stop_reason: "end_turn",
      usage: { input_tokens: 10, output_tokens: 5 },
    }),
    events: (text) => [
      sse({ type: "message_start", message: { ...WIRES.messages.answer(""), content: [] } }),
      sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
      ...text
        .split(/(?<= )/)
        .map((word) => sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: word } })),
      sse({ type: "content_block_stop", index: 0 }),
      sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }),
      sse({ type: "message_stop" }),
    ],
    said: (text, stream) =>
      stream
        ? dataOf(text)
            .map((one) => anyOf(one).delta?.text ?? "")
            .join("")
        : anyOf(JSON.parse(text)).content?.[0]?.text,
    error: (message, code) => ({ type: "error", error: { type: code, message } }),
    errorEvent: (message, code) => sse({ type: "error", error: { type: code, message } }),
  },
  gemini: {
    path: (stream) => `/v1beta/models/plan:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({
      contents: [{ role: "user", parts: [{ text: "Hello" }] }],
      generationConfig: { maxOutputTokens: 50 },
    }),
    answer: (text) => ({
      candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      modelVersion: "m",
    }),
    events: (text) => [
      ...text
        .split(/(?<= )/)
        .map((word) => sse({ candidates: [{ content: { role: "model", parts: [{ text: word }] } }] })),
      sse(WIRES.gemini.answer("")),
    ],
    said: (text, stream) =>
      (stream ? dataOf(text) : [JSON.parse(text)])
        .map((one) => anyOf(one).candidates?.[0]?.content?.parts?.[0]?.text ?? "")
        .join(""),
    error: (message, status) => ({ error: { message, status } }),
    errorEvent: (message) => sse({ error: { code: 503, message, status: "UNAVAILABLE" } }),
  },
};

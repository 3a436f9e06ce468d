/** Answers for the provider packages: the provider's own, and empty ones for requests that never leave. */
import type { Chunks, Conversation } from "./types.ts";

/** The provider's stream, as its package gets it. */
export const streamed = (chunks: Chunks): Response => answer("text/event-stream", readerOf(chunks));

/** A whole answer, as its package gets it. */
export const whole = (bytes: Uint8Array): Response => answer("application/json", readerOf(once(bytes)));

const EMPTY: Readonly<Record<Conversation, object>> = {
  chat: { choices: [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: "stop" }] },
  responses: { id: "", created_at: 0, model: "", output: [], usage: { input_tokens: 0, output_tokens: 0 } },
  messages: {
    type: "message",
    id: "",
    model: "",
    content: [],
    stop_reason: "end_turn",
    usage: { input_tokens: 0, output_tokens: 0 },
  },
  gemini: { candidates: [{ content: { parts: [] }, finishReason: "STOP" }] },
};

/** An answer that says nothing: with it comes what the package has to say of the request. */
export const emptyWhole = (dialect: Conversation): Response =>
  whole(new TextEncoder().encode(JSON.stringify(EMPTY[dialect])));

export const emptyStream = (): Response => streamed(once(new Uint8Array(0)));

/** As much of a response as the packages look at; the runtime's own costs more than all that they do with it. */
function answer(type: string, body: object): Response {
  const like = { ok: true, status: 200, statusText: "OK", headers: new Map([["content-type", type]]), body };
  return like as unknown as Response;
}

const readerOf = (chunks: Chunks) => ({
  getReader: () => ({
    read: () => chunks.read(),
    cancel: (reason?: unknown) => chunks.cancel(reason),
    releaseLock: () => {},
  }),
});

function once(bytes: Uint8Array): Chunks {
  let isRead = bytes.byteLength === 0;
  return {
    read: async () => {
      if (isRead) return { done: true };
      isRead = true;
      return { done: false, value: bytes };
    },
    cancel: async () => {},
  };
}

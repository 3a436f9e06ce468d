/** What the sandbox's tests share. */
import { answerSandbox } from "./index.ts";

export interface Call {
  provider?: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Calls the sandbox with a JSON body, or with the text or bytes that `body` is. */
export function callSandbox(body: unknown, call: Call = {}): Promise<Response> {
  const { provider = "openai", path = "/v1/chat/completions", method = "POST" } = call;
  const url = new URL(path, "https://sandbox.invalid");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(text);
  return answerSandbox({
    provider,
    path: url.pathname,
    query: url.searchParams,
    method,
    headers: new Headers(call.headers ?? { "content-type": "application/json" }),
    body: body === null ? null : bytes,
    signal: call.signal ?? new AbortController().signal,
  });
}

/** A chat request in which the user says `text`. */
export const chatBody = (text: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  model: "gpt-5-mini",
  messages: [{ role: "user", content: text }],
  ...more,
});

/** The JSON of the events of a stream, in order; `[DONE]` and comments left out. */
export function eventsOf(text: string): Record<string, never>[] {
  return text
    .split(/\r?\n\r?\n/)
    .flatMap((event) => event.split(/\r?\n/).filter((line) => line.startsWith("data: ")))
    .map((line) => line.slice("data: ".length))
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data));
}

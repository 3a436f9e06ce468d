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

/** The JSON of an answer, as a test expects it. */
export const jsonOf = async <T>(answer: Response | Promise<Response>): Promise<T> => (await answer).json<T>();

/** The JSON of the events of a stream, in order; `[DONE]` and comments left out. */
export function eventsOf<T = Record<string, unknown>>(text: string): T[] {
  return text
    .split(/\r?\n\r?\n/)
    .flatMap((event) => event.split(/\r?\n/).filter((line) => line.startsWith("data: ")))
    .map((line) => line.slice("data: ".length))
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as T);
}

interface ChatUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
}
interface ChatChoice {
  finish_reason: string;
  message: { content: string; tool_calls?: { function: { name: string; arguments: string } }[] };
}
/** What the tests read of a chat completion. */
export interface ChatJson {
  model: string;
  choices: [ChatChoice, ...ChatChoice[]];
  usage: ChatUsage;
}
/** … of a chunk of one. */
export interface ChatChunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
  usage?: ChatUsage | null;
}
interface MessageUsage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number };
}
/** … of one of Anthropic's messages. */
export interface MessageJson {
  content: [{ type: string; text: string }];
  usage: MessageUsage;
}
/** … of an event of one. */
export interface MessageEvent {
  type: string;
  message?: { usage: MessageUsage };
  delta?: { text?: string };
  usage?: MessageUsage;
}
interface GeminiCandidate {
  content: { parts: [{ text: string; thought?: boolean }] };
  finishReason?: string;
}
/** … of an answer of Gemini's, or of a chunk of one. */
export interface GeminiJson {
  candidates: [GeminiCandidate];
  usageMetadata: {
    promptTokenCount: number;
    candidatesTokenCount: number;
    thoughtsTokenCount: number;
    totalTokenCount: number;
  };
}
/** … of a response of OpenAI's. */
export interface ResponseJson {
  output: [{ content: [{ text: string }] }];
  usage: { output_tokens: number };
}

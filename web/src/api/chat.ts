/** A conversation with a model through the gateway's unified API, as any client has it: with a key, and without a cookie. */
import { ApiError } from "./client.ts";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatParameters {
  temperature?: number;
  max_completion_tokens?: number;
}

export interface ChatRequest extends ChatParameters {
  model: string;
  messages: readonly ChatMessage[];
}

export interface ChatEvents {
  /** The answer has begun: the id of its record. */
  onStart: (requestId: string | null) => void;
  onText: (text: string) => void;
}

/** `provider/model` of all that `key` reaches, and the tenant's routes. */
export async function listModels(key: string, signal?: AbortSignal): Promise<string[]> {
  const response = await call("/v1/models", key, { signal });
  const { data } = (await response.json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

/** Streams an answer; resolves at its end, rejects with an `ApiError` where there is none. */
export async function chat(key: string, request: ChatRequest, events: ChatEvents, signal: AbortSignal): Promise<void> {
  const response = await call("/v1/chat/completions", key, {
    method: "POST",
    body: JSON.stringify({ ...request, stream: true }),
    signal,
  });
  events.onStart(response.headers.get("x-meterr-request-id"));
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) read(line, events);
  }
}

interface Chunk {
  error?: { message?: string; code?: string };
  choices?: { delta?: { content?: string | null } }[];
}

function read(line: string, { onText }: ChatEvents): void {
  if (!line.startsWith("data:")) return;
  const data = line.slice(5).trim();
  if (data === "" || data === "[DONE]") return;
  const chunk = JSON.parse(data) as Chunk;
  if (chunk.error) throw new ApiError(502, chunk.error.code ?? "error", chunk.error.message ?? "The answer broke off.");
  const text = chunk.choices?.[0]?.delta?.content;
  if (text) onText(text);
}

async function call(path: string, key: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, {
    ...init,
    // The key alone says who asks.
    credentials: "omit",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  const { error } = (answer ?? {}) as { error?: { message?: string; code?: string } };
  throw new ApiError(
    response.status,
    error?.code ?? "error",
    error?.message ?? `The gateway answered with status ${response.status}.`,
  );
}

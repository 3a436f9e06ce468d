/** The same small question in each dialect, and where its errors keep the code. */
import type { Instance } from "./tenant.ts";

export interface Dialect {
  provider: string;
  /** Below the provider's slug. */
  path: string;
  /** The header for the key, and what stands before it. */
  keyHeader: readonly [name: string, prefix: string];
  body: object;
  /** The stable code in an error's body; undefined where the body is not in the dialect's shape. */
  code(error: unknown, status: number): unknown;
}

interface Shape {
  type?: unknown;
  code?: unknown;
  message?: unknown;
  error?: { type?: unknown; code?: unknown; message?: unknown; status?: unknown; details?: { reason?: unknown }[] };
}

const MESSAGES = [{ role: "user", content: "Hello" }];

const bearer = ["authorization", "Bearer "] as const;
const openAiCode = (error: unknown) => {
  const { error: inner } = error as Shape;
  return typeof inner?.message === "string" && typeof inner.type === "string" ? inner.code : undefined;
};

export const DIALECTS: Record<"chat" | "responses" | "messages" | "gemini" | "cohere", Dialect> = {
  chat: {
    provider: "openai",
    path: "/v1/chat/completions",
    keyHeader: bearer,
    body: { model: "gpt-4o-mini", max_tokens: 50, messages: MESSAGES },
    code: openAiCode,
  },
  responses: {
    provider: "openai",
    path: "/v1/responses",
    keyHeader: bearer,
    body: { model: "gpt-4o-mini", max_output_tokens: 50, input: "Hello" },
    code: openAiCode,
  },
  messages: {
    provider: "anthropic",
    path: "/v1/messages",
    keyHeader: ["x-api-key", ""],
    body: { model: "claude-haiku-4-5", max_tokens: 50, messages: MESSAGES },
    code: (error) => {
      const { type, error: inner } = error as Shape;
      return type === "error" && typeof inner?.message === "string" && typeof inner.type === "string"
        ? inner.code
        : undefined;
    },
  },
  gemini: {
    provider: "google",
    path: "/v1beta/models/gemini-2.5-flash:generateContent",
    keyHeader: ["x-goog-api-key", ""],
    body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }], generationConfig: { maxOutputTokens: 50 } },
    code: (error, status) => {
      const { error: inner } = error as Shape;
      return inner?.code === status && typeof inner.status === "string" ? inner.details?.[0]?.reason : undefined;
    },
  },
  cohere: {
    provider: "cohere",
    path: "/v2/chat",
    keyHeader: bearer,
    body: { model: "command-a-03-2025", max_tokens: 50, messages: MESSAGES },
    code: (error) => (typeof (error as Shape).message === "string" ? (error as Shape).code : undefined),
  },
};

export interface Asking {
  key?: string;
  headers?: Record<string, string>;
  /** Sent as it is; the dialect's own question where it is left out. */
  body?: string | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
}

/** Asks in `dialect`. */
export function ask({ url }: Pick<Instance, "url">, dialect: Dialect, asking: Asking = {}): Promise<Response> {
  const [name, prefix] = dialect.keyHeader;
  return fetch(`${url}/${dialect.provider}${dialect.path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(asking.key === undefined ? {} : { [name]: `${prefix}${asking.key}` }),
      ...asking.headers,
    },
    body: asking.body ?? JSON.stringify(dialect.body),
    signal: asking.signal,
  });
}

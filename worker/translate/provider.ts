/** The provider's side, by the `@ai-sdk` package of its dialect. Each is a module of its own, loaded when first needed. */
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { ProviderSide } from "./types.ts";

/** Stands for the provider's origin: nothing is ever sent there. */
const ORIGIN = "https://provider.invalid";
/** Whose key is on the request, the gateway decides. */
const apiKey = "none";

/** The model, which reaches its provider by `fetch` alone. */
async function modelOf(
  { dialect, name, base, model }: ProviderSide,
  fetch: typeof globalThis.fetch,
): Promise<LanguageModelV4> {
  const settings = { baseURL: `${ORIGIN}${base}`, apiKey, fetch };
  switch (dialect) {
    case "messages": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic(settings)(model);
    }
    case "gemini": {
      const { createGoogle } = await import("@ai-sdk/google");
      return createGoogle(settings)(model);
    }
    case "responses": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI(settings).responses(model);
    }
    case "chat": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      return createOpenAICompatible({ ...settings, name, includeUsage: true, supportsStructuredOutputs: true })(model);
    }
  }
}

/** A request as the provider gets it. */
export interface Written {
  path: string;
  search: string;
  headers: Map<string, string>;
  body: string;
}

/** The request that `options` make, and what the provider's dialect has no like of, by neutral names. */
export async function write(
  side: ProviderSide,
  options: LanguageModelV4CallOptions,
  stream: boolean,
): Promise<{ written: Written; lost: string[] }> {
  const streamed = await take(side, options);
  const lost = [...new Set(streamed.lost)];
  if (stream) return { written: streamed.written, lost };
  let written: Written | null = null;
  const model = await modelOf(side, async (input, init) => {
    written = writtenOf(input, init);
    throw new Enough();
  });
  try {
    await model.doGenerate(options);
  } catch (cause) {
    // It has all that is wanted of it once it has asked.
    if (!written) throw cause;
  }
  if (!written) throw new Error("the model asked nothing");
  return { written, lost };
}

class Enough extends Error {}

/** What a stream is asked with: its first part tells the warnings, before there is an answer. */
async function take(
  side: ProviderSide,
  options: LanguageModelV4CallOptions,
): Promise<{ written: Written; lost: string[] }> {
  let written: Written | null = null;
  const lost: string[] = [];
  const model = await modelOf(side, async (input, init) => {
    written = writtenOf(input, init);
    return new Response(new Blob([]).stream(), { headers: { "content-type": "text/event-stream" } });
  });
  const { stream } = await model.doStream(options);
  const reader = stream.getReader();
  const first = await reader.read().catch(() => null);
  if (first && !first.done && first.value.type === "stream-start") {
    for (const warning of first.value.warnings) if (warning.type === "unsupported") lost.push(warning.feature);
  }
  reader.cancel().catch(() => {});
  if (!written) throw new Error("the model asked nothing");
  return { written, lost };
}

/** Set anew on the way out, or whose place the gateway's are. */
const NOT_OURS = new Set(["authorization", "x-api-key", "x-goog-api-key", "user-agent", "content-length"]);

function writtenOf(input: RequestInfo | URL, init: RequestInit | undefined): Written {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = new Map<string, string>();
  for (const [name, value] of new Headers(init?.headers)) if (!NOT_OURS.has(name)) headers.set(name, value);
  return { path: url.pathname, search: url.search, headers, body: String(init?.body ?? "") };
}

/** Reads a provider's whole answer. Rejects where it is none. */
export async function readWhole(side: ProviderSide, options: LanguageModelV4CallOptions, answer: Response) {
  const model = await modelOf(side, async () => answer);
  return model.doGenerate(options);
}

/** Reads a provider's stream. */
export async function readStream(side: ProviderSide, options: LanguageModelV4CallOptions, answer: Response) {
  const model = await modelOf(side, async () => answer);
  return model.doStream(options);
}

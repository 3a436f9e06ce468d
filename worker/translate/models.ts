/** The provider's side, by the `@ai-sdk` package of its dialect. Each is a module of its own, loaded when first needed. */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { sourceExtractor } from "./sources.ts";
import type { ProviderSide } from "./types.ts";

/** Stands for the provider's origin: nothing is ever sent there. */
const ORIGIN = "https://provider.invalid";
/** Whose key is on the request, the gateway decides. */
const apiKey = "none";
/** Names the exchange that a request of the package's belongs to. Never leaves. */
export const EXCHANGE_HEADER = "x-meterr-exchange";

export type Fetch = typeof globalThis.fetch;

/** Models, since making one costs as much as all else in a translation. They keep nothing of a request. */
const made = new Map<string, LanguageModelV4>();
/** Names of models come from clients. */
const MAX_MADE = 256;
/** What answers the exchanges that have begun. */
const answering = new Map<string, Fetch>();
let begun = 0;

/** Asks the model by `ask`, which has to send the headers; `fetch` answers. */
export async function exchange<T>(
  side: ProviderSide,
  fetch: Fetch,
  ask: (model: LanguageModelV4, headers: Record<string, string>) => PromiseLike<T>,
): Promise<T> {
  const id = String(++begun);
  answering.set(id, fetch);
  try {
    return await ask(await modelOf(side), { [EXCHANGE_HEADER]: id });
  } finally {
    answering.delete(id);
  }
}

const dispatch: Fetch = async (input, init) => {
  const id = headersIn(init).find(([name]) => name === EXCHANGE_HEADER)?.[1] ?? "";
  const fetch = answering.get(id);
  if (!fetch) throw new Error("no exchange asked for this");
  // It asks once, and what it waits for then may never come.
  answering.delete(id);
  return fetch(input, init);
};

/** The headers of a request of a package's, which are an object; names in lower case. */
export const headersIn = (init: RequestInit | undefined): [string, string][] =>
  Object.entries((init?.headers ?? {}) as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]);

async function modelOf(side: ProviderSide): Promise<LanguageModelV4> {
  const key = [side.dialect, side.isOpenAi, side.name, side.base, side.model].join("\n");
  const known = made.get(key);
  if (known) return known;
  const model = await make(side);
  if (made.size >= MAX_MADE) made.clear();
  made.set(key, model);
  return model;
}

async function make({ dialect, name, base, model, isOpenAi }: ProviderSide): Promise<LanguageModelV4> {
  const settings = { baseURL: `${ORIGIN}${base}`, apiKey, fetch: dispatch };
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
      if (isOpenAi) {
        const { createOpenAI } = await import("@ai-sdk/openai");
        return createOpenAI(settings).chat(model);
      }
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const asks = { includeUsage: true, supportsStructuredOutputs: true, metadataExtractor: sourceExtractor };
      return createOpenAICompatible({ ...settings, ...asks, name })(model);
    }
  }
}

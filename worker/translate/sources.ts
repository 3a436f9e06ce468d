/** Where an answer comes from, as those tell it who copy OpenAI's chat: each has a field of its own for that. */
import type { MetadataExtractor } from "@ai-sdk/openai-compatible";
import type { SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { arrayIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";

/** A page that an answer refers to. */
export type Source = { url: string; title: string };

/** Keeps the sources of an answer beside it. */
export const sourceExtractor: MetadataExtractor = {
  extractMetadata: async ({ parsedBody }) => {
    const found = new Found();
    found.see(parsedBody);
    return found.metadata();
  },
  createStreamExtractor: () => {
    const found = new Found();
    return { processChunk: (chunk) => found.see(chunk), buildMetadata: () => found.metadata() };
  },
};

/** The sources that `sourceExtractor` has kept. */
export function sourcesIn(metadata: SharedV4ProviderMetadata | undefined): Source[] {
  const kept = arrayIn(objectIn(metadata ?? {}, "meterr"), "sources").filter(isObject);
  return kept.flatMap((one) => sourceOf(one) ?? []);
}

/** In their order; each once, since some tell all of them in every chunk. */
class Found {
  readonly #titles = new Map<string, string>();

  see(json: unknown): void {
    if (!isObject(json)) return;
    // Perplexity's first: theirs have titles. Of xAI's and Perplexity's citations there is no more than the address.
    for (const one of arrayIn(json, "search_results")) this.#add(isObject(one) ? sourceOf(one) : null);
    for (const url of arrayIn(json, "citations")) this.#add(typeof url === "string" ? { url, title: "" } : null);
    for (const choice of arrayIn(json, "choices")) {
      if (!isObject(choice)) continue;
      this.#annotations(objectIn(choice, "message"));
      this.#annotations(objectIn(choice, "delta"));
    }
  }

  metadata(): SharedV4ProviderMetadata | undefined {
    if (this.#titles.size === 0) return undefined;
    return { meterr: { sources: [...this.#titles].map(([url, title]) => ({ url, title })) } };
  }

  /** OpenRouter's, as OpenAI's own search model has them. */
  #annotations(message: JsonObject): void {
    for (const one of arrayIn(message, "annotations")) {
      if (isObject(one) && one.type === "url_citation") this.#add(sourceOf(objectIn(one, "url_citation")));
    }
  }

  #add(source: Source | null): void {
    if (source && !this.#titles.get(source.url)) this.#titles.set(source.url, source.title);
  }
}

function sourceOf(of: JsonObject): Source | null {
  const url = stringIn(of, "url");
  return url === null ? null : { url, title: stringIn(of, "title") ?? "" };
}

/** What a provider is asked, and its answers, through the package of its dialect. */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { EXCHANGE_HEADER, exchange, type Fetch } from "./models.ts";
import type { ProviderSide } from "./types.ts";

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
  const asks: Fetch = async (input, init) => {
    written = writtenOf(input, init);
    throw new Enough();
  };
  try {
    await exchange(side, asks, (model, headers) => model.doGenerate({ ...options, headers }));
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
  const asks: Fetch = async (input, init) => {
    written = writtenOf(input, init);
    return new Response("", { headers: { "content-type": "text/event-stream" } });
  };
  const { stream } = await exchange(side, asks, (model, headers) => model.doStream({ ...options, headers }));
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
const NOT_OURS = new Set([
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "user-agent",
  "content-length",
  EXCHANGE_HEADER,
]);

function writtenOf(input: RequestInfo | URL, init: RequestInit | undefined): Written {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = new Map<string, string>();
  for (const [name, value] of new Headers(init?.headers)) if (!NOT_OURS.has(name)) headers.set(name, value);
  return { path: url.pathname, search: url.search, headers, body: String(init?.body ?? "") };
}

/** Reads a provider's whole answer. Rejects where it is none. */
export async function readWhole(side: ProviderSide, options: LanguageModelV4CallOptions, answer: Response) {
  return exchange(
    side,
    async () => answer,
    (model, headers) => model.doGenerate({ ...options, headers }),
  );
}

/** Reads a provider's stream. */
export async function readStream(side: ProviderSide, options: LanguageModelV4CallOptions, answer: Response) {
  return exchange(
    side,
    async () => answer,
    (model, headers) => model.doStream({ ...options, headers }),
  );
}

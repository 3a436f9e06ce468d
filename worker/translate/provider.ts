/** What a provider is asked, and its answers, through the package of its dialect. */
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart, SharedV4Warning } from "@ai-sdk/provider";
import { EXCHANGE_HEADER, exchange, type Fetch, headersIn } from "./models.ts";
import { emptyStream, emptyWhole, streamed, whole } from "./package-answers.ts";
import type { Chunks, ProviderSide } from "./types.ts";

/** A request as the provider gets it. */
export interface Written {
  path: string;
  search: string;
  headers: Map<string, string>;
  body: string;
}

/**
 * The request that `options` make; what the provider's dialect has no like of, by neutral names; and in what the model only comes
 * near to what is asked.
 */
export async function write(
  side: ProviderSide,
  options: LanguageModelV4CallOptions,
  stream: boolean,
): Promise<{ written: Written; lost: string[]; near: string[] }> {
  let written: Written | null = null;
  const asks: Fetch = async (input, init) => {
    written = writtenOf(input, init);
    return stream ? emptyStream() : emptyWhole(side.dialect);
  };
  const warnings = await exchange(side, asks, async (model, headers) =>
    stream
      ? warningsIn((await model.doStream({ ...options, headers })).stream)
      : (await model.doGenerate({ ...options, headers })).warnings,
  );
  if (!written) throw new Error("the model asked nothing");
  const told = (type: "unsupported" | "compatibility") =>
    new Set(warnings.flatMap((warning) => (warning.type === type ? [warning.feature] : [])));
  const lost = told("unsupported");
  if (options.stopSequences && (await refusesStops(side))) lost.add("stopSequences");
  const near = [...told("compatibility")].flatMap((feature) => namesOf(feature, options));
  return { written, lost: [...lost], near };
}

/** Models of OpenAI's that think take no stops in chats, which its package does not say; it writes them another cap. */
async function refusesStops(side: ProviderSide): Promise<boolean> {
  if (!side.isOpenAi) return false;
  const { written } = await write(side, { prompt: NOTHING_SAID, maxOutputTokens: 1 }, false);
  return written.body.includes('"max_completion_tokens"');
}

/** The fields of the client's that a package's word for them means. */
function namesOf(feature: string, options: LanguageModelV4CallOptions): string[] {
  const keyword = /^JSON Schema (\w+)/.exec(feature)?.[1];
  if (keyword === undefined) return Reflect.get(options, feature) === undefined ? [] : [feature];
  const { tools, responseFormat } = options;
  const has = (value: unknown) => value !== undefined && JSON.stringify(value).includes(`"${keyword}":`);
  return [...(has(tools) ? ["tools"] : []), ...(has(responseFormat) ? ["responseFormat"] : [])];
}

/** A stream tells the warnings first, before there is an answer. */
async function warningsIn(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<SharedV4Warning[]> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  reader.cancel().catch(() => {});
  return value?.type === "stream-start" ? value.warnings : [];
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
  for (const [name, value] of headersIn(init)) if (!NOT_OURS.has(name)) headers.set(name, value);
  return { path: url.pathname, search: url.search, headers, body: String(init?.body ?? "") };
}

/** Reads a provider's whole answer. Rejects where it is none. */
export function readWhole(side: ProviderSide, options: LanguageModelV4CallOptions, bytes: Uint8Array) {
  return exchange(
    side,
    async () => whole(bytes),
    (model, headers) => model.doGenerate({ ...forReading(options), headers }),
  );
}

/** Reads a provider's stream. */
export function readStream(side: ProviderSide, options: LanguageModelV4CallOptions, chunks: Chunks) {
  return exchange(
    side,
    async () => streamed(chunks),
    (model, headers) => model.doStream({ ...forReading(options), headers }),
  );
}

/**
 * The package writes its request once more before it reads an answer. What was said so far tells nothing of how to read it, but
 * for documents, whose titles citations name.
 */
function forReading(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const hasFiles = options.prompt.some(({ role, content }) => role === "user" && content.some(isFile));
  return hasFiles ? options : { ...options, prompt: NOTHING_SAID };
}

const isFile = (part: { type: string }): boolean => part.type === "file";

const NOTHING_SAID: LanguageModelV4CallOptions["prompt"] = [{ role: "user", content: [{ type: "text", text: "-" }] }];

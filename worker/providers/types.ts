/** What a provider is for the gateway. Adding one is one file and one line in `registry.ts`. */
import type { HeaderMap } from "../core/header-map.ts";
import type { DialectName } from "../dialects/index.ts";
import type { ErrorShape } from "../dialects/types.ts";

/**
 * What an endpoint costs. `metered`: its answer (or its request) tells what is billed. `free`: the provider bills
 * nothing. `unmetered`: it may cost, and nothing in the exchange tells how much.
 */
export type Billing = "metered" | "free" | "unmetered";

export interface Endpoint {
  /** The provider's own name for it, as records show it: `chat/completions`, `models/generateContent`. */
  name: string;
  billing: Billing;
  /** The format of its bodies; null where meterr need not read them. */
  dialect: DialectName | null;
  /** The model that the path names, as Gemini's and Azure's do. */
  model: string | null;
  /** The format of an answer that tells what earlier work in the background used, where it is one. */
  tellsEarlier?: DialectName;
  /** The id of that work, where the path names it and the answer does not. */
  earlierId?: string;
  /** The path keeps the work in a region, which may cost more. */
  isRegional?: true;
  /** The method at the end of the path, where the format depends on it, e.g. `streamGenerateContent`. */
  method: string | null;
}

/**
 * The wire formats in which a provider answers any of its models, each with the path that its SDK would be given as the end
 * of the base URL. Of formats that it does not speak, requests are translated.
 */
export type Speaks = Readonly<Partial<Record<DialectName, string>>>;

export interface Provider {
  /** The first segment of its paths here, and its name in records. */
  slug: string;
  /** Its API's origin for a path; what follows our slug follows this. Null where every customer has one of its own. */
  origin(path: string): string | null;
  /** Puts the provider's key where it belongs, in the headers; may fetch a token for it. */
  authorize(request: { headers: HeaderMap; path: string }, apiKey: string): void | Promise<void>;
  /** What this path is. Unknown paths pass through unmetered. */
  endpoint(method: string, path: string): Endpoint;
  speaks: Speaks;
  error: ErrorShape;
  /** Whether a stream tells its usage only when asked by `stream_options.include_usage`. */
  asksForUsage(search: string): boolean;
  /** Whether it ignores or refuses `max_completion_tokens`: of chats, `max_tokens` alone caps the answer. */
  knowsMaxTokensOnly?: true;
  /** The header, in lower case, by which a request asks for a service tier. */
  serviceTierHeader?: string;
  /** Whether requests may name where their prompt is kept, by `prompt_cache_key`. */
  takesPromptCacheKey?: true;
  /** Whether it refuses requests that bring thoughts of earlier turns along, which those that copy OpenAI's API otherwise take. */
  refusesThoughts?: true;
  /** How many letters and digits the id of a tool call has to have; where it is not there, ids may be of any length. */
  toolIdLength?: number;
  /** The operator's own key for it, by the name of the environment variable. */
  operatorKey: string;
}

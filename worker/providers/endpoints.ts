/** What the paths of the common API families are. A family's paths are told by their tails, since every vendor has its own prefix. */
import type { DialectName } from "../dialects/index.ts";
import type { Billing, Endpoint } from "./types.ts";

/** A tail of a path, without a leading slash. */
type Tails = Readonly<Record<string, readonly [DialectName | null, Billing]>>;

const OPENAI_TAILS: Tails = {
  "chat/completions": ["chat", "metered"],
  completions: ["completions", "metered"],
  responses: ["responses", "metered"],
  "responses/compact": ["responses", "metered"],
  decisions: ["responses", "metered"],
  // Perplexity's names for both.
  sonar: ["chat", "metered"],
  agent: ["responses", "metered"],
  "responses/input_tokens": [null, "free"],
  embeddings: ["embeddings", "metered"],
  rerank: ["embeddings", "metered"],
  ocr: ["embeddings", "metered"],
  moderations: [null, "free"],
  // Anthropic's API, which many speak beside OpenAI's.
  messages: ["messages", "metered"],
  "messages/count_tokens": [null, "free"],
  "images/generations": ["images", "metered"],
  "images/edits": ["images", "metered"],
  "images/variations": ["images", "metered"],
  images: ["images", "metered"],
  "audio/transcriptions": ["transcription", "metered"],
  "audio/translations": ["transcription", "metered"],
  "audio/speech": ["speech", "metered"],
  files: [null, "free"],
  uploads: [null, "free"],
  models: [null, "free"],
};

const ANTHROPIC_TAILS: Tails = {
  messages: ["messages", "metered"],
  complete: ["messages", "metered"],
  // Its OpenAI-compatible endpoint.
  "chat/completions": ["chat", "metered"],
  "messages/count_tokens": [null, "free"],
  files: [null, "free"],
  models: [null, "free"],
};

const COHERE_TAILS: Tails = {
  chat: ["cohere", "metered"],
  generate: ["cohere", "metered"],
  embed: ["cohere", "metered"],
  rerank: ["cohere", "metered"],
  classify: ["cohere", "metered"],
  summarize: ["cohere", "metered"],
  tokenize: [null, "free"],
  detokenize: [null, "free"],
  models: [null, "free"],
  "audio/transcriptions": ["transcription", "metered"],
};

/** Methods of Gemini that bill nothing. */
const FREE_GEMINI = /^(?:countTokens|computeTokens|cancel)$/;
const METERED_GEMINI =
  /^(?:generateContent|streamGenerateContent|embedContent|batchEmbedContents|generateAnswer|predict)$/;

/** A version in a path: `v1`, `v1beta`, `v4`. What stands before it is the vendor's own prefix. */
const VERSION = /^v\d+\w*$/;
/** Prefixes of the vendors that leave the version out. */
const PREFIX = /^(?:openai|beta|api)$/;
/** Names alone: a server that decodes `..%2f`, or drops what follows a `;`, would go elsewhere than where it costs nothing. */
const PLAIN = /^(?:[\w-][\w.:-]*\/)*[\w-][\w.:-]*$/;
/** What stands behind is not seen. */
const MAX_TAIL_CHARS = 128;
/** Reading and deleting cost nothing. */
const FREE_METHODS = new Set(["GET", "HEAD", "OPTIONS", "DELETE"]);

/** Mistral sells what OpenAI gives away. */
const MISTRAL_TAILS: Tails = {
  ...OPENAI_TAILS,
  // A prompt goes in, and the answer is a chat's.
  "fim/completions": ["chat", "metered"],
  moderations: ["embeddings", "metered"],
  "chat/moderations": ["embeddings", "metered"],
};

/** OpenAI's paths, at any prefix, Azure's `deployments/{d}/…` and its `models/…` among them. */
export const openAiEndpoint = (method: string, path: string): Endpoint => likeOpenAi(OPENAI_TAILS, method, path);

export const mistralEndpoint = (method: string, path: string): Endpoint => likeOpenAi(MISTRAL_TAILS, method, path);

function likeOpenAi(tails: Tails, method: string, path: string): Endpoint {
  const deployment = /\/deployments\/([^/]+)\//.exec(path);
  const name = tailOf(deployment ? path.slice(deployment.index + deployment[0].length) : path);
  const tail = name.startsWith("models/") && Object.hasOwn(tails, name.slice(7)) ? name.slice(7) : name;
  return fromTails(tails, method, tail, deployment?.[1] ? decode(deployment[1]) : null);
}

export const anthropicEndpoint = (method: string, path: string): Endpoint =>
  fromTails(ANTHROPIC_TAILS, method, tailOf(path), null);

export function cohereEndpoint(method: string, path: string): Endpoint {
  // Its OpenAI-compatible endpoint.
  if (path.startsWith("/compatibility/")) return openAiEndpoint(method, path.slice("/compatibility".length));
  const tail = tailOf(path);
  return { ...fromTails(COHERE_TAILS, method, tail, null), method: tail };
}

/** `…/models/{model}:{method}`, of Gemini and Vertex; what has no method is passed through. */
export function geminiEndpoint(method: string, path: string): Endpoint {
  const call = /\/(?:models|tunedModels|endpoints)\/([^/:]+):(\w+)$/.exec(path);
  if (call?.[1] && call[2]) {
    const metered = METERED_GEMINI.test(call[2]);
    return {
      name: `models/${call[2]}`,
      billing: metered ? "metered" : FREE_GEMINI.test(call[2]) ? "free" : "unmetered",
      dialect: metered ? "gemini" : null,
      model: decode(call[1]),
      method: call[2],
    };
  }
  // Its OpenAI-compatible endpoint stands under /openai/.
  if (/\/openai\//.test(path)) return openAiEndpoint(method, path.slice(path.indexOf("/openai/")));
  const tail = tailOf(path);
  const free = FREE_METHODS.has(method) || (isPlainTail(tail) && /^(?:upload\/.*)?files/.test(tail));
  return {
    name: tail,
    billing: free ? "free" : "unmetered",
    dialect: null,
    model: null,
    method: null,
  };
}

/** Vertex: Gemini's methods, Claude's `rawPredict`, and the OpenAI-compatible `endpoints/openapi`. */
export function vertexEndpoint(method: string, path: string): Endpoint {
  if (/\/publishers\/anthropic\/models\/count-tokens:rawPredict$/.test(path))
    return { name: "models/count-tokens", billing: "free", dialect: null, model: null, method: null };
  const claude = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/.exec(path);
  if (claude?.[1] && claude[2]) {
    return {
      name: `models/${claude[2]}`,
      billing: "metered",
      dialect: "messages",
      // Vertex puts the model's date behind an @, its maker and catalogues behind a hyphen.
      model: decode(claude[1]).replace("@", "-"),
      method: claude[2],
      ...(/\/locations\/(?!global\/)/.test(path) && { isRegional: true }),
    };
  }
  const openai = path.indexOf("/endpoints/openapi/");
  return openai >= 0 ? openAiEndpoint(method, path.slice(openai + 18)) : geminiEndpoint(method, path);
}

function fromTails(tails: Tails, method: string, tail: string, model: string | null): Endpoint {
  const work = /^(responses|agent)\/[^/]+(\/cancel)?$/.exec(tail);
  if (work && (method === "GET" || (work[2] && isPlainTail(tail)))) {
    const name = `${work[1]}/{id}${work[2] ?? ""}`;
    return { name, billing: "free", dialect: null, model, method: null, tellsEarlier: "responses" };
  }
  const deferred = /^chat\/deferred-completion\/([^/]+)$/.exec(tail);
  if (deferred?.[1] && method === "GET") {
    const name = "chat/deferred-completion/{id}";
    return {
      name,
      billing: "free",
      dialect: null,
      model,
      method: null,
      tellsEarlier: "chat",
      earlierId: decode(deferred[1]),
    };
  }
  // Calling work off costs nothing either.
  const isPlain = isPlainTail(tail);
  if (FREE_METHODS.has(method) || (isPlain && /\/cancel$/.test(tail)))
    return { name: tail, billing: "free", dialect: null, model, method: null };
  // `uploads/{id}/parts` is as free as `uploads`; a known tail is taken whole alone.
  const known = Object.hasOwn(tails, tail) ? tails[tail] : undefined;
  const collection =
    known ?? (isPlain && /^(?:files|uploads)\//.test(tail) ? tails[tail.split("/")[0] ?? ""] : undefined);
  const [dialect, billing] = collection ?? [null, "unmetered"];
  return { name: tail, billing, dialect, model, method: null };
}

/** The path without its prefix: `/openai/v1/chat/completions` → `chat/completions`. */
function tailOf(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  let from = segments.findIndex((segment) => VERSION.test(segment)) + 1;
  while (from < segments.length - 1 && PREFIX.test(segments[from] ?? "")) from++;
  return segments.slice(from).join("/").slice(0, MAX_TAIL_CHARS);
}

const isPlainTail = (tail: string): boolean => tail.length < MAX_TAIL_CHARS && PLAIN.test(tail);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

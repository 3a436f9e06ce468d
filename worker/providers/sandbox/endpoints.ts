/** Which endpoint of which provider a path is: each knows its own paths alone, and answers the others with its 404. */

export type EndpointName =
  | "chat"
  | "completions"
  | "responses"
  | "responses_count"
  | "embeddings"
  | "messages"
  | "messages_count"
  | "gemini"
  | "gemini_stream"
  | "gemini_count"
  | "gemini_embed"
  | "gemini_embed_batch"
  | "cohere_chat"
  | "cohere_embed"
  | "rerank"
  | "models"
  | "moderations"
  | "files"
  | "transcription"
  | "speech"
  | "images";

export interface Endpoint {
  name: EndpointName;
  /** The model that the path names, percent-decoded; null where it names none. */
  model: string | null;
  /** The body is a form, not JSON. */
  form: boolean;
}

/** Below these paths the providers serve OpenAI's API; others, and those that a tenant added, anywhere. */
const OPENAI_BASES: Record<string, RegExp> = {
  openai: /^\/v1(?=\/)/,
  azure: /^(?:\/openai(?:\/v1|\/deployments\/[^/]+)?|\/models)(?=\/)/,
  mistral: /^\/v1(?=\/)/,
  groq: /^\/openai\/v1(?=\/)/,
  xai: /^\/v1(?=\/)/,
  deepseek: /^(?:\/v1|\/beta)?(?=\/)/,
  openrouter: /^\/api\/v1(?=\/)/,
  together: /^\/v1(?=\/)/,
  fireworks: /^\/inference\/v1(?=\/)/,
  perplexity: /^(?:\/v1)?(?=\/)/,
  cerebras: /^\/v1(?=\/)/,
  cohere: /^\/compatibility\/v1(?=\/)/,
  google: /^\/v1(?:beta|alpha)?\/openai(?=\/)/,
  anthropic: /^\/v1(?=\/)/,
};
const ANY_BASE =
  /^(?:\/[^/]+)*?(?=\/(?:chat\/|completions$|responses|embeddings$|models|moderations$|files$|audio\/|images\/))/;

const OPENAI_PATHS: [string, RegExp, EndpointName][] = [
  ["POST", /^\/chat\/completions$/, "chat"],
  ["POST", /^\/completions$/, "completions"],
  ["POST", /^\/responses$/, "responses"],
  ["POST", /^\/responses\/input_tokens$/, "responses_count"],
  ["POST", /^\/embeddings$/, "embeddings"],
  ["GET", /^\/models(?:\/(?<model>.+))?$/, "models"],
  ["POST", /^\/moderations$/, "moderations"],
  ["POST", /^\/files$/, "files"],
  ["POST", /^\/audio\/(?:transcriptions|translations)$/, "transcription"],
  ["POST", /^\/audio\/speech$/, "speech"],
  ["POST", /^\/images\/generations$/, "images"],
];

const GOOGLE = "\\/v1(?:beta|beta1|alpha)?(?:\\/projects\\/.+\\/publishers\\/google)?\\/(?:models|tunedModels)";
const gemini = (method: string): RegExp => new RegExp(`^${GOOGLE}\\/(?<model>[^/]+):${method}$`);

const GOOGLE_PATHS: [string, RegExp, EndpointName][] = [
  ["POST", gemini("generateContent"), "gemini"],
  ["POST", gemini("streamGenerateContent"), "gemini_stream"],
  ["POST", gemini("countTokens"), "gemini_count"],
  ["POST", gemini("embedContent"), "gemini_embed"],
  ["POST", gemini("batchEmbedContents"), "gemini_embed_batch"],
  ["GET", new RegExp(`^${GOOGLE}(?:\\/(?<model>[^/:]+))?$`), "models"],
];

/** The paths of the providers that have an API of their own; they come before OpenAI's. */
const OWN_PATHS: Record<string, [string, RegExp, EndpointName][]> = {
  anthropic: [
    ["POST", /^\/v1\/messages$/, "messages"],
    ["POST", /^\/v1\/messages\/count_tokens$/, "messages_count"],
  ],
  google: GOOGLE_PATHS,
  vertex: [
    ...GOOGLE_PATHS,
    [
      "POST",
      /^\/v1(?:beta1)?\/projects\/.+\/publishers\/anthropic\/models\/(?<model>[^/]+):(?:streamR|r)awPredict$/,
      "messages",
    ],
    ["POST", /^\/v1(?:beta1)?\/projects\/.+\/endpoints\/openapi\/chat\/completions$/, "chat"],
  ],
  cohere: [
    ["POST", /^\/v2\/chat$/, "cohere_chat"],
    ["POST", /^\/v2\/embed$/, "cohere_embed"],
    ["POST", /^\/v[12]\/rerank$/, "rerank"],
    ["GET", /^\/v1\/models(?:\/(?<model>.+))?$/, "models"],
  ],
  deepseek: [["POST", /^\/anthropic\/v1\/messages$/, "messages"]],
  openrouter: [["POST", /^\/api\/v1\/messages$/, "messages"]],
  bedrock: [],
};

const FORMS: ReadonlySet<EndpointName> = new Set(["files", "transcription"]);

/** The endpoint of `provider` at `path`, or null where it has none there. */
export function findEndpoint(provider: string, method: string, path: string): Endpoint | null {
  const own = match(Object.hasOwn(OWN_PATHS, provider) ? (OWN_PATHS[provider] ?? []) : [], method, path);
  if (own || provider === "vertex" || provider === "bedrock") return own;
  const base = (Object.hasOwn(OPENAI_BASES, provider) && OPENAI_BASES[provider]) || ANY_BASE;
  const found = base.exec(path);
  if (!found) return null;
  const endpoint = match(OPENAI_PATHS, method, path.slice(found[0].length));
  const deployment = /^\/openai\/deployments\/([^/]+)/.exec(path)?.[1];
  return endpoint && provider === "azure" && deployment !== undefined
    ? { ...endpoint, model: decode(deployment) }
    : endpoint;
}

function match(paths: [string, RegExp, EndpointName][], method: string, path: string): Endpoint | null {
  for (const [verb, pattern, name] of paths) {
    const found = verb === method ? pattern.exec(path) : null;
    if (!found) continue;
    const model = found.groups?.model;
    return { name, model: model === undefined ? null : decode(model), form: FORMS.has(name) };
  }
  return null;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** All providers: the only list. */
import { alibaba } from "./alibaba.ts";
import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { cerebras } from "./cerebras.ts";
import { cohere } from "./cohere.ts";
import { deepseek } from "./deepseek.ts";
import { fireworks } from "./fireworks.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import { huggingface } from "./huggingface.ts";
import { mistral } from "./mistral.ts";
import { moonshot } from "./moonshot.ts";
import { ollamaCloud } from "./ollama-cloud.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import { together } from "./together.ts";
import type { Provider } from "./types.ts";
import { vertex } from "./vertex.ts";
import { voyage } from "./voyage.ts";
import { xai } from "./xai.ts";
import { zai } from "./zai.ts";

const ALL: readonly Provider[] = [
  openai,
  anthropic,
  google,
  azure,
  vertex,
  mistral,
  cohere,
  groq,
  xai,
  deepseek,
  openrouter,
  together,
  fireworks,
  perplexity,
  cerebras,
  huggingface,
  alibaba,
  moonshot,
  zai,
  ollamaCloud,
  voyage,
];
const BY_SLUG = new Map(ALL.map((provider) => [provider.slug, provider]));

/** First segments of paths that are ours and never a provider's. */
export const RESERVED_SLUGS: ReadonlySet<string> = new Set([
  "app",
  "api",
  "assets",
  "healthz",
  "metrics",
  "v1",
  "v1beta",
  "v1alpha",
  "upload",
]);

/** The provider with this slug, or undefined. */
export const providerOf = (slug: string): Provider | undefined => BY_SLUG.get(slug);
export const PROVIDER_SLUGS: readonly string[] = ALL.map((provider) => provider.slug);

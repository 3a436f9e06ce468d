/** All providers: the only list. */
import { anthropic } from "./anthropic.ts";
import { cerebras } from "./cerebras.ts";
import { cohere } from "./cohere.ts";
import { deepseek } from "./deepseek.ts";
import { fireworks } from "./fireworks.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import { mistral } from "./mistral.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import { together } from "./together.ts";
import type { Provider } from "./types.ts";
import { xai } from "./xai.ts";

const ALL: readonly Provider[] = [
	openai,
	anthropic,
	google,
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
	"upload",
]);

/** The provider with this slug, or undefined. */
export const providerOf = (slug: string): Provider | undefined =>
	BY_SLUG.get(slug);
export const isKnownProvider = (slug: string): boolean => BY_SLUG.has(slug);
export const PROVIDER_SLUGS: readonly string[] = ALL.map(
	(provider) => provider.slug,
);

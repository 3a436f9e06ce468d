/** A `fetch` for official SDKs whose requests are translated for a provider of another dialect, without a network. */
import { HeaderMap } from "../../worker/core/header-map.ts";
import { mistral } from "../../worker/providers/mistral.ts";
import { answerSandbox } from "../../worker/providers/sandbox/index.ts";
import { translate } from "../../worker/translate/index.ts";
import type { Conversation, ProviderSide } from "../../worker/translate/types.ts";

/** What the provider was asked. */
export interface Exchange {
  path: string;
  body: Record<string, unknown>;
  dropped: readonly string[];
}

export interface Through {
  fetch: typeof fetch;
  exchanges: Exchange[];
}

/** Answers as the provider does. */
export type Answering = (exchange: Exchange, stream: boolean) => Promise<Response>;

export const SIDES: Readonly<Record<Conversation, ProviderSide>> = {
  chat: {
    dialect: "chat",
    name: "mistral",
    base: "/v1",
    model: "mistral-small-latest",
    refusesThoughts: mistral.refusesThoughts,
    toolIdLength: mistral.toolIdLength,
  },
  responses: { dialect: "responses", name: "openai", base: "/v1", model: "gpt-5-mini" },
  messages: { dialect: "messages", name: "anthropic", base: "/v1", model: "claude-sonnet-4-5" },
  gemini: { dialect: "gemini", name: "google", base: "/v1beta", model: "gemini-2.5-flash" },
};

/** The sandbox plays the provider, unless somebody else does. */
export function through(
  side: ProviderSide,
  onUnsupported: "refuse" | "drop" = "refuse",
  answering?: Answering,
): Through {
  const exchanges: Exchange[] = [];
  const played: Answering = ({ path, body }) => {
    const url = new URL(path, "https://provider.invalid");
    return answerSandbox({
      provider: side.name,
      path: url.pathname,
      query: url.searchParams,
      method: "POST",
      headers: new HeaderMap(),
      body: new TextEncoder().encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    });
  };
  const fetchThrough: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const body = JSON.parse(await request.text());
    const dialect = dialectOf(url.pathname);
    const stream = dialect === "gemini" ? url.pathname.endsWith(":streamGenerateContent") : body.stream === true;
    const asEvents = dialect !== "gemini" || url.searchParams.get("alt") === "sse";
    const made = await translate({ dialect, body, stream, asEvents }, [side], onUnsupported);
    if (!made.ok) return Response.json({ error: made.error }, { status: made.error.status });
    const { path, search, body: text, translation } = made.value;
    const exchange = { path: `${path}${search}`, body: JSON.parse(text), dropped: translation.dropped };
    exchanges.push(exchange);
    const answer = await (answering ?? played)(exchange, stream);
    if (!answer.ok) return translation.failure(answer);
    return stream ? translation.stream(answer) : translation.whole(answer);
  };
  return { fetch: fetchThrough, exchanges };
}

function dialectOf(path: string): Conversation {
  if (path.endsWith("/chat/completions")) return "chat";
  if (path.endsWith("/responses")) return "responses";
  return path.endsWith("/messages") ? "messages" : "gemini";
}

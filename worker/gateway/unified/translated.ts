/** A leg to a provider that speaks another dialect than the client. */
import { gatewayError } from "../../core/errors.ts";
import { isObject, parseJson } from "../../core/json.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import type { DialectName } from "../../dialects/index.ts";
import type { Provider } from "../../providers/types.ts";
import { EMBEDDING_METHODS, translateEmbedding } from "../../translate/embeddings.ts";
import type { Conversation, ProviderSide, Translated } from "../../translate/types.ts";
import { endpointAt } from "../locate.ts";
import type { Asked, Leg } from "./leg.ts";

/** What a provider may be asked in, the richest first. */
const PREFERRED: readonly Conversation[] = ["messages", "gemini", "responses", "chat"];

const isConversation = (dialect: DialectName | null): dialect is Conversation =>
  PREFERRED.some((known) => known === dialect);

/** `asked`, translated for `model` of `provider`. `onUnsupported`: what becomes of fields that it has no like of. */
export async function translated(
  asked: Asked,
  provider: Provider,
  model: string,
  onUnsupported: "refuse" | "drop",
): Promise<Outcome<Leg>> {
  const { endpoint } = asked.entry;
  const made = EMBEDDING_METHODS.has(endpoint.method ?? "")
    ? embedding(asked, provider, model, onUnsupported)
    : await conversation(asked, provider, model, onUnsupported);
  if (!made.ok) return made;
  const { path, search, body: text, translation } = made.value;
  const written = parseJson(text);
  const body = {
    kind: "json" as const,
    text,
    bytes: new TextEncoder().encode(text),
    json: isObject(written) ? written : {},
  };
  return ok({
    place: { provider, endpoint: endpointAt(provider, "POST", path), path, search },
    body,
    translation,
    dropped: translation.dropped,
  });
}

function embedding(
  { entry: { endpoint }, body }: Asked,
  provider: Provider,
  model: string,
  onUnsupported: "refuse" | "drop",
): Outcome<Translated> {
  const base = provider.speaks.embeddings;
  if (base === undefined || body.kind !== "json") return fail(hasNone(provider, endpoint.name));
  const asked = { method: endpoint.method ?? "", body: body.json };
  return translateEmbedding(asked, { base, name: provider.slug, model }, onUnsupported);
}

async function conversation(
  asked: Asked,
  provider: Provider,
  model: string,
  onUnsupported: "refuse" | "drop",
): Promise<Outcome<Translated>> {
  const { endpoint } = asked.entry;
  const [first, ...others] = PREFERRED.filter((known) => provider.speaks[known] !== undefined);
  if (!first || !isConversation(endpoint.dialect) || asked.body.kind !== "json") {
    return fail(hasNone(provider, endpoint.name));
  }
  // Loaded when it is needed: whoever only passes requests on never parses it.
  const { translate } = await import("../../translate/index.ts");
  const { json } = asked.body;
  return translate(
    {
      dialect: endpoint.dialect,
      body: json,
      stream: endpoint.method === null ? json.stream === true : endpoint.method === "streamGenerateContent",
      asEvents: endpoint.dialect !== "gemini" || /[?&]alt=sse\b/.test(asked.search),
    },
    [sideOf(provider, first, model), ...others.map((dialect) => sideOf(provider, dialect, model))],
    onUnsupported,
  );
}

function sideOf(provider: Provider, dialect: Conversation, model: string): ProviderSide {
  const { slug, speaks, toolIdLength } = provider;
  const hasResponses = dialect === "chat" && speaks.responses !== undefined;
  return {
    dialect,
    name: slug,
    base: speaks[dialect] ?? "",
    model,
    toolIdLength,
    // Thoughts go by responses, where there are those.
    refusesThoughts: hasResponses || provider.refusesThoughts,
    isOpenAi: (hasResponses && speaks.images !== undefined) || undefined,
  };
}

const hasNone = ({ slug }: Provider, endpoint: string) =>
  gatewayError("invalid_request", `${slug} has no ${endpoint} that this gateway reaches under /v1.`, {
    details: { provider: slug },
  });

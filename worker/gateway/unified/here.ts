/** What a unified entry answers itself, at no cost and without a provider: the list of models, and the tokens of a prompt. */
import { gatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { fail, type Outcome, ok } from "../../core/outcome.ts";
import { permit } from "../../core/permit.ts";
import { estimatedPromptTokens, listModels } from "../../pricing/index.ts";
import { PROVIDER_SLUGS } from "../../providers/registry.ts";
import type { Grant } from "../../wallet/types.ts";
import { identify } from "../identify.ts";
import type { Entry } from "./entry.ts";
import { type Asked, nameIn, providerFor } from "./leg.ts";
import { type Arriving, knowing } from "./open.ts";
import { targetOf } from "./resolve.ts";

/** The answer; null where a provider has to be asked. */
export async function answerHere(of: Arriving, asked: Asked): Promise<Outcome<Response> | null> {
  if (of.entry.kind !== "models" && of.entry.kind !== "count") return null;
  const grant = await identify(of.wallet, of.hash, NOBODY);
  if (!grant.ok) return grant;
  return of.entry.kind === "models" ? aboutModels(of, grant.value) : count(of, asked, grant.value);
}

const NOBODY = { user: null, session: null, tags: {}, provider: "", model: "", most: () => ({ nanos: 0, tokens: 0 }) };

function aboutModels(of: Arriving, grant: Grant): Outcome<Response> {
  const names = modelsOf(of, grant);
  const asked = of.entry.path.split("/").slice(3).map(decoded).join("/");
  if (asked === "") return ok(Response.json(listIn(of.entry, names)));
  const found = names.find((name) => name === asked) ?? names.find((name) => name.endsWith(`/${asked}`));
  if (!found) return fail(gatewayError("not_found", `There is no model ${asked.slice(0, 128)} for this key.`));
  return ok(Response.json(modelIn(of.entry, found)));
}

/** Estimated, where the model's provider does not count in the client's dialect. */
async function count(of: Arriving, asked: Asked, grant: Grant): Promise<Outcome<Response> | null> {
  const name = nameIn(asked);
  if (name === null || asked.body.kind !== "json") return null;
  const { provider, model } = targetOf({ ...knowing(of, grant), name });
  const counts = providerFor(provider, grant.credentials)?.speaks[of.entry.conversation] !== undefined;
  if (counts) return null;
  const tokens = await estimatedPromptTokens(asked.body.json, model);
  const json = of.entry.conversation === "gemini" ? { totalTokens: tokens } : { input_tokens: tokens };
  return ok(Response.json(json, { headers: { "x-meterr-estimated": "true" } }));
}

/** `provider/model` of all that the key may use and has a credential for, and its routes. */
function modelsOf(of: Arriving, grant: Grant): string[] {
  const { has } = knowing(of, grant);
  const reachable = new Set(PROVIDER_SLUGS.filter(has));
  const models = listModels().filter(
    ({ provider, model }) =>
      reachable.has(provider) && permit(grant.key, { provider, endpoint: "models", models: [model] }).ok,
  );
  const routes = grant.routes.map(({ id }) => id);
  return [...new Set([...routes, ...models.map(({ provider, model }) => `${provider}/${model}`)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function listIn(entry: Entry, names: readonly string[]): JsonObject {
  const data = names.map((name) => modelIn(entry, name));
  switch (entry.family.slug) {
    case "google":
      return { models: data };
    case "anthropic":
      return { data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null };
    default:
      return { object: "list", data };
  }
}

function modelIn(entry: Entry, name: string): JsonObject {
  switch (entry.family.slug) {
    case "google":
      return {
        name: `models/${name}`,
        displayName: name,
        supportedGenerationMethods: ["generateContent", "countTokens"],
      };
    case "anthropic":
      return { type: "model", id: name, display_name: name, created_at: "1970-01-01T00:00:00Z" };
    default:
      return {
        id: name,
        object: "model",
        created: 0,
        owned_by: name.slice(0, Math.max(0, name.indexOf("/"))) || "meterr",
      };
  }
}

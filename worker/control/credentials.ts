/** A tenant's own keys for providers: write-only, sealed at rest, shown by their last four characters. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import type { Credential } from "../core/policy.ts";
import { seal } from "../core/sealed.ts";
import { checkUpstreamUrl } from "../core/upstream-url.ts";
import { ledgerOf } from "../db/ledger.ts";
import type { Env } from "../env.ts";
import { providerOf, RESERVED_SLUGS } from "../providers/registry.ts";
import { type Answer, type App, invalid, notFound, type TenantCall } from "./call.ts";
import { credential } from "./credential-shapes.ts";
import { iso, name, readBody } from "./input.ts";
import { given, mountResource } from "./resource.ts";

/** The name of a provider's first credential, the one that PUT sets. */
const DEFAULT_NAME = "default";
const SLUG = /^[a-z0-9][a-z0-9-]{0,39}$/;

const url = z.string().min(1).max(2_048);
const fields = {
  /** Text as a header carries it; Google's service-account file may come as the JSON that it is. */
  api_key: z.union([z.string().min(1).max(16_384), z.record(z.string(), z.unknown())]),
  origin: url.nullable().default(null),
  base_url: url.nullable().default(null),
  dialect: z.enum(["chat", "responses", "messages", "gemini"]).optional(),
  weight: z.number().nonnegative().max(1_000_000).default(1),
};
const put = z.strictObject(fields);
const create = z.strictObject({ provider: z.string(), name, ...fields });
const patch = z
  .strictObject({ name, ...fields, origin: url.nullable(), base_url: url, weight: fields.weight.unwrap() })
  .partial();

type Input = z.output<typeof put>;

/** Mounts `/credentials`. A provider's slug in the path stands for its default credential. */
export function mountCredentials(app: App): void {
  mountResource(app, {
    kind: "credential",
    path: "credentials",
    noun: "credential",
    action: "credentials",
    create,
    patch,
    shown: credential,
    example: { provider: "openai", name: "second", api_key: "sk-0123456789abcdef", weight: 2 },
    make: async (input, call) => {
      const record = await newCredential(call, input);
      return record.ok ? ok({ record: record.value }) : record;
    },
    change: (input, current, call) => changesOf(call, input, current),
    put: {
      does: putDefault,
      body: put,
      summary: "Sets a provider's default credential; the provider's slug stands in the path.",
      example: { api_key: "sk-0123456789abcdef" },
    },
    idOf: (part) => (part.startsWith("cred_") ? part : defaultId(part)),
    show: async (records) => records.map(showCredential),
  });
}

/** Sets a provider's default credential, whether there is one or not. */
async function putDefault(call: TenantCall): Promise<Answer> {
  const body = await readBody(call, put);
  if (!body.ok) return body;
  const made = await newCredential(call, { ...body.value.input, provider: call.params.id ?? "", name: DEFAULT_NAME });
  if (!made.ok) return made;
  const ledger = ledgerOf(call.env, call.tenant);
  const created = await ledger.create("credential", made.value, call.actor);
  if (created.outcome === "created") return ok(showCredential(made.value));
  const { createdAt: _, ...fields } = made.value;
  const replaced = await ledger.update("credential", made.value.id, fields, call.actor);
  return replaced ? ok(showCredential(replaced)) : notFound("credential");
}

/** A default credential's id follows from its provider, so that two PUTs at once cannot make two of them. */
const defaultId = (provider: string): string => `cred_${provider}`;

async function newCredential(
  call: TenantCall,
  input: Input & { provider: string; name: string },
): Promise<Outcome<Credential>> {
  const { provider } = input;
  if (!SLUG.test(provider) || RESERVED_SLUGS.has(provider)) return invalid("provider: not a usable slug", "provider");
  const upstream = checkUpstream(call.env, provider, input);
  if (!upstream.ok) return upstream;
  const secret = checkSecret(input.api_key);
  if (!secret.ok) return secret;
  return ok({
    id: input.name === DEFAULT_NAME ? defaultId(provider) : newId("cred", call.now),
    provider,
    name: input.name,
    sealed: await seal(call.env.METERR_MASTER_KEY, call.tenant, secret.value),
    last4: lastFour(secret.value),
    ...upstream.value,
    weight: input.weight,
    createdAt: call.now,
  });
}

async function changesOf(
  call: TenantCall,
  input: z.output<typeof patch>,
  current: Credential,
): Promise<Outcome<Partial<Credential>>> {
  // PUT finds the default one by its id, so its name stays with it.
  if (input.name !== undefined && (input.name === DEFAULT_NAME) !== (current.name === DEFAULT_NAME)) {
    return invalid(`name: "${DEFAULT_NAME}" is the one that PUT sets, and keeps its name`, "name");
  }
  const upstream = checkUpstream(call.env, current.provider, {
    origin: input.origin === undefined ? current.origin : input.origin,
    base_url: input.base_url ?? current.custom?.baseUrl ?? null,
    dialect: input.dialect ?? dialectOf(current),
  });
  if (!upstream.ok) return upstream;
  const changes = given({ name: input.name, weight: input.weight, ...upstream.value });
  if (input.api_key === undefined) return ok(changes);
  const secret = checkSecret(input.api_key);
  if (!secret.ok) return secret;
  const sealed = await seal(call.env.METERR_MASTER_KEY, call.tenant, secret.value);
  return ok({ ...changes, sealed, last4: lastFour(secret.value) });
}

/** A known provider may get another origin; an unknown slug is a provider of the tenant's own, and needs a base URL. */
function checkUpstream(
  env: Env,
  provider: string,
  input: Pick<Input, "origin" | "base_url" | "dialect">,
): Outcome<Pick<Credential, "origin" | "custom">> {
  const known = providerOf(provider);
  if (known && input.base_url !== null) return invalid("base_url: this provider is known; give an origin", "base_url");
  if (known && input.dialect !== undefined) return invalid("dialect: this provider's is known", "dialect");
  if (!known && input.origin !== null) return invalid("origin: give a base_url for a provider of your own", "origin");
  const field = known ? "origin" : "base_url";
  const text = input[field];
  if (text === null) {
    if (!known) return invalid("base_url: this provider is not known, so it needs one", field);
    if (known.origin("/") === null) return invalid("origin: this provider needs that of your own resource", field);
    return ok({ origin: null, custom: null });
  }
  const checked = checkUpstreamUrl(text, { allowPrivate: env.METERR_ALLOW_PRIVATE_UPSTREAMS === "1" });
  if (!checked.ok) return invalid(`${field}: ${checked.reason}`, field);
  if (known) return ok({ origin: checked.url, custom: null });
  return ok({ origin: null, custom: { baseUrl: checked.url, dialect: input.dialect ?? "chat" } });
}

function checkSecret(given: Input["api_key"]): Outcome<string> {
  if (typeof given !== "string") return ok(JSON.stringify(given));
  const text = given.trim();
  if (text.startsWith("{")) return ok(text);
  // It travels in a header: a line break in it would be a header of the tenant's choice.
  return /^[!-~]+$/.test(text) ? ok(text) : invalid("api_key: must be printable ASCII without spaces", "api_key");
}

/** Enough to recognize it by; nothing of a secret that is short. Of a service account's file, of the key's id. */
function lastFour(secret: string): string {
  const recognizable = /"private_key_id"\s*:\s*"([^"]+)"/.exec(secret)?.[1] ?? secret;
  return recognizable.length < 12 ? "" : recognizable.slice(-4);
}

const dialectOf = (credential: Credential): Input["dialect"] => fields.dialect.parse(credential.custom?.dialect);

const showCredential = (record: Credential) => ({
  id: record.id,
  provider: record.provider,
  name: record.name,
  last4: record.last4,
  origin: record.origin,
  base_url: record.custom?.baseUrl ?? null,
  dialect: record.custom?.dialect ?? null,
  weight: record.weight,
  created_at: iso(record.createdAt),
});

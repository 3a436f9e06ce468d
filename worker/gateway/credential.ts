/** The provider's key for a request: the client's own, the tenant's, or the operator's. */

import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { Credential } from "../core/policy.ts";
import { open } from "../core/sealed.ts";
import type { Env } from "../env.ts";
import { baseFor } from "../providers/custom.ts";
import type { Call } from "./call.ts";

export interface ProviderAccess {
  /** Where to send it: an origin, maybe with a path, without a trailing slash. */
  base: string;
  /** Null: the client brought its own. */
  apiKey: string | null;
  /** Whose it is: the credential's id, or what there is in its place. Health is known by it. */
  credential: string;
}

/** Opened credentials, so that a hot one is decrypted once an isolate. The sealed text is the key: it changes with the secret. */
const opened = new Map<string, string>();
const MAX_OPENED = 2_000;

/** Whose keys to use, and where the provider is: the first is used, the others where it is refused or throttled. */
export async function accessesFor(
  env: Env,
  { mode, grant, place: { provider, path }, bringsCredential }: Call,
): Promise<Outcome<readonly [ProviderAccess, ...ProviderAccess[]]>> {
  if (mode === "test") return ok([SANDBOX_ACCESS]);
  const own = inTurn(grant.credentials.filter((one) => one.provider === provider.slug));
  const [first] = own;
  const baseOf = (credential: Credential | undefined) =>
    (credential?.origin ?? ownBase(credential, provider.origin(path), path))?.replace(/\/+$/, "") ?? null;
  const base = baseOf(first);
  if (base === null) {
    return fail(
      gatewayError("no_credential", `${provider.slug} needs a credential with the "origin" of your own resource.`, {
        details: { provider: provider.slug },
      }),
    );
  }
  if (bringsCredential) return ok([{ base, apiKey: null, credential: "client" }]);
  const accesses: ProviderAccess[] = [];
  for (const credential of own) {
    const apiKey = await openOnce(env.METERR_MASTER_KEY, grant.tenant, credential.sealed);
    if (apiKey !== null) accesses.push({ base: baseOf(credential) ?? base, apiKey, credential: credential.id });
  }
  const [opened, ...others] = accesses;
  if (opened) return ok([opened, ...others]);
  if (first) {
    return fail(
      gatewayError("no_credential", `The stored credential for ${provider.slug} cannot be opened: store it again.`),
    );
  }
  const operators = env[provider.operatorKey as `${string}_API_KEY`];
  if (operators) return ok([{ base, apiKey: operators, credential: "operator" }]);
  return fail(
    gatewayError(
      "no_credential",
      `There is no credential for ${provider.slug}: add the provider's API key, or use a test key.`,
      {
        details: { provider: provider.slug },
      },
    ),
  );
}

/** Of several hosts of a provider that a tenant added, each gets its own key alone. */
function ownBase(credential: Credential | undefined, first: string | null, path: string): string | null {
  const { baseUrl } = credential?.custom ?? {};
  return baseUrl === undefined || baseUrl === first ? first : baseFor(baseUrl, path);
}

/** Where the answer comes from the sandbox. */
const SANDBOX_ACCESS: ProviderAccess = { base: "", apiKey: null, credential: "sandbox" };

/** In the order that they are used: drawn by their weights; what weighs nothing is a reserve. */
function inTurn(credentials: readonly Credential[]): readonly Credential[] {
  if (credentials.length < 2) return credentials;
  // An exponential race: who draws the least arrives first, the sooner the more it weighs.
  const arrival = new Map(
    credentials.map((one) => [one, one.weight > 0 ? -Math.log(1 - Math.random()) / one.weight : Number.MAX_VALUE]),
  );
  return credentials.toSorted((a, b) => (arrival.get(a) ?? 0) - (arrival.get(b) ?? 0));
}

async function openOnce(master: string, tenant: string, sealed: string): Promise<string | null> {
  const known = opened.get(sealed);
  if (known !== undefined) return known;
  const apiKey = await open(master, tenant, sealed);
  if (apiKey === null) return null;
  if (opened.size >= MAX_OPENED) opened.clear();
  opened.set(sealed, apiKey);
  return apiKey;
}

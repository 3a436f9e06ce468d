/** The provider's key for a request: the client's own, the tenant's, or the operator's. */

import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import { open } from "../core/sealed.ts";
import type { Env } from "../env.ts";
import type { Grant } from "../wallet/types.ts";
import type { Place } from "./locate.ts";

export interface ProviderAccess {
  /** Where to send it: an origin, maybe with a path, without a trailing slash. */
  base: string;
  /** Null: the client brought its own. */
  apiKey: string | null;
}

/** Opened credentials, so that a hot one is decrypted once an isolate. The sealed text is the key: it changes with the secret. */
const opened = new Map<string, string>();
const MAX_OPENED = 2_000;

/** Whose key to use, and where the provider is. */
export async function accessFor(
  env: Env,
  grant: Grant,
  { provider, path }: Pick<Place, "provider" | "path">,
  bringsCredential: boolean,
): Promise<Outcome<ProviderAccess>> {
  const credential =
    grant.credentials.find((one) => one.provider === provider.slug && one.name === "default") ??
    grant.credentials.find((one) => one.provider === provider.slug);
  const origin = credential?.origin ?? provider.origin(path);
  if (origin === null) {
    return fail(
      gatewayError("no_credential", `${provider.slug} needs a credential with the "origin" of your own resource.`, {
        details: { provider: provider.slug },
      }),
    );
  }
  const base = origin.replace(/\/+$/, "");
  if (bringsCredential) return ok({ base, apiKey: null });
  if (credential) {
    const apiKey =
      opened.get(credential.sealed) ?? (await open(env.METERR_MASTER_KEY, grant.tenant, credential.sealed));
    if (apiKey === null) {
      return fail(
        gatewayError("no_credential", `The stored credential for ${provider.slug} cannot be opened: store it again.`),
      );
    }
    if (opened.size >= MAX_OPENED) opened.clear();
    opened.set(credential.sealed, apiKey);
    return ok({ base, apiKey });
  }
  const operators = env[provider.operatorKey as `${string}_API_KEY`];
  if (operators) return ok({ base, apiKey: operators });
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

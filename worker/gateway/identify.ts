/** From a key's text to what it may do. */
import { type ReadKey, readKey } from "../auth/secrets.ts";
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome, ok } from "../core/outcome.ts";
import type { Grant, HoldHint, Wallet } from "../wallet/types.ts";

/** Keys whose MAC this isolate has checked. A hot key costs a look-up, no cryptography. */
const checked = new Map<string, ReadKey>();
const MAX_CHECKED = 10_000;

/** The tenant, mode and hash that a genuine key names; a forged one wakes no ledger. */
export async function checkKey(masterKey: string, text: string): Promise<Outcome<ReadKey>> {
  const known = checked.get(text);
  if (known) return ok(known);
  if (text === "") return fail(badKey("No API key: send a meterr key (mtr_…) where your SDK puts the provider's."));
  const read = await readKey(masterKey, text);
  if (!read) return fail(badKey("This is no valid meterr key. A key begins with mtr_live_ or mtr_test_."));
  if (checked.size >= MAX_CHECKED) checked.clear();
  checked.set(text, read);
  return ok(read);
}

/** What the ledger knows of the key. */
export async function identify(wallet: Wallet, hash: string, hint: HoldHint): Promise<Outcome<Grant>> {
  const identified = await wallet.identify(hash, hint);
  switch (identified.outcome) {
    case "known":
      return ok(identified.grant);
    case "unknown":
      return fail(badKey("This key does not exist."));
    case "revoked":
      return fail(badKey("This key was revoked."));
    case "expired": {
      // It may live on by now.
      const grant = await wallet.renew();
      return grant ? ok(grant) : fail(badKey("This key has expired."));
    }
    case "unavailable":
      return fail(ledgerUnavailable());
  }
}

const badKey = (message: string) => gatewayError("invalid_api_key", message);

export const ledgerUnavailable = () =>
  gatewayError("ledger_unavailable", "The ledger cannot be reached; nothing was sent to the provider. Try again.", {
    retryAfterSeconds: 1,
  });

/** The only reader of the Worker's bindings. `wrangler.toml` declares them; workerd's own config mirrors it. */
import type { Ledger } from "../durable-objects/ledger.ts";
import type { EmailBindings } from "./core/email.ts";

/** `DB`, `CACHE` (cached answers), `ASSETS` (the built dashboard) and the rest: generated from `wrangler.toml`. */
export interface Env extends Bindings, EmailBindings {
  LEDGER: DurableObjectNamespace<Ledger>;
  /** Where workerd runs alone, instead of the bucket `ARCHIVE`. */
  ARCHIVE_DISK?: Fetcher;
  /** Bearer token of the operator for `/api`. */
  METERR_ADMIN_TOKEN: string;
  /** 32 bytes base64, or `1:base64,2:base64` while it is being rotated. */
  METERR_MASTER_KEY: string;
  /** `1` lets a credential name a private or loopback address. */
  METERR_ALLOW_PRIVATE_UPSTREAMS?: string;
  /** `open` lets anybody make themselves an account and an organization. */
  METERR_SIGN_UP?: string;
  /** By what address people reach this instance: `https://meterr.example.com`. Links in emails to people lead there. */
  METERR_PUBLIC_URL?: string;
  /** OAuth apps, with which people sign in. */
  METERR_GITHUB_CLIENT_ID?: string;
  METERR_GITHUB_CLIENT_SECRET?: string;
  METERR_GOOGLE_CLIENT_ID?: string;
  METERR_GOOGLE_CLIENT_SECRET?: string;
  /** The operator's own provider keys, `OPENAI_API_KEY` and the like. */
  [operatorKey: `${string}_API_KEY`]: string | undefined;
}

/** Access tokens for Google Cloud from a service account's JSON, by `jose`. */
import { importPKCS8, SignJWT } from "jose";
import { isObject, parseJson, stringIn } from "../core/json.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TOKEN_URL = "https://oauth2.googleapis.com/token";
/** Google's tokens live an hour; a fresh one is fetched some minutes before. */
const LIFETIME_SECONDS = 3_600;
const RENEW_BEFORE_MS = 300_000;
const MAX_TOKENS_KEPT = 500;

const tokens = new Map<string, { token: string; renewAt: number }>();

/**
 * `secret` as it was stored: an access token, or a service account's JSON, for which one is fetched and kept.
 * @throws Error where Google gives none; the attempt then counts as failed.
 */
export async function googleAccessToken(secret: string): Promise<string> {
  const account = secret.trimStart().startsWith("{") ? parseJson(secret) : null;
  if (!isObject(account)) return secret;
  const now = Date.now();
  const known = tokens.get(secret);
  if (known && known.renewAt > now) return known.token;
  const email = stringIn(account, "client_email") ?? "";
  const key = await importPKCS8(stringIn(account, "private_key") ?? "", "RS256");
  // Only Google's own address is asked, whatever the stored JSON says: its `token_uri` would be a way to send the assertion elsewhere.
  const assertion = await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", kid: stringIn(account, "private_key_id") ?? undefined })
    .setIssuer(email)
    .setAudience(TOKEN_URL)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .sign(key);
  const response = await fetch(TOKEN_URL, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }),
  });
  const answer: unknown = await response.json();
  const token = isObject(answer) ? stringIn(answer, "access_token") : null;
  if (token === null) throw new Error(`Google gave no access token (${response.status})`);
  if (tokens.size >= MAX_TOKENS_KEPT) tokens.clear();
  tokens.set(secret, { token, renewAt: now + LIFETIME_SECONDS * 1000 - RENEW_BEFORE_MS });
  return token;
}

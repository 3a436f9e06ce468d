/** Secrets that have to be read back (a provider's key, a webhook's address), encrypted for one tenant. */
import { cipherKey, currentMasterKey, masterKeyOf } from "./master.ts";

/** AES-GCM's own nonce size. */
const IV_BYTES = 12;

const encoder = new TextEncoder();

/** `plaintext` encrypted for `tenant` alone: `<v>.<base64 of nonce and ciphertext>`. */
export async function seal(master: string, tenant: string, plaintext: string): Promise<string> {
  const current = currentMasterKey(master);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await cipherKey(current, `seal/${tenant}`);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(gcm(iv, tenant), key, encoder.encode(plaintext)));
  const all = new Uint8Array(IV_BYTES + sealed.length);
  all.set(iv);
  all.set(sealed, IV_BYTES);
  return `${current.version}.${toBase64(all)}`;
}

/** What was sealed for `tenant`, or null: another tenant's, altered, or of a master key that is gone. */
export async function open(master: string, tenant: string, sealed: string): Promise<string | null> {
  const version = masterKeyOf(master, sealed.slice(0, 1));
  if (!version || sealed[1] !== ".") return null;
  const key = await cipherKey(version, `seal/${tenant}`);
  try {
    const all = Uint8Array.from(atob(sealed.slice(2)), (char) => char.charCodeAt(0));
    const plain = await crypto.subtle.decrypt(gcm(all.slice(0, IV_BYTES), tenant), key, all.slice(IV_BYTES));
    return new TextDecoder().decode(plain);
  } catch {
    // Neither base64 nor authentic: the platform reports both by throwing.
    return null;
  }
}

const gcm = (iv: Uint8Array<ArrayBuffer>, tenant: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: encoder.encode(tenant),
});

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

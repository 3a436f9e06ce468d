/**
 * The master key, and the keys derived from it. `METERR_MASTER_KEY` is 32 bytes in base64, which is version `1`, or a
 * list `2:base64,1:base64`. The first of a list is the current one, with which new secrets are made; the others only
 * read. So a rotation is two deployments: append the new version, which every isolate can then read, and after that move
 * it to the front.
 */

export interface MasterKey {
  /** One base62 character; it is the first one after the mode in every key made under this version. */
  version: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Names it in the cache of derived keys. */
  id: string;
}

const MASTER_KEY_BYTES = 32;
/** An isolate serves few tenants at a time; beyond this many derived keys the oldest is derived again when needed. */
const DERIVED_KEYS_KEPT = 2_000;

const parsed = new Map<string, MasterKey[]>();
/** Holds keys, never promises: a promise of one request must not be awaited by another. */
const derived = new Map<string, CryptoKey>();

/**
 * The versions in `text`, the current one first.
 * @throws Error where the configuration is unusable: nothing can be served safely then.
 */
export function masterKeys(text: string): MasterKey[] {
  const known = parsed.get(text);
  if (known) return known;
  const keys = text.split(",").map((part) => parseOne(part.trim()));
  if (new Set(keys.map((key) => key.version)).size !== keys.length) {
    throw new Error("METERR_MASTER_KEY names a version twice");
  }
  parsed.clear();
  parsed.set(text, keys);
  return keys;
}

/** The master key of `version`, or null where there is none (any more). */
export const masterKeyOf = (text: string, version: string): MasterKey | null =>
  masterKeys(text).find((key) => key.version === version) ?? null;

/** The version that new secrets are made with. */
export function currentMasterKey(text: string): MasterKey {
  const [current] = masterKeys(text);
  if (!current) throw new Error("METERR_MASTER_KEY is empty");
  return current;
}

/** An HMAC-SHA-256 key for one purpose. */
export const macKey = (master: MasterKey, purpose: string): Promise<CryptoKey> =>
  derive(master, purpose, { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]);

/** An AES-256-GCM key for one purpose. */
export const cipherKey = (master: MasterKey, purpose: string): Promise<CryptoKey> =>
  derive(master, purpose, { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]);

/** 32 derived bytes as lower-case hex, for a library that wants its secret as text. */
export async function derivedSecret(master: MasterKey, purpose: string): Promise<string> {
  const bits = await crypto.subtle.deriveBits(hkdf(purpose), await importMaster(master), 256);
  return hex(new Uint8Array(bits));
}

/** `bytes` in lower-case hex. */
export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}

function parseOne(part: string): MasterKey {
  const at = part.indexOf(":");
  const version = at < 0 ? "1" : part.slice(0, at);
  if (!/^[0-9A-Za-z]$/.test(version)) throw new Error("METERR_MASTER_KEY: a version is one letter or digit");
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(part.slice(at + 1)), (char) => char.charCodeAt(0));
  } catch {
    throw new Error("METERR_MASTER_KEY is not base64");
  }
  if (bytes.length !== MASTER_KEY_BYTES) throw new Error(`METERR_MASTER_KEY: ${MASTER_KEY_BYTES} bytes are needed`);
  return { version, bytes, id: hex(bytes) };
}

async function derive(
  master: MasterKey,
  purpose: string,
  algorithm: { name: "HMAC" | "AES-GCM"; hash?: string; length: number },
  usages: ("sign" | "encrypt" | "decrypt")[],
): Promise<CryptoKey> {
  const id = `${master.id}/${purpose}`;
  const known = derived.get(id);
  if (known) return known;
  const key = await crypto.subtle.deriveKey(hkdf(purpose), await importMaster(master), algorithm, false, usages);
  const [oldest] = derived.keys();
  if (derived.size >= DERIVED_KEYS_KEPT && oldest !== undefined) derived.delete(oldest);
  derived.set(id, key);
  return key;
}

const importMaster = (master: MasterKey): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", master.bytes, "HKDF", false, ["deriveKey", "deriveBits"]);

const hkdf = (purpose: string) => ({
  name: "HKDF",
  hash: "SHA-256",
  salt: new Uint8Array(0),
  info: new TextEncoder().encode(`meterr/${purpose}`),
});

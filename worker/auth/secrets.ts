/**
 * Secrets that meterr makes and keeps.
 *
 * A key is `mtr_(live|test)_<v><tenant>_<secret>_<mac>`, a management token `mtm_<v><tenant>_<secret>_<mac>`: `v` is the
 * master key's version, the MAC covers everything before it. A forged one is refused here, before anything is read; the
 * tenant is read off it, so that no global look-up is needed. Stored is only its SHA-256.
 */
import { base62, randomBase62 } from "../core/ids.ts";
import { currentMasterKey, hex, macKey, masterKeyOf } from "../core/master.ts";
import type { KeyMode } from "../core/usage.ts";

export interface MintedSecret {
  /** The secret itself: shown once, stored nowhere. */
  text: string;
  /** SHA-256 of `text`, lower-case hex. */
  hash: string;
  /** Enough to recognize it by, too little to use it: `mtr_live_…a1b2`. */
  hint: string;
}

export interface ReadKey {
  tenant: string;
  mode: KeyMode;
  hash: string;
}

export interface ReadToken {
  tenant: string;
  hash: string;
}

/** 190 bits. */
const SECRET_DIGITS = 32;
/** 128 bits of the MAC, of which base62 needs 22 digits. */
const MAC_BYTES = 16;
const MAC_DIGITS = 22;
const TENANT_DIGITS = 12;

const KEY = /^(mtr_(live|test)_([0-9A-Za-z])([0-9A-Za-z]{12})_[0-9A-Za-z]{32})_([0-9A-Za-z]{22})$/;
const TOKEN = /^(mtm_([0-9A-Za-z])([0-9A-Za-z]{12})_[0-9A-Za-z]{32})_([0-9A-Za-z]{22})$/;
/** Longer than any key or token: what is longer is not even matched. */
const MAX_SECRET_LENGTH = 100;

const encoder = new TextEncoder();

/** Whether `text` has the form of a tenant's id. */
export const isTenantId = (text: string): boolean => /^[0-9A-Za-z]{12}$/.test(text);

/** A new tenant id. */
export const newTenantId = (): string => randomBase62(TENANT_DIGITS);

/** The tenant id that follows from `seed`: the same one each time, and nobody else can tell which. */
export async function tenantIdFrom(master: string, seed: string): Promise<string> {
  const key = await macKey(currentMasterKey(master), "tenant-id");
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(seed)));
  return base62(mac.subarray(0, MAC_BYTES), TENANT_DIGITS);
}

/** A new API key of `tenant`. `master` is `METERR_MASTER_KEY` as configured, here and below. */
export const mintKey = (master: string, mode: KeyMode, tenant: string): Promise<MintedSecret> =>
  mint(master, `mtr_${mode}_`, tenant);

/** A new management token of `tenant`. */
export const mintToken = (master: string, tenant: string): Promise<MintedSecret> => mint(master, "mtm_", tenant);

/** What an API key says, or null where it is none that we made. Says nothing about whether it is still valid. */
export async function readKey(master: string, text: string): Promise<ReadKey | null> {
  if (text.length > MAX_SECRET_LENGTH) return null;
  const match = KEY.exec(text);
  if (!match) return null;
  const [, signed = "", mode, version = "", tenant = "", mac = ""] = match;
  if (!(await macMatches({ master, version, signed, mac }))) return null;
  return { tenant, mode: mode === "live" ? "live" : "test", hash: await sha256Hex(text) };
}

/** Whether `key` was signed with `master`; "unknown" where its version is not among those of `master`. */
export async function signatureOf(key: string, master: string): Promise<"valid" | "forged" | "unknown"> {
  const version = KEY.exec(key)?.[3];
  if (version === undefined || !masterKeyOf(master, version)) return "unknown";
  return (await readKey(master, key)) === null ? "forged" : "valid";
}

/** What a management token says, or null where it is none that we made. */
export async function readToken(master: string, text: string): Promise<ReadToken | null> {
  if (text.length > MAX_SECRET_LENGTH) return null;
  const match = TOKEN.exec(text);
  if (!match) return null;
  const [, signed = "", version = "", tenant = "", mac = ""] = match;
  if (!(await macMatches({ master, version, signed, mac }))) return null;
  return { tenant, hash: await sha256Hex(text) };
}

/** SHA-256 of `text`, lower-case hex. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
}

/** Whether two texts are equal, in a time that depends on neither of them (their digests are compared). */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  return equalDigits(await sha256Hex(a), await sha256Hex(b));
}

async function mint(master: string, prefix: string, tenant: string): Promise<MintedSecret> {
  const current = currentMasterKey(master);
  const signed = `${prefix}${current.version}${tenant}_${randomBase62(SECRET_DIGITS)}`;
  const key = await macKey(current, "key-mac");
  const text = `${signed}_${await macOf(key, signed)}`;
  return { text, hash: await sha256Hex(text), hint: `${prefix}…${text.slice(-4)}` };
}

async function macMatches(claim: { master: string; version: string; signed: string; mac: string }): Promise<boolean> {
  const version = masterKeyOf(claim.master, claim.version);
  if (!version) return false;
  return equalDigits(await macOf(await macKey(version, "key-mac"), claim.signed), claim.mac);
}

async function macOf(key: CryptoKey, signed: string): Promise<string> {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(signed)));
  return base62(mac.subarray(0, MAC_BYTES), MAC_DIGITS);
}

/** Compares in a time that depends on the length alone. */
function equalDigits(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

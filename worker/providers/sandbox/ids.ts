/** Ids that follow from the request: the same request gets the same ids. */

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX = "0123456789abcdef";

/**
 * When the sandbox says that everything happened, in seconds since the epoch: 2026-01-01T00:00:00Z. A constant,
 * so that the same request gives the same bytes.
 */
export const CREATED_SECONDS = 1_767_225_600;
export const CREATED_ISO = "2026-01-01T00:00:00Z";

/** A stream of digits that is fixed by its seed. */
export interface Ids {
  /** `length` letters and digits. */
  text(length: number): string;
  hex(length: number): string;
  uuid(): string;
  /** An integer of at least 0 and below `limit`. */
  below(limit: number): number;
}

/** Ids for a request, seeded by its name and its body. */
export async function idsOf(name: string, body: Uint8Array): Promise<Ids> {
  // The name goes in afterwards, so that a large body is not copied.
  const seed = new Uint32Array(await crypto.subtle.digest("SHA-256", body as Uint8Array<ArrayBuffer>));
  seed[0] = (seed[0] ?? 0) ^ hashText(name);
  return seededIds(seed);
}

/** A small fast generator (sfc32); it has to look random, not to keep a secret. */
export function seededIds(seed: Uint32Array): Ids {
  let [a = 1, b = 2, c = 3, d = 4] = seed;
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  const digits = (alphabet: string, length: number): string => {
    let out = "";
    for (let i = 0; i < length; i++) out += alphabet[below(alphabet.length)];
    return out;
  };
  const hex = (length: number): string => digits(HEX, length);
  return {
    text: (length) => digits(ALPHANUMERIC, length),
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    below,
  };
}

/** FNV-1a: a seed for what depends on a text alone. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

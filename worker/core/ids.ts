/** Identifiers: base62, so that they need no escaping anywhere, and sortable by time where lists page by them. */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^8 milliseconds reach to the year 8888. */
const TIME_DIGITS = 8;
const RANDOM_DIGITS = 14;

/** Random bytes are drawn this many at a time: a call for each id would cost more than the rest of making it. */
const POOL_BYTES = 4_096;
let pool = new Uint8Array(0);
let used = 0;

function randomByte(): number {
  if (used >= pool.byteLength) {
    pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
    used = 0;
  }
  return pool[used++] ?? 0;
}

/** `length` random base62 digits (5.95 bits each), without modulo bias. */
export function randomBase62(length: number): string {
  let out = "";
  while (out.length < length) {
    const byte = randomByte();
    // 248 is the largest multiple of 62 in a byte: anything above would favour the first digits.
    if (byte < 248) out += ALPHABET[byte % 62];
  }
  return out;
}

/** `bytes` as a base62 number of exactly `length` digits (the low ones, where it has more). */
export function base62(bytes: Uint8Array, length: number): string {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  let out = "";
  for (let i = 0; i < length; i++) {
    out = ALPHABET[Number(value % 62n)] + out;
    value /= 62n;
  }
  return out;
}

/** When an id of `newId` was made, in milliseconds since the epoch; NaN where it is none. */
export function timeOfId(id: string): number {
  let time = 0;
  for (const digit of id.slice(id.indexOf("_") + 1).slice(0, TIME_DIGITS)) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return Number.NaN;
    time = time * 62 + value;
  }
  return time;
}

/** What comes before every id that `newId` makes from `time` (milliseconds since the epoch) on, and after all before. */
export function idsFrom(prefix: string, time: number): string {
  let digits = "";
  let rest = Math.floor(time);
  for (let i = 0; i < TIME_DIGITS; i++) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return `${prefix}_${digits}`;
}

/** A new id `prefix_…` whose order is the order of `now` (milliseconds since the epoch). */
export const newId = (prefix: string, now: number): string => `${idsFrom(prefix, now)}${randomBase62(RANDOM_DIGITS)}`;

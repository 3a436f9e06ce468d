/** Lets only whole events of a stream pass, so that it can be ended after any of them. */

const LF = 10;
const CR = 13;

/** The index behind the last blank line of `bytes`, 0 where there is none. */
export function lastEventEnd(bytes: Uint8Array): number {
  for (let at = bytes.byteLength - 1; at > 0; at--) if (isEventEnd(bytes, at)) return at + 1;
  return 0;
}

/** The index behind the first blank line after `from`; the end where there is none. */
export function nextEventEnd(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.byteLength; at++) if (isEventEnd(bytes, at)) return at + 1;
  return bytes.byteLength;
}

/** Whether a blank line ends with the byte at `at`: LF LF, or LF CR LF. */
const isEventEnd = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === LF && (bytes[at - 1] === LF || (bytes[at - 1] === CR && bytes[at - 2] === LF));

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.byteLength + b.byteLength);
  joined.set(a, 0);
  joined.set(b, a.byteLength);
  return joined;
}

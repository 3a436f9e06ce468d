/** What an authenticator app does (RFC 6238): the code of a moment, from what its QR code says. */

const PERIOD_SECONDS = 30;

/** The six digits at `now`, for an `otpauth://` address. */
export async function totp(uri: string, now = Date.now()): Promise<string> {
  const secret = base32(new URL(uri).searchParams.get("secret") ?? "");
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(now / 1000 / PERIOD_SECONDS)));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  const number = mac.getUint32(mac.getUint8(mac.byteLength - 1) & 15) & 0x7f_ff_ff_ff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Six digits that are surely not those of now, nor of the steps beside it. */
export async function wrongTotp(uri: string): Promise<string> {
  const near = await Promise.all([-1, 0, 1].map((step) => totp(uri, Date.now() + step * PERIOD_SECONDS * 1000)));
  return ["000000", "111111", "222222", "333333"].find((code) => !near.includes(code)) ?? "";
}

function base32(text: string): Uint8Array<ArrayBuffer> {
  const bits = [...text.replace(/=+$/, "")]
    .map((char) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"))
    .join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

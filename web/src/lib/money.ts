/** Money in the browser: decimal USD strings from the API become integers of nanodollars, so that sums are exact. */

/** A decimal USD string in nanodollars. The API sends nine decimals at most; a null stays null. */
export function nanosOf(usd: string): number;
export function nanosOf(usd: string | null): number | null;
export function nanosOf(usd: string | null): number | null {
  if (usd === null) return null;
  const negative = usd.startsWith("-");
  const [whole = "0", fraction = ""] = usd.replace("-", "").split(".");
  const amount = Number(whole) * 1e9 + Number(fraction.slice(0, 9).padEnd(9, "0"));
  return negative ? -amount : amount;
}

/**
 * What a person typed without its dollar sign and the commas between thousands. Null where a comma stands elsewhere: `0,50`
 * is half a dollar to whoever types it, and must not become fifty.
 */
export function ungrouped(text: string): string | null {
  const plain = text.trim().replace(/^\$\s*/, "");
  if (!plain.includes(",")) return plain;
  return /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain) ? plain.replaceAll(",", "") : null;
}

/** What a person typed (`1,200`, `$12.50`, `0.05`) as the API's decimal string, or null where it is no amount above zero. */
export function usdFromInput(text: string): string | null {
  const plain = ungrouped(text);
  if (plain === null || !/^(\d{1,7}(\.\d{0,9})?|\.\d{1,9})$/.test(plain)) return null;
  const usd = plain.replace(/\.$/, "").replace(/^\./, "0.");
  return nanosOf(usd) > 0 ? usd : null;
}

/** A decimal string without its trailing zeros, as a person would type it: `12.500000000` → `12.50`. */
export function inputFromUsd(usd: string): string {
  const [whole = "0", fraction = ""] = usd.split(".");
  const digits = fraction.replace(/0+$/, "");
  return digits === "" ? whole : `${whole}.${digits.padEnd(2, "0")}`;
}

/** Decimal numbers as exact integers, without a float in between. */

/**
 * `value` × 10^`shift` ÷ `divisor` as an integer, rounded up. A number is read by its shortest decimal form, which is what
 * its author wrote: `picosFromNumber(0.0028, 6)` is 2800 where `0.0028 * 1e6` is not.
 * @throws RangeError when it is negative, no decimal number, or no safe integer.
 */
export function scaledUp(value: number | string, shift: number, divisor = 1): number {
  const match = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(String(value));
  if (!match || String(value) === "") throw new RangeError(`not a decimal number: ${value}`);
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const power = shift + Number(exponent) - fraction.length;
  const digits = BigInt(`${whole}${fraction}` || "0");
  const numerator = power >= 0 ? digits * 10n ** BigInt(power) : digits;
  const denominator = BigInt(divisor) * (power >= 0 ? 1n : 10n ** BigInt(-power));
  const scaled = Number((numerator + denominator - 1n) / denominator);
  if (!Number.isSafeInteger(scaled)) throw new RangeError(`no safe integer: ${value} × 10^${shift}`);
  return scaled;
}

/** Dollars for a million units, as picodollars a unit. */
export const picosPerMillion = (usd: number | string): number => scaledUp(usd, 6);
/** Dollars for a thousand units, as picodollars a unit. */
export const picosPerThousand = (usd: number | string): number => scaledUp(usd, 9);
/** Dollars for an hour, as picodollars a millisecond. */
export const picosPerHour = (usd: number | string): number => scaledUp(usd, 12, 3_600_000);
/** Dollars for one unit, as picodollars. */
export const picosEach = (usd: number | string): number => scaledUp(usd, 12);

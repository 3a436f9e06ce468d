/**
 * Money. Prices are integers in picodollars a unit, costs and limits integers in nanodollars:
 * JavaScript's safe integers then hold $9.0 M a counter. Floats never touch money; on the wire
 * it is a decimal string in USD.
 */

/** An integer number of nanodollars (1e-9 USD). */
export type Nanos = number;
/** An integer number of picodollars (1e-12 USD), always a price of one unit. */
export type Picos = number;

const NANOS_PER_USD = 1_000_000_000n;
const PICOS_PER_NANO = 1_000n;

/**
 * `amount` nanodollars as a decimal string in USD with nine decimals: `912345` → `"0.000912345"`. A sum above $9.0 M,
 * which is no safe integer, is shown as near as it is known: all sums of a tenant must not end with it.
 * @throws RangeError when it is no integer.
 */
export function usdFromNanos(amount: Nanos): string {
  if (!Number.isInteger(amount)) throw new RangeError(`not an integer of nanodollars: ${amount}`);
  const sign = amount < 0 ? "-" : "";
  const digits = BigInt(Math.abs(amount)).toString().padStart(10, "0");
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/**
 * A decimal USD amount (`"12"`, `"0.000000001"`) in nanodollars, or null where it is no plain
 * decimal, has more than nine decimals, or does not fit a safe integer.
 */
export function nanosFromUsd(text: string): Nanos | null {
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return null;
  const [, sign, whole = "0", fraction = ""] = match;
  const nanos = BigInt(whole) * NANOS_PER_USD + BigInt(fraction.padEnd(9, "0"));
  const amount = Number(sign ? -nanos : nanos);
  return Number.isSafeInteger(amount) ? amount : null;
}

/** Exact: a part is not rounded. */
export function usdFromPicos(picos: bigint): string {
  const digits = picos.toString().padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

/** One part of a cost: a count of units at a price each. */
export interface CostPart {
  /** What was counted, e.g. `input`, `input_cached`, `output`. */
  kind: string;
  units: number;
  pricePicos: Picos;
}

/** The sum of `parts` in nanodollars, rounded up once. Counts and prices are non-negative integers. */
export function costOf(parts: readonly CostPart[]): Nanos {
  let picos = 0n;
  for (const part of parts) picos += BigInt(part.units) * BigInt(part.pricePicos);
  return Number((picos + PICOS_PER_NANO - 1n) / PICOS_PER_NANO);
}

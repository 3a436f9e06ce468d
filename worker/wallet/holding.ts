/** What a claim holds, and what its limits have left, as the gateway is told. */
import type { Tightest } from "../core/lease.ts";
import type { Nanos } from "../core/money.ts";
import { floatOf } from "./leases.ts";
import type { Claim, Lease } from "./state.ts";
import type { Hold } from "./types.ts";

/** What it holds by now. */
export function heldBy({ parts }: Claim): Pick<Hold, "nanos" | "tokens"> {
  let tokens: number | null = null;
  for (const { lease, held } of parts) if (lease.unit === "tokens") tokens = held;
  return { nanos: parts[0]?.held ?? 0, tokens };
}

/** What the tightest hard limit of a lease has left for new requests of this isolate; null without one. */
export function remainingOf(lease: Lease): number | null {
  if (lease.unlimited || !lease.tightest) return null;
  return Math.max(0, lease.free + floatOf(lease));
}

/** What the tightest hard budget has left. */
export const remainingNanosOf = ({ parts }: Claim): Nanos | null => (parts[0] ? remainingOf(parts[0].lease) : null);

const NO_RATES: readonly Tightest[] = [];

/** What is left of the limits on requests and tokens. */
export function ratesOf({ parts }: Claim): readonly Tightest[] {
  if (parts.length === 1) return NO_RATES;
  return parts.flatMap(({ lease }) => {
    const free = lease.unit === "nanos" || lease.unit === "concurrent" ? null : remainingOf(lease);
    return free === null || !lease.tightest ? [] : [{ ...lease.tightest, free }];
  });
}

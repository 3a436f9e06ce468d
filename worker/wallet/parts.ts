/** What a claim takes of each unit, before and after its request. */
import type { Amounts, UnkeyedFacts } from "../core/lease.ts";
import { UNITS, type Unit } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";
import { bucketsOf, leaseFor, leaseForUnknown } from "./leases.ts";
import type { Lease, Part, WalletState } from "./state.ts";

/** What a request that can take `most` needs in `unit`. */
export const needIn = (unit: Unit, most: Amounts): number => amountIn(unit, most, 1);

/** What a running request that wants `more` needs in `unit` besides: it is one request still. */
export const moreIn = (unit: Unit, more: Amounts): number => amountIn(unit, more, 0);

/** What `event` takes of a part for good. Where nobody could say what was used, tokens are booked at what they were held for. */
export function spentOn(part: Part, event: UsageEvent): number {
  const tokens = event.usageSource === "bound" ? part.held : event.tokens.input + event.tokens.output;
  return ownOn(part, { nanos: event.costNanos ?? 0, tokens });
}

/** What a claim's own attempts take of a part for good. A request that was sent is counted; one that runs takes nothing. */
export const ownOn = ({ lease: { unit }, held }: Part, own: Amounts): number =>
  amountIn(unit, own, unit === "requests" ? held : 0);

function amountIn(unit: Unit, { nanos, tokens }: Amounts, requests: number): number {
  switch (unit) {
    case "nanos":
      return nanos;
    case "tokens":
      return tokens;
    case "requests":
    case "concurrent":
      return requests;
  }
}

/** The parts of a request with `facts`, of the leases that it draws on. */
export const partsFor = (wallet: WalletState, facts: ScopeFacts, most: Amounts): Part[] =>
  bucketsOf(wallet, facts).map((bucket) => newPart(leaseFor(wallet, facts, bucket), needIn(bucket.unit, most)));

/** The parts of a request whose limits only the ledger can name: of a lease in every unit. */
export const partsForUnknown = (
  wallet: WalletState,
  unkeyed: { keyHash: string; said: UnkeyedFacts },
  most: Amounts,
): Part[] => UNITS.map((unit) => newPart(leaseForUnknown(wallet, unkeyed, unit), needIn(unit, most)));

const newPart = (lease: Lease, need: number): Part => ({ lease, need, held: 0, more: 0 });

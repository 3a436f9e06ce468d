/** What a claim takes of each unit, before and after its request. */
import type { Amounts, UnkeyedFacts } from "../core/lease.ts";
import { UNITS, type Unit } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";
import { bucketsOf, leaseFor, leaseForUnknown } from "./leases.ts";
import type { Lease, Part, WalletState } from "./state.ts";

/** What a request that can take `most` needs in `unit`. */
export function needIn(unit: Unit, most: Amounts): number {
  switch (unit) {
    case "nanos":
      return most.nanos;
    case "tokens":
      return most.tokens;
    case "requests":
    case "concurrent":
      return 1;
  }
}

/** What a running request that wants `more` needs in `unit` besides: it is one request still. */
export function moreIn(unit: Unit, more: Amounts): number {
  switch (unit) {
    case "nanos":
      return more.nanos;
    case "tokens":
      return more.tokens;
    case "requests":
    case "concurrent":
      return 0;
  }
}

/** What `event` takes of a part for good. Requests that run at once take nothing. */
export function spentOn({ lease, held }: Part, event: UsageEvent): number {
  switch (lease.unit) {
    case "nanos":
      return event.costNanos ?? 0;
    case "tokens": {
      // Where nobody could say what was used, it is booked at what it was held for.
      const isUnknown = event.usageSource === "bound";
      return isUnknown ? held : event.tokens.input + event.tokens.output;
    }
    case "requests":
      // Counted when it was sent.
      return held;
    case "concurrent":
      return 0;
  }
}

/** What a claim's own attempts take of a part for good. A request that was sent is counted already. */
export function ownOn({ lease, held }: Part, own: Amounts): number {
  switch (lease.unit) {
    case "nanos":
      return own.nanos;
    case "tokens":
      return own.tokens;
    case "requests":
      return held;
    case "concurrent":
      return 0;
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

/** Requests as the adversary runs them: what they hold, what they have cost so far, and how they end. */
import type { Pot } from "../../durable-objects/rows.ts";
import { lostEvent } from "../../worker/core/lost.ts";
import type { ScopeFacts } from "../../worker/core/scope.ts";
import type { UsageEvent } from "../../worker/core/usage.ts";
import type { Claim, WalletState } from "../../worker/wallet/state.ts";

/** One isolate: its wallet, and how wrong its clock is. */
export interface Isolate {
  state: WalletState;
  skewMs: number;
}

export interface SimRequest {
  id: string;
  kind: "plain" | "stream";
  /** Null once its isolate has vanished or its wallet was forgotten: it runs on and nobody will settle it. */
  isolate: Isolate | null;
  claim: Claim;
  facts: ScopeFacts;
  phase: "waiting" | "held" | "running" | "ended" | "gone";
  /** The most that the present attempt can cost, and what earlier attempts did. */
  bound: number;
  past: number;
  /** What the provider will bill for what was done so far. */
  cost: number;
  /** What a stream's meter has seen. */
  seen: number;
  /** What it was booked at by itself. */
  booked: number | null;
  /** Its context died while the isolate lives on. */
  isDead: boolean;
  isTopping: boolean;
  isCut: boolean;
  /** Where its lease's money is; null until the ledger has heard of the lease. */
  pots: Pot[] | null;
  /** No hard budget covers it. */
  isUnlimited: boolean;
  /** Wallet and lease at dispatch. */
  leaseKey: string;
}

/** The most that the provider may bill for it in the end. */
export const potentialOf = ({ kind, claim, past, bound, cost }: SimRequest): number =>
  kind === "stream" ? Math.max(claim.held, cost) : Math.max(claim.held, past + bound, cost);

export function eventOf(request: SimRequest, cost: number, now: number): UsageEvent {
  const lost = lostEvent({ id: request.id, tenant: "t", time: now, facts: request.facts, mode: "live", nanos: cost });
  // As after a fallback: who answered is another model than the one that was held for.
  return { ...lost, model: "answered", status: "ok", flags: [], usageSource: "provider" };
}

/** Requests as the adversary runs them: what they hold, what they have cost so far, and how they end. */
import type { Pot } from "../../durable-objects/rows.ts";
import type { Amounts } from "../../worker/core/lease.ts";
import { lostEvent } from "../../worker/core/lost.ts";
import type { Unit } from "../../worker/core/policy.ts";
import type { ScopeFacts } from "../../worker/core/scope.ts";
import { NO_TOKENS, type UsageEvent } from "../../worker/core/usage.ts";
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
  /** What it holds, as it was when it was held. */
  shares: HeldShare[];
}

/** What a request holds of one lease. */
export interface HeldShare {
  unit: Unit;
  lease: number;
  /** Wallet and lease. */
  key: string;
  /** Where it was granted from; null until the ledger has heard of the lease. */
  pots: Pot[] | null;
  /** No hard limit covers it. */
  isUnlimited: boolean;
}

/** Tokens for each nanodollar, so that what is true of one can be told of the other. */
export const TOKENS = 2;

export const amountsOf = (nanos: number): Amounts => ({ nanos, tokens: nanos * TOKENS });

/** `nanos` of one running request in `unit`. Requests were counted when they were sent. */
export function inUnit(unit: Unit, nanos: number): number {
  switch (unit) {
    case "nanos":
      return nanos;
    case "tokens":
      return nanos * TOKENS;
    case "requests":
      return 0;
    case "concurrent":
      return 1;
  }
}

/** Its wallet has booked it as lost, or will never hear of it again: it runs on at its provider alone. */
export const isLeft = ({ isolate, isDead, claim }: SimRequest): boolean =>
  isolate === null || isDead || claim.state === "gone";

export const heldOf = (claim: Claim): number => claim.parts[0]?.held ?? 0;
export const costShareOf = ({ shares }: SimRequest): HeldShare | undefined => shares[0];

/** The most that the provider may bill for it in the end. */
export const potentialOf = ({ kind, claim, past, bound, cost }: SimRequest): number =>
  kind === "stream" ? Math.max(heldOf(claim), cost) : Math.max(heldOf(claim), past + bound, cost);

export function eventOf(request: SimRequest, cost: number, now: number): UsageEvent {
  const lost = lostEvent({ id: request.id, tenant: "t", time: now, facts: request.facts, mode: "live", nanos: cost });
  // As after a fallback: who answered is another model than the one that was held for.
  const tokens = { ...NO_TOKENS, input: cost * TOKENS };
  return { ...lost, model: "answered", status: "ok", flags: [], usageSource: "provider", tokens };
}

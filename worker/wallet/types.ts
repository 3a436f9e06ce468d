/** What the gateway asks of the wallet. The wallet alone talks to the ledger on the path of a request. */
import type { BackgroundStart } from "../core/background.ts";
import type { Amounts, Tightest } from "../core/lease.ts";
import type { Nanos } from "../core/money.ts";
import type { Credential, KeyRecord, Limit, PriceRecord } from "../core/policy.ts";
import type { RouteRecord } from "../core/route.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";

/** What a key may use, as the ledger said at most `VALID` ago. */
export interface Grant {
  tenant: string;
  key: KeyRecord;
  /** The tenant's credentials, sealed. */
  credentials: readonly Credential[];
  /** The tenant's own prices, one a model. */
  prices: readonly PriceRecord[];
  routes: readonly RouteRecord[];
  /** Of budgets that routes ask for, as they name them: how much is spent, in percent. Moves with each of the ledger's answers. */
  budgetsUsed: ReadonlyMap<string, number>;
}

export type Identified =
  | { outcome: "known"; grant: Grant }
  | { outcome: "unknown" | "revoked" | "expired" }
  /** The ledger is out of reach and nothing valid is at hand. */
  | { outcome: "unavailable" };

/** The part of the budgets that a running request may still spend. Plain data. */
export interface Hold {
  /** The request's id. */
  readonly id: string;
  readonly tenant: string;
  /** What is held by now; a top-up raises it. Tokens are null where no limit counts them. */
  nanos: Nanos;
  tokens: number | null;
  /** What was left of the tightest hard budget when it was granted, this hold taken off; null without one. */
  remainingNanos: Nanos | null;
  /** What limits on requests and on tokens have left, by what was last heard; empty where there are none. */
  readonly rates: readonly Tightest[];
}

export type HoldOutcome =
  | { outcome: "held"; hold: Hold }
  | {
      outcome: "refused";
      limit: Limit;
      /** What is left of it in its unit, leases of others taken off. */
      remaining: number;
      /** Milliseconds since the epoch; null: never. */
      resetsAt: number | null;
    }
  | { outcome: "revoked" }
  | { outcome: "unavailable" };

export interface Wallet {
  /**
   * Who this key is. A key that the isolate does not know costs one ledger call, which also brings a lease
   * for `hint`, so that the `hold` that follows needs no second one.
   */
  identify(keyHash: string, hint?: HoldHint): Promise<Identified>;
  /**
   * Before a refusal that a newer policy could lift: the grant of the key that was identified, by one that is newer than
   * what told of it; null where there is none. Costs a call, but for who asks again and again in vain.
   */
  renew(): Promise<Grant | null>;
  /** The limits that cover a request with these facts; null where the ledger has to be asked first (`askLimits`). */
  limitsOn(facts: ScopeFacts): readonly Limit[] | null;
  /** As `limitsOn`, with a call of the ledger; null where that is out of reach. */
  askLimits(facts: ScopeFacts): Promise<readonly Limit[] | null>;
  /**
   * Holds `most` in every limit that covers `facts`, from the leases where they suffice. Atomic over all of them. Of a request
   * that runs and goes on with another hold, `after` is the one that it has: it stays one request, and is to `leave` that.
   */
  hold(request: { id: string; facts: ScopeFacts; most: Amounts; after?: Hold | undefined }): Promise<HoldOutcome>;
  /** Just before the bytes leave: false where the hold may no longer be used (revoked, gone stale); it is then released. */
  dispatch(hold: Hold): boolean;
  /** Raises a running request's hold by `more`. */
  topUp(hold: Hold, more: Amounts): Promise<HoldOutcome>;
  /** Whether the same limits cover requests with either facts: then one hold serves both. */
  sharesLimits(a: ScopeFacts, b: ScopeFacts): boolean;
  /** Ends a running hold whose attempt failed at this price; the request goes on with the hold `to`, and one event tells of both. */
  leave(hold: Hold, spent: Amounts, to: Hold): void;
  /** A sign of life of a running request; at least every 10 s. */
  alive(hold: Hold): void;
  /**
   * Turns a hold into spend and a usage event; null for an event that held nothing (a cache hit, a refusal).
   * Of an event whose earlier attempts were `leave`d, `own` is the hold's part.
   * Settling twice is settling once. The promise ends when the ledger has it (or the lease's expiry will): for `waitUntil`.
   */
  settle(hold: Hold | null, event: UsageEvent, own?: Amounts): Promise<void>;
  /** Gives back what came with the identity, where neither a hold nor a settlement follows. */
  forgo(): void;
  /** What the ledger knows of work in the background. A call: only where an answer tells what the work used. */
  startedInBackground(work: { provider: string; id: string }): Promise<BackgroundStart>;
  /** Gives back a hold whose request never left. For `waitUntil`. */
  release(hold: Hold): Promise<void>;
}

/** The facts of a request before its key is known, and what it will need. */
export interface HoldHint {
  user: string | null;
  provider: string;
  model: string;
  tags: Record<string, string>;
  session: string | null;
  /** Asked for only where the ledger has to be asked who the key is. */
  most: () => Amounts;
}

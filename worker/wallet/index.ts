/**
 * The wallet: what this isolate may spend without asking the ledger. A hot key's request is identified, held and
 * settled in memory; a sparse one costs one call. The protocol is `core/lease.ts`; `tests/lease-protocol` plays against it.
 */

import type { Ledger } from "../../durable-objects/ledger.ts";
import type { BackgroundStart } from "../core/background.ts";
import { newId } from "../core/ids.ts";
import type { Nanos } from "../core/money.ts";
import type { Budget } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";
import * as claims from "./claims.ts";
import { type Access, callLedger, drain, keepHouse, type LedgerLine, waitFor, waitForClaim } from "./driver.ts";
import { due, mustAsk, underWay } from "./due.ts";
import { ask, lookUp } from "./keys.ts";
import { bucketOf, floatOf, touch } from "./leases.ts";
import { PATIENCE_MS } from "./limits.ts";
import { type Claim, isIdle, newWallet, type WalletState } from "./state.ts";
import type { Hold, HoldHint, HoldOutcome, Identified, Wallet } from "./types.ts";

/** Idle wallets are dropped where there are more than this. */
const WALLETS = 500;
const wallets = new Map<string, WalletState>();

/** The wallet of `tenant` for one request; `waitUntil` is that request's own. */
export function openWallet(options: {
  namespace: DurableObjectNamespace<Ledger>;
  tenant: string;
  waitUntil: (promise: Promise<unknown>) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}): Wallet {
  const { namespace, tenant, waitUntil, now: clock = Date.now } = options;
  return new RequestWallet(accessTo(namespace, walletOf(tenant), clock), waitUntil);
}

/**
 * Settles and gives back what this isolate holds, for who is about to stop it: what it still held would be booked as
 * lost. Answers whether nothing is left; requests that still run, and a ledger out of reach, keep it until `deadline`.
 */
export async function drainWallets(options: {
  namespace: DurableObjectNamespace<Ledger>;
  /** Milliseconds since the epoch. */
  deadline: number;
}): Promise<boolean> {
  const { namespace, deadline } = options;
  await Promise.all([...wallets.values()].map((wallet) => drain(accessTo(namespace, wallet, Date.now), deadline)));
  return [...wallets.values()].every(isIdle);
}

const accessTo = (namespace: DurableObjectNamespace<Ledger>, wallet: WalletState, clock: () => number): Access => ({
  wallet,
  line: () => namespace.getByName(wallet.tenant) as unknown as LedgerLine,
  clock,
});

function walletOf(tenant: string): WalletState {
  let wallet = wallets.get(tenant);
  if (!wallet) {
    if (wallets.size >= WALLETS) dropIdle();
    wallet = newWallet(tenant);
    wallets.set(tenant, wallet);
  }
  return wallet;
}

function dropIdle(): void {
  for (const [tenant, wallet] of wallets) if (isIdle(wallet) && wallet.calls.size === 0) wallets.delete(tenant);
}

class RequestWallet implements Wallet {
  readonly #access: Access;
  readonly #wallet: WalletState;
  readonly #clock: () => number;
  readonly #waitUntil: (promise: Promise<unknown>) => void;
  /** What came with the identity, for the hold that follows. */
  #hinted: Claim | null = null;

  constructor(access: Access, waitUntil: (promise: Promise<unknown>) => void) {
    this.#access = access;
    this.#wallet = access.wallet;
    this.#clock = access.clock;
    this.#waitUntil = waitUntil;
  }

  async identify(keyHash: string, hint?: HoldHint): Promise<Identified> {
    const wallet = this.#wallet;
    const known = lookUp(wallet, keyHash, this.#clock());
    if (known) return known;
    const now = this.#clock();
    // One lease for the first of many that ask for the same key at once; the others hold from what it finds.
    if (ask(wallet, keyHash) && hint) {
      const { needNanos: need, ...said } = hint;
      this.#hinted = claims.arriveUnknown(wallet, { id: newId("hint", now), keyHash, said, need }, now);
    }
    let found: Identified | null = null;
    await waitFor(this.#access, {
      isWaiting: () => {
        found = lookUp(wallet, keyHash, this.#clock());
        return found === null;
      },
      asks: (at) => this.#mustAskFor(keyHash, at),
      deadline: () => now + PATIENCE_MS,
    });
    if (this.#hinted && (this.#hinted.state !== "held" || found === null)) this.#dropHinted();
    if (found === null) wallet.asking.delete(keyHash);
    return found ?? { outcome: "unavailable" };
  }

  async hold(request: { id: string; facts: ScopeFacts; needNanos: Nanos }): Promise<HoldOutcome> {
    const wallet = this.#wallet;
    const claim = this.#takeHinted(request) ?? claims.arrive(wallet, toArrival(request), this.#clock());
    if (claim.state === "waiting") await waitForClaim(this.#access, claim);
    if (claim.state === "held") {
      const { id, tenant } = { id: claim.id, tenant: wallet.tenant };
      return { outcome: "held", hold: { id, tenant, nanos: claim.held, remainingNanos: remainingOf(claim) } };
    }
    const outcome = this.#refusal(claim);
    claims.giveUp(wallet, claim, this.#clock());
    this.#tidy();
    return outcome;
  }

  dispatch(hold: Hold): boolean {
    const claim = this.#wallet.claims.get(hold.id);
    if (claim && claims.dispatch(this.#wallet, claim, this.#clock())) return true;
    this.#tidy();
    return false;
  }

  async topUp(hold: Hold, moreNanos: Nanos): Promise<HoldOutcome> {
    const claim = this.#wallet.claims.get(hold.id);
    if (claim?.state !== "running") return { outcome: "unavailable" };
    const before = claim.held;
    claims.topUp(this.#wallet, claim, { more: moreNanos, now: this.#clock() });
    if (claim.more > 0) await waitForClaim(this.#access, claim);
    if (claim.held >= before + moreNanos) {
      hold.nanos = claim.held;
      hold.remainingNanos = remainingOf(claim);
      return { outcome: "held", hold };
    }
    const outcome = this.#refusal(claim);
    claims.dropTopUp(claim);
    return outcome;
  }

  alive(hold: Hold): void {
    const now = this.#clock();
    const claim = this.#wallet.claims.get(hold.id);
    if (claim) claim.touchedAt = now;
    if (due(this.#wallet, now, underWay(this.#wallet, now))) this.#waitUntil(callLedger(this.#access));
  }

  async settle(hold: Hold | null, event: UsageEvent): Promise<void> {
    const wallet = this.#wallet;
    const now = this.#clock();
    if (this.#hinted) this.#dropHinted();
    if (hold) {
      const claim = wallet.claims.get(hold.id);
      if (!claim || !claims.settle(wallet, claim, { event, now })) return;
      claims.serve(wallet, claim.lease, now);
    } else {
      claims.record(wallet, event, now);
    }
    const { id, lastEvent } = wallet;
    await keepHouse(
      this.#access,
      () => wallet.id !== id || (wallet.events[0]?.n ?? Number.POSITIVE_INFINITY) > lastEvent,
    );
  }

  forgo(): void {
    if (this.#hinted) this.#dropHinted();
  }

  async startedInBackground(work: { provider: string; id: string }): Promise<BackgroundStart> {
    try {
      return await this.#access.line().startedInBackground(work);
    } catch {
      // Out of reach: the settlement finds out for itself.
      return { outcome: "unknown" };
    }
  }

  async release(hold: Hold): Promise<void> {
    const wallet = this.#wallet;
    const claim = wallet.claims.get(hold.id);
    if (!claim) return;
    claims.giveUp(wallet, claim, this.#clock());
    claims.serve(wallet, claim.lease, this.#clock());
    await this.#confirmed(claim);
  }

  /** Ends when the ledger has heard of what the claim's lease is now. */
  #confirmed({ lease }: Claim): Promise<void> {
    const { revision } = lease;
    return keepHouse(
      this.#access,
      () => lease.confirmed >= revision || this.#wallet.leases.get(lease.number) !== lease,
    );
  }

  #mustAskFor(keyHash: string, now: number): boolean {
    // Anew, where its answer was overtaken by a change of the policy.
    ask(this.#wallet, keyHash);
    const { asking, ack, retryAt } = this.#wallet;
    return (asking.get(keyHash)?.askedIn ?? 0) <= ack || retryAt <= now || this.#hintMustAsk(now);
  }

  #hintMustAsk(now: number): boolean {
    return this.#hinted?.state === "waiting" && mustAsk(this.#wallet, this.#hinted, now);
  }

  /** The hold that came with the identity, where it is what `request` needs. */
  #takeHinted(request: { id: string; facts: ScopeFacts; needNanos: Nanos }): Claim | null {
    const claim = this.#hinted;
    if (!claim) return null;
    const wallet = this.#wallet;
    const isFit = claim.state === "held" && claim.held >= request.needNanos;
    if (!isFit || !claim.facts || bucketOf(wallet, request.facts).bucket !== claim.lease.bucket) {
      this.#dropHinted();
      return null;
    }
    this.#hinted = null;
    wallet.claims.delete(claim.id);
    wallet.claims.set(request.id, claim);
    const excess = claim.held - request.needNanos;
    claim.lease.running -= excess;
    Object.assign(claim, { id: request.id, facts: request.facts, held: request.needNanos });
    touch(wallet, claim.lease, this.#clock());
    return claim;
  }

  #dropHinted(): void {
    if (this.#hinted) claims.giveUp(this.#wallet, this.#hinted, this.#clock());
    this.#hinted = null;
    this.#tidy();
  }

  /** Money may have come back that no settlement will follow: someone has to tell the ledger. */
  #tidy(): void {
    if (!isIdle(this.#wallet)) this.#waitUntil(keepHouse(this.#access, () => true));
  }

  #refusal(claim: Claim): HoldOutcome {
    if (claim.state === "revoked") return { outcome: "revoked" };
    const { tightest } = claim.lease;
    const budget = tightest && this.#wallet.policy?.budgets.find(({ id }) => id === tightest.budget);
    // One that waits for others' leases was answered, though the latest of its questions may still be under way.
    const isAnswered =
      claim.state === "refused" ||
      claim.moreRefused ||
      claim.waits > 0 ||
      (claim.askedIn > 0 && claim.askedIn <= this.#wallet.ack);
    if (!budget || !isAnswered) return { outcome: "unavailable" };
    return refusedBy(budget, { remainingNanos: remainingOf(claim) ?? 0, resetsAt: tightest.resetsAt });
  }
}

const refusedBy = (budget: Budget, left: { remainingNanos: Nanos; resetsAt: number | null }): HoldOutcome => ({
  outcome: "refused",
  budget,
  ...left,
});

const toArrival = ({ id, facts, needNanos: need }: { id: string; facts: ScopeFacts; needNanos: Nanos }) => ({
  id,
  facts,
  need,
});

/** What the tightest hard budget has left for new requests of this isolate; null without one. */
function remainingOf({ lease }: Claim): Nanos | null {
  if (lease.unlimited || !lease.tightest) return null;
  return Math.max(0, lease.free + floatOf(lease));
}

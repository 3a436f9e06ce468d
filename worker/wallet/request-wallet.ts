/** What one request asks of the wallet: who its key is, what it may hold, and what becomes of that. */
import type { BackgroundStart } from "../core/background.ts";
import { newId } from "../core/ids.ts";
import type { Amounts } from "../core/lease.ts";
import type { Limit } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import type { UsageEvent } from "../core/usage.ts";
import * as claims from "./claims.ts";
import { type Access, callLedger, keepHouse, waitFor, waitForClaim } from "./driver.ts";
import { due, mustAsk, underWay } from "./due.ts";
import { heldBy, ratesOf, remainingNanosOf, remainingOf } from "./holding.ts";
import { ask, knowsLimits, lookUp, mayAskAnew } from "./keys.ts";
import { bucketsOf, coveringFor, isTopping } from "./leases.ts";
import { PATIENCE_MS } from "./limits.ts";
import { type Claim, isIdle, type WalletState } from "./state.ts";
import type { Grant, Hold, HoldHint, HoldOutcome, Identified, Wallet } from "./types.ts";

/** One request's way through its tenant's wallet. */
export class RequestWallet implements Wallet {
  readonly #access: Access;
  readonly #wallet: WalletState;
  readonly #clock: () => number;
  readonly #waitUntil: (promise: Promise<unknown>) => void;
  /** What came with the identity, for the hold that follows. */
  #hinted: Claim | null = null;
  /** By which policy the key was identified last, and whether the ledger was asked for it then. */
  #told: { keyHash: string; version: number; isNew: boolean } | null = null;

  constructor(access: Access, waitUntil: (promise: Promise<unknown>) => void) {
    this.#access = access;
    this.#wallet = access.wallet;
    this.#clock = access.clock;
    this.#waitUntil = waitUntil;
  }

  async identify(keyHash: string, hint?: HoldHint): Promise<Identified> {
    const wallet = this.#wallet;
    const known = lookUp(wallet, keyHash, this.#clock());
    if (known) {
      this.#told ??= { keyHash, version: wallet.version, isNew: false };
      this.#told.version = wallet.version;
      return known;
    }
    const now = this.#clock();
    // One lease for the first of many that ask for the same key at once; the others hold from what it finds.
    if (ask(wallet, keyHash) && hint && !this.#hinted) {
      const { most, ...said } = hint;
      this.#hinted = claims.arriveUnknown(wallet, { id: newId("hint", now), keyHash, said, most: most() }, now);
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
    this.#told = { keyHash, version: wallet.version, isNew: true };
    return found ?? { outcome: "unavailable" };
  }

  async renew(): Promise<Grant | null> {
    const told = this.#told;
    const wallet = this.#wallet;
    if (!told || told.isNew) return null;
    if (wallet.version === told.version && mayAskAnew(wallet, this.#clock())) {
      told.isNew = true;
      await this.#askAnew(told.keyHash);
    }
    if (wallet.version === told.version) return null;
    const found = await this.identify(told.keyHash);
    return found.outcome === "known" ? found.grant : null;
  }

  /** Ends when a message that leaves from now on is answered, or patience does. The key is asked for along with it. */
  async #askAnew(keyHash: string): Promise<void> {
    const wallet = this.#wallet;
    const until = this.#clock() + PATIENCE_MS;
    let { id, seq } = wallet;
    ask(wallet, keyHash);
    await waitFor(this.#access, {
      isWaiting: () => {
        // Forgotten, it counts from the beginning.
        if (wallet.id !== id) ({ id, seq } = wallet);
        return wallet.ack <= seq;
      },
      asks: (now) => wallet.seq <= seq || wallet.retryAt <= now,
      deadline: () => until,
    });
    wallet.asking.delete(keyHash);
  }

  limitsOn(facts: ScopeFacts): readonly Limit[] | null {
    if (!knowsLimits(this.#wallet, facts)) return null;
    return coveringFor(this.#wallet, facts).map(({ limit }) => limit);
  }

  async askLimits(facts: ScopeFacts): Promise<readonly Limit[] | null> {
    // Its lease asks, whatever becomes of it.
    const now = this.#clock();
    const claim = claims.arrive(this.#wallet, { id: newId("ask", now), facts, most: { nanos: 0, tokens: 0 } }, now);
    if (claim.state === "waiting") await waitForClaim(this.#access, claim);
    claims.giveUp(this.#wallet, claim, this.#clock());
    this.#tidy();
    return this.limitsOn(facts);
  }

  async hold(request: {
    id: string;
    facts: ScopeFacts;
    most: Amounts;
    after?: Hold | undefined;
  }): Promise<HoldOutcome> {
    const wallet = this.#wallet;
    const after = request.after && wallet.claims.get(request.after.id);
    const claim = this.#takeHinted(request) ?? claims.arrive(wallet, { ...request, after }, this.#clock());
    if (claim.state === "waiting") await waitForClaim(this.#access, claim);
    if (claim.state === "held") {
      const { id, tenant } = { id: claim.id, tenant: wallet.tenant };
      const remainingNanos = remainingNanosOf(claim);
      return { outcome: "held", hold: { id, tenant, ...heldBy(claim), remainingNanos, rates: ratesOf(claim) } };
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

  async topUp(hold: Hold, more: Amounts): Promise<HoldOutcome> {
    const claim = this.#wallet.claims.get(hold.id);
    if (claim?.state !== "running") return { outcome: "unavailable" };
    const before = heldBy(claim).nanos;
    claims.topUp(this.#wallet, claim, { more, now: this.#clock() });
    if (isTopping(claim)) await waitForClaim(this.#access, claim);
    const held = heldBy(claim);
    if (claim.state === "running" && !isTopping(claim) && !claim.moreRefused && held.nanos >= before + more.nanos) {
      Object.assign(hold, held, { remainingNanos: remainingNanosOf(claim) });
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

  sharesLimits(a: ScopeFacts, b: ScopeFacts): boolean {
    const of = (facts: ScopeFacts) => bucketsOf(this.#wallet, facts).map(({ name }) => name);
    const [ofA, ofB] = [of(a), of(b)];
    return ofA.length === ofB.length && ofA.every((name, i) => name === ofB[i]);
  }

  leave(hold: Hold, spent: Amounts, to: Hold): void {
    const wallet = this.#wallet;
    const claim = wallet.claims.get(hold.id);
    if (!claim) return;
    claims.leave(wallet, claim, { spent, to: wallet.claims.get(to.id), now: this.#clock() });
    claims.serve(wallet, claim, this.#clock());
  }

  async settle(hold: Hold | null, event: UsageEvent, own?: Amounts): Promise<void> {
    const wallet = this.#wallet;
    const now = this.#clock();
    if (this.#hinted) this.#dropHinted();
    if (hold) {
      const claim = wallet.claims.get(hold.id);
      if (!claim || !claims.settle(wallet, claim, { event, own, now })) return;
      claims.serve(wallet, claim, now);
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
    claims.serve(wallet, claim, this.#clock());
    await this.#confirmed(claim);
  }

  /** Ends when the ledger has heard of what the claim's leases are now. */
  #confirmed({ parts }: Claim): Promise<void> {
    const { leases } = this.#wallet;
    const told = parts.map(({ lease }) => ({ lease, revision: lease.revision }));
    return keepHouse(this.#access, () =>
      told.every(({ lease, revision }) => lease.confirmed >= revision || leases.get(lease.number) !== lease),
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
  #takeHinted(request: { id: string; facts: ScopeFacts; most: Amounts }): Claim | null {
    const claim = this.#hinted;
    if (!claim) return null;
    const wallet = this.#wallet;
    const { id, facts, most } = request;
    const buckets = bucketsOf(wallet, facts);
    const isFit =
      claim.state === "held" &&
      claim.facts !== null &&
      claim.most.nanos >= most.nanos &&
      claim.most.tokens >= most.tokens &&
      buckets.length === claim.parts.length &&
      buckets.every(({ name }, i) => claim.parts[i]?.lease.bucket === name);
    if (!isFit) {
      this.#dropHinted();
      return null;
    }
    this.#hinted = null;
    wallet.claims.delete(claim.id);
    wallet.claims.set(id, claim);
    claims.lower(wallet, claim, { most, now: this.#clock() });
    return Object.assign(claim, { id, facts });
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
    const lease = claim.blockedBy;
    // One that waits for others' leases was answered, though the latest of its questions may still be under way.
    const isAnswered =
      claim.state === "refused" ||
      claim.moreRefused ||
      claim.waits > 0 ||
      (claim.askedIn > 0 && claim.askedIn <= this.#wallet.ack);
    if (!lease?.tightest || !isAnswered) return { outcome: "unavailable" };
    const { limit, resetsAt } = lease.tightest;
    return { outcome: "refused", limit, remaining: remainingOf(lease) ?? 0, resetsAt };
  }
}

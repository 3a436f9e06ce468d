/**
 * The money of a request that may take several attempts: what failed ones cost stays held beside the bound of the next. Where
 * another target has other limits (a model's own budget), what ran is left there and the next attempt holds anew.
 */
import type { Amounts } from "../../core/lease.ts";
import type { ScopeFacts } from "../../core/scope.ts";
import type { UsageEvent } from "../../core/usage.ts";
import type { Hold, HoldOutcome, Wallet } from "../../wallet/types.ts";
import type { Charge } from "../charge.ts";
import type { Holder } from "../hold.ts";

interface Current {
  hold: Hold;
  facts: ScopeFacts;
  /** What failed attempts under this hold took. */
  spent: Amounts;
  isDispatched: boolean;
}

export class LegHold implements Holder {
  readonly #wallet: Wallet;
  #current: Current | null = null;
  /** How many holds there were. */
  #holds = 0;

  constructor(wallet: Wallet) {
    this.#wallet = wallet;
  }

  limitsOn(facts: ScopeFacts) {
    return this.#wallet.limitsOn(facts);
  }

  askLimits(facts: ScopeFacts) {
    return this.#wallet.askLimits(facts);
  }

  renew() {
    return this.#wallet.renew();
  }

  /** Makes sure that `most` is held for an attempt with these facts, besides what earlier ones took. */
  async hold(request: { id: string; facts: ScopeFacts; most: Amounts }): Promise<HoldOutcome> {
    const current = this.#current;
    if (current && this.#wallet.sharesLimits(current.facts, request.facts)) return this.#raise(current, request.most);
    // Two holds of one request, for a moment, need two names.
    const id = this.#holds === 0 ? request.id : `${request.id}/${this.#holds + 1}`;
    const outcome = await this.#wallet.hold({ ...request, id, after: current?.hold });
    if (outcome.outcome !== "held") return outcome;
    if (current) this.#wallet.leave(current.hold, current.spent, outcome.hold);
    this.#holds++;
    this.#current = { hold: outcome.hold, facts: request.facts, spent: NOTHING, isDispatched: false };
    return outcome;
  }

  /** Just before an attempt leaves: false where what is held may no longer be used. */
  dispatch(): boolean {
    const current = this.#current;
    if (!current || current.isDispatched) return true;
    current.isDispatched = this.#wallet.dispatch(current.hold);
    if (!current.isDispatched) this.#current = null;
    return current.isDispatched;
  }

  alive(): void {
    if (this.#current?.isDispatched) this.#wallet.alive(this.#current.hold);
  }

  /** An attempt failed, at this price. */
  failed(charge: Charge): void {
    const current = this.#current;
    if (current) current.spent = sum(current.spent, amountsOf(charge, current.hold));
  }

  /** The whole request's event; `last` is what the last attempt cost, 0 where it was told as failed already. */
  settle(event: UsageEvent, last: Charge): Promise<void> {
    const current = this.#current;
    if (!current || this.#holds < 2) return this.#wallet.settle(current?.hold ?? null, event);
    return this.#wallet.settle(current.hold, event, sum(current.spent, amountsOf(last, current.hold)));
  }

  async #raise({ hold, spent }: Current, most: Amounts): Promise<HoldOutcome> {
    const needed = sum(most, spent);
    const more = {
      nanos: Math.max(0, needed.nanos - hold.nanos),
      tokens: Math.max(0, needed.tokens - (hold.tokens ?? needed.tokens)),
    };
    if (more.nanos === 0 && more.tokens === 0) return { outcome: "held", hold };
    return this.#wallet.topUp(hold, more);
  }
}

const NOTHING: Amounts = { nanos: 0, tokens: 0 };
const sum = (a: Amounts, b: Amounts): Amounts => ({ nanos: a.nanos + b.nanos, tokens: a.tokens + b.tokens });

/** Where nobody could say what was used, tokens are booked at what they were held for. */
const amountsOf = (charge: Charge, hold: Hold): Amounts => ({
  nanos: charge.costNanos ?? 0,
  tokens: charge.usageSource === "bound" ? (hold.tokens ?? 0) : charge.tokens.input + charge.tokens.output,
});

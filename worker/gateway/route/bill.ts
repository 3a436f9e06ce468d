/** What all attempts of a request cost together, and the one event that tells of them. */
import type { UsageEvent } from "../../core/usage.ts";
import type { Wallet } from "../../wallet/types.ts";
import type { Call } from "../call.ts";
import { type Charge, NO_CHARGE } from "../charge.ts";
import type { Tried } from "../delivery.ts";
import { type Ending, eventOf } from "../event.ts";
import { LegHold } from "./leg-hold.ts";
import type { Ready } from "./types.ts";

export class Bill {
  readonly money: LegHold;
  readonly #earlier: Tried[] = [];
  #firstSentAt: number | null = null;
  #sentAt = 0;

  constructor(wallet: Wallet) {
    this.money = new LegHold(wallet);
  }

  /** Attempts that failed, in their order. */
  get earlier(): readonly Tried[] {
    return this.#earlier;
  }

  /** An attempt leaves. */
  sent(at: number): void {
    this.#sentAt = at;
    this.#firstSentAt ??= at;
  }

  /** An attempt failed; others may follow. */
  failed(tried: Tried): void {
    this.#earlier.push(tried);
    this.money.failed(tried.charge);
  }

  settle(call: Call, ending: Ending): Promise<void> {
    return this.money.settle(this.#eventOf(call, ending), ending.charge ?? NO_CHARGE);
  }

  /** A fault of ours after a request left: what it cost is not known, so the bound is spent, never nothing. */
  settleFault(call: Call, ready: Ready | null): Promise<void> {
    const isSent = this.#firstSentAt !== null;
    const charge: Charge =
      ready && isSent ? { ...NO_CHARGE, costNanos: ready.admission.boundNanos, usageSource: "bound" } : NO_CHARGE;
    return this.settle(ready?.call ?? call, {
      status: "error",
      httpStatus: null,
      charge,
      errorCode: "internal",
      attempted: isSent,
    });
  }

  #eventOf(call: Call, ending: Ending): UsageEvent {
    const before = this.#earlier.reduce((sum, { charge }) => sum + (charge.costNanos ?? 0), 0);
    const bound = ending.boundNanos ?? null;
    return eventOf(
      call,
      {
        ...ending,
        boundNanos: bound === null ? null : bound + before,
        ...(this.#firstSentAt !== null && { dispatchedAt: this.#firstSentAt, attemptedAt: this.#sentAt }),
        earlier: this.#earlier,
      },
      Date.now(),
    );
  }
}

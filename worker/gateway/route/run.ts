/**
 * A request that may take several attempts: targets in order, each with its tries and credentials, until one answers. What
 * goes to the client goes once, and one event tells of all that was tried.
 */
import { type GatewayError, gatewayError } from "../../core/errors.ts";
import { isHealthy } from "../../routing/health-book.ts";
import { delayMs } from "../../routing/retry.ts";
import { admit } from "../admit.ts";
import type { Call } from "../call.ts";
import { NO_CHARGE } from "../charge.ts";
import type { Ending } from "../event.ts";
import { Pulse } from "../pulse.ts";
import { errorResponse } from "../respond.ts";
import { attempt } from "./attempt.ts";
import { Bill } from "./bill.ts";
import { atStandardTier, prepare, windowOf } from "./prepare.ts";
import type { Failed, LegSource, Ready, Routed } from "./types.ts";

/** Sends the call to one target after another and sees it through to its settlement. */
export async function deliverRouted(of: Routed): Promise<void> {
  const run = new Run(of);
  try {
    const { call, ending } = await run.all();
    // Who waits for this answer need not wait for its settlement.
    of.lead?.end();
    await run.bill.settle(call, ending);
  } catch (cause) {
    console.error(JSON.stringify({ level: "error", request: of.call.id, message: String(cause) }));
    of.respond(errorResponse(gatewayError("internal", "An unexpected error."), of.call.id, of.shape));
    await run.bill.settleFault(of.call, run.ready);
  } finally {
    run.stop();
  }
}

class Run {
  readonly bill: Bill;
  /** The leg that is tried. */
  ready: Ready | null = null;
  readonly #of: Routed;
  readonly #pulse: Pulse;
  /** The last answer of a provider, else the last failure without one. */
  #told: { call: Call; failed: Failed } | null = null;
  /** Why a target was not tried. */
  #denied: GatewayError | null = null;
  /** A context window that the request did not fit into. */
  #tooSmall: number | null = null;
  readonly #deadline: number;

  constructor(of: Routed) {
    this.#of = of;
    this.bill = new Bill(of.wallet);
    this.#pulse = new Pulse(() => {
      this.bill.money.alive();
      of.lead?.flight.alive(Date.now());
    });
    const totalMs = of.policy?.timeouts.totalMs;
    this.#deadline = totalMs === undefined ? Number.POSITIVE_INFINITY : of.call.arrivedAt + totalMs;
  }

  stop(): void {
    this.#pulse.stop();
  }

  /** All legs in turn; the ending, and the call that it is of. */
  async all(): Promise<{ call: Call; ending: Ending }> {
    const { legs } = this.#of;
    for (const [index, leg] of legs.entries()) {
      if (Date.now() >= this.#deadline) break;
      const ready = await this.#prepare(leg, { isFirst: index === 0, isLast: index === legs.length - 1 });
      if (!ready) continue;
      this.ready = ready;
      const ending = await this.#leg(ready);
      if (ending === "tell") break;
      if (ending !== "next") return { call: ready.call, ending };
    }
    return this.#giveUp();
  }

  async #prepare(leg: LegSource, place: Pick<Ready, "isFirst" | "isLast">): Promise<Ready | null> {
    const made = await prepare(this.#of, leg, { ...place, money: this.bill.money, tooSmall: this.#tooSmall });
    if (made.ok) return made.value;
    this.#denied ??= made.error;
    return null;
  }

  /** One target, with all its tries: its ending, or where to go from here. */
  async #leg(first: Ready): Promise<Ending | "next" | "tell"> {
    let ready = first;
    const { policy, client } = this.#of;
    const by = { credential: ready.accesses[0]?.credential ?? "", now: Date.now() };
    // Whoever failed of late is asked once, as a last resort.
    const tries = policy && isHealthy(ready.call.grant.tenant, ready.target, by) ? policy.retries.attempts : 1;
    let credentials = ready.accesses;
    for (let number = 1; ; ) {
      const [access, ...others] = credentials;
      if (!access) return "next";
      const canRotate = others.length > 0;
      const mayFollow = !ready.isLast || canRotate || number < tries || ready.call.levers.flex;
      const at = { of: this.#of, bill: this.bill, pulse: this.#pulse, deadline: this.#deadline };
      const result = await attempt({ ...at, ready, access, mayFollow, canRotate });
      if (!("verdict" in result)) return result;
      this.#failed(ready, result);
      const { verdict } = result;
      if (verdict.kind === "tell") return "tell";
      if (verdict.kind === "next") return "next";
      if (verdict.kind === "standard") {
        ready = atStandardTier(ready);
        this.ready = ready;
        continue;
      }
      if (verdict.kind === "larger") {
        this.#tooSmall = Math.max(this.#tooSmall ?? 0, windowOf(ready.call) ?? 0);
        return "next";
      }
      if (verdict.kind === "credential") {
        if (others.length > 0) {
          credentials = others;
          continue;
        }
        if (verdict.refused) return "next";
      }
      number++;
      if (number > tries) return "next";
      const maxDelayMs = policy?.retries.maxDelayMs ?? 0;
      const wait = delayMs({ next: number, askedMs: verdict.waitMs, maxDelayMs, random: Math.random() });
      if (wait === null || Date.now() + wait >= this.#deadline) return "next";
      await pause(wait, client);
      if (client.aborted) return "tell";
      credentials = ready.accesses.slice(0, 1);
      if (result.tried.charge.costNanos !== 0 && !(await this.#holdAgain(ready))) return "next";
    }
  }

  #failed({ call }: Ready, failed: Failed): void {
    if (failed.isAnswer || !this.#told?.failed.isAnswer) this.#told = { call, failed };
    this.bill.failed(failed.tried);
  }

  /** What the failed try cost was meant for this one. */
  async #holdAgain(ready: Ready): Promise<boolean> {
    const admitted = await admit(ready.call, this.bill.money);
    if (admitted.ok) Object.assign(ready, admitted.value);
    else this.#denied ??= admitted.error;
    return admitted.ok;
  }

  /** Nothing answered: the client hears of the last failure, else why nothing was tried. */
  async #giveUp(): Promise<{ call: Call; ending: Ending }> {
    const told = this.#told;
    if (told) {
      const ending = await told.failed.tell(this.bill.earlier.slice(0, -1));
      // What it cost is told by the attempts.
      return { call: told.call, ending: { ...ending, charge: NO_CHARGE, attempted: false } };
    }
    const error = this.#denied ?? gatewayError("upstream_timeout", "There was no time left to ask any target.");
    this.#of.respond(errorResponse(error, this.#of.call.id, this.#of.shape));
    const budget = error.code === "budget_exceeded" ? error.details?.budget : undefined;
    return {
      call: this.#of.call,
      ending: {
        status: "denied",
        httpStatus: error.status,
        errorCode: error.code,
        refusedBy: typeof budget === "string" ? budget : undefined,
      },
    };
  }
}

/** Waits; no longer than the client does. */
async function pause(ms: number, client: AbortSignal): Promise<void> {
  if (ms <= 0 || client.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    client.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

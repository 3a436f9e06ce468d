/** How long a route waits for what of an answer. One limit at a time, on the request's one timer. */
import type { RouteTimeouts } from "../../core/route.ts";
import type { Pulse } from "../pulse.ts";

/** What took too long. */
export type Overdue = "first_token" | "stall" | "total";

export class Patience {
  readonly #pulse: Pulse;
  readonly #timeouts: RouteTimeouts;
  readonly #sentAt: number;
  /** When the whole request has to be over. */
  readonly #deadline: number;
  readonly #giveUp: () => void;
  #movedAt = 0;
  /** Null while nothing did. */
  overdue: Overdue | null = null;

  constructor(of: { pulse: Pulse; timeouts: RouteTimeouts; sentAt: number; deadline: number; giveUp: () => void }) {
    this.#pulse = of.pulse;
    this.#timeouts = of.timeouts;
    this.#sentAt = of.sentAt;
    this.#deadline = of.deadline;
    this.#giveUp = of.giveUp;
  }

  /** The head of a stream is there: now its first token has to come. */
  awaitToken(): void {
    const { firstTokenMs } = this.#timeouts;
    this.#limit("first_token", firstTokenMs === undefined ? Number.POSITIVE_INFINITY : this.#sentAt + firstTokenMs);
  }

  /** The answer is under way: it must not stall. */
  awaitRest(): void {
    this.moved();
    this.#watchStall();
  }

  /** A chunk came. */
  moved(): void {
    this.#movedAt = Date.now();
  }

  done(): void {
    this.#pulse.noLimit();
  }

  /** Looked at when it may be due, and not with each chunk: timers are dear. */
  #watchStall(): void {
    const { stallMs } = this.#timeouts;
    const at = stallMs === undefined ? Number.POSITIVE_INFINITY : this.#movedAt + stallMs;
    this.#limit("stall", at, () => {
      if (stallMs !== undefined && Date.now() < this.#movedAt + stallMs) {
        this.#watchStall();
        return true;
      }
      return false;
    });
  }

  #limit(what: Overdue, at: number, isPutOff: () => boolean = () => false): void {
    const until = Math.min(at, this.#deadline);
    if (until === Number.POSITIVE_INFINITY) {
      this.#pulse.noLimit();
      return;
    }
    this.#pulse.limit(until - Date.now(), () => {
      const isOver = Date.now() >= this.#deadline;
      if (!isOver && isPutOff()) return;
      this.overdue = isOver ? "total" : what;
      this.#giveUp();
    });
  }
}

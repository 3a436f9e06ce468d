/**
 * Wakes the ledger for what is due. By a timer where that is soon: an alarm that is set, rings and ends is three commits in the
 * runtime's table of alarms and one in the ledger's own, and where a disk takes milliseconds to sync, each of them holds up
 * every request of the process. The alarm comes later, for a ledger whose instance is gone.
 */
import { log, reasonOf } from "../worker/core/log.ts";

/** What is due sooner has a timer. The alarm is set no sooner, and so at most once in this time. */
const ALARM_MS = 5_000;

interface Owner {
  storage: Pick<DurableObjectStorage, "setAlarm">;
  /** Does what is due. */
  wake(): Promise<void>;
}

export class Waker {
  readonly #owner: Owner;
  /** When the alarm is set for, as far as this instance knows. */
  #alarmAt = Number.POSITIVE_INFINITY;
  #timer: { at: number; handle: ReturnType<typeof setTimeout> } | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Whether the alarm will ring some time. */
  get isSet(): boolean {
    return this.#alarmAt !== Number.POSITIVE_INFINITY;
  }

  /** The alarm rings. */
  ring(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    return this.#owner.wake();
  }

  /** Something is due `at`; Infinity for nothing. What was asked for before and comes sooner stays. */
  wakeAt(at: number, now: number): void {
    if (at < now + ALARM_MS) this.#startTimer(at, now);
    const alarmAt = Math.max(at, now + ALARM_MS);
    if (alarmAt >= this.#alarmAt) return;
    this.#alarmAt = alarmAt;
    void this.#owner.storage.setAlarm(alarmAt);
  }

  #startTimer(at: number, now: number): void {
    if (this.#timer && this.#timer.at <= at) return;
    if (this.#timer) clearTimeout(this.#timer.handle);
    const handle = setTimeout(
      () => {
        this.#timer = null;
        // The alarm is set, and tries again.
        this.#owner.wake().catch((cause: unknown) => log("error", "not done", { reason: reasonOf(cause) }));
      },
      Math.max(0, at - now),
    );
    this.#timer = { at, handle };
  }
}

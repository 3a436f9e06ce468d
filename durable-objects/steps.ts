/** The ledger's steps: its rows in memory, read when they are first needed, and the transactions that change them. */
import type { UsageEvent } from "../worker/core/usage.ts";
import type { LedgerState } from "./rows.ts";
import { loadState, writeChanges } from "./store.ts";

/** Who has to know of the steps. */
interface Owner {
  storage: DurableObjectStorage;
  /** The object's name, until a message tells the tenant. */
  name: string;
  /** The rows were read: figures that go along with them have to be, too. */
  loaded(): void;
  /** Rows have changed and are not written yet: what else belongs into this transaction. */
  changed(state: LedgerState, now: number): void;
  /** The transaction is over. `settled` are new in the outbox. */
  written(settled: UsageEvent[], now: number): void;
  /** It failed: what was noted beside the rows may be ahead of them. */
  undone(): void;
}

export class Steps {
  readonly #owner: Owner;
  /** Null until first needed, and after a step that failed. */
  #state: LedgerState | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** The rows as they are now. */
  state(): LedgerState {
    if (!this.#state) {
      this.#state = loadState(this.#owner.storage.sql, this.#owner.name);
      this.#owner.loaded();
    }
    return this.#state;
  }

  /** One step is one transaction: rows in memory and in SQLite change together, or neither does. */
  take<T>(now: number, change: (state: LedgerState) => T): T {
    const { storage } = this.#owner;
    const state = this.state();
    let settled: UsageEvent[] = [];
    try {
      const result = storage.transactionSync(() => {
        const answer = change(state);
        settled = state.changes.events;
        this.#owner.changed(state, now);
        writeChanges(storage.sql, state, now);
        return answer;
      });
      this.#owner.written(settled, now);
      return result;
    } catch (error) {
      // The rows in memory may be ahead of what was rolled back.
      this.#state = null;
      this.#owner.undone();
      throw error;
    }
  }
}

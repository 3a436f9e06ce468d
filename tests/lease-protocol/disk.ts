/**
 * What a ledger's store would have written: `durable-objects/store.ts` without SQLite. Keeping only what steps
 * noted as changed shows a change that was not noted; loading drops what lives in memory alone.
 */
import { limitsOfKey } from "../../durable-objects/covering.ts";
import { keptPot, potsInUse } from "../../durable-objects/pots.ts";
import { roll } from "../../durable-objects/rolling.ts";
import {
  emptyState,
  type LeaseRow,
  type LedgerState,
  noChanges,
  type Pot,
  type Stored,
  type WalletRow,
} from "../../durable-objects/rows.ts";

type SavedLease = Omit<LeaseRow, "pots" | "hot" | "covers"> & { pots: string[] };
type SavedWallet = Omit<WalletRow, "leases">;

export class Disk implements Pick<Stored, "potById"> {
  readonly #pots = new Map<string, Pot>();
  readonly #wallets = new Map<string, SavedWallet>();
  readonly #leases = new Map<string, SavedLease>();

  potById(id: string): Pot | null {
    const pot = this.#pots.get(id);
    return pot ? loaded(pot) : null;
  }

  /** Writes what the last step changed. Answers its events. */
  write(state: LedgerState) {
    const { changes } = state;
    state.changes = noChanges();
    for (const pot of changes.pots) this.#pots.set(pot.id, loaded(pot));
    for (const { leases: _, ...wallet } of changes.wallets) this.#wallets.set(wallet.id, wallet);
    for (const lease of changes.leases) this.#leases.set(keyOf(lease), saved(lease));
    for (const lease of changes.closedLeases) this.#leases.delete(keyOf(lease));
    for (const id of changes.closedWallets) {
      this.#wallets.delete(id);
      for (const [key, lease] of this.#leases) if (lease.wallet === id) this.#leases.delete(key);
    }
    return changes.events;
  }

  /** The state as it was last written; policy and tenant are in other tables and come from `last`. */
  load(last: LedgerState): LedgerState {
    const { tenant, version, budgets, limits, credentials, revoked, stored, mostSent } = last;
    const state = { ...emptyState(tenant, stored), version, budgets, limits, credentials, revoked, mostSent };
    for (const wallet of this.#wallets.values()) state.wallets.set(wallet.id, { ...wallet, leases: new Map() });
    for (const lease of this.#leases.values()) {
      const pots = lease.pots.flatMap((id) => keptPot(state, id) ?? []);
      limitsOfKey(state, lease.facts.key);
      state.wallets.get(lease.wallet)?.leases.set(lease.number, { ...lease, pots, hot: false, covers: null });
    }
    return state;
  }
}

const loaded = (pot: Pot): Pot => ({ ...pot, slots: pot.slots.map((slot) => ({ ...slot })), hot: 0, shortUntil: 0 });

const keyOf = (lease: LeaseRow) => `${lease.wallet}:${lease.number}`;
const saved = ({ hot: _, covers: __, ...lease }: LeaseRow): SavedLease => ({
  ...lease,
  pots: lease.pots.map((pot) => pot.id),
});

/** Everything in `state` that has to survive a crash, as text to compare. */
export function digestOf(state: LedgerState, now: number): string {
  const used = potsInUse(state);
  const pots = [...used].map(loaded).filter((pot) => {
    // What falls out of a rolling period falls out by itself.
    roll(pot, now);
    return pot.settled || pot.lost || pot.held;
  });
  const wallets = [...state.wallets.values()].map((wallet) => ({
    ...wallet,
    leases: [...wallet.leases.values()].map((lease) => saved(lease)).sort((a, b) => a.number - b.number),
  }));
  return JSON.stringify([
    pots.map(({ id, settled, lost, held }) => [id, settled, lost, held]).sort(),
    wallets.sort((a, b) => (a.id < b.id ? -1 : 1)),
  ]);
}

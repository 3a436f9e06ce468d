/** What a tenant's records change in its policy: in force in the ledger with the transaction that wrote them. */
import type { RecordKind, Records } from "../worker/core/ledger-api.ts";
import type { Budget, KeyRecord } from "../worker/core/policy.ts";
import type { LedgerState } from "./rows.ts";

/** A record before and after a change; null where there was, or is, none. */
export interface RecordChange {
  kind: RecordKind;
  before: Records[RecordKind] | null;
  after: Records[RecordKind] | null;
}

/**
 * Takes a changed record into the policy. Answers whether wallets have to hear of it; a new key they have yet to
 * ask for, and teams, users and tokens they never see. Credentials and prices are the caller's to read anew.
 */
export function applyChange(state: LedgerState, change: RecordChange, now: number): boolean {
  const { kind, before, after } = change;
  switch (kind) {
    case "budget":
      if (after) state.budgets.set(after.id, after as Budget);
      else if (before) state.budgets.delete(before.id);
      state.present.delete((after ?? before)?.id ?? "");
      break;
    case "key": {
      if (!before) return false;
      const key = after as KeyRecord;
      if (key.revokedAt === null) state.revoked.delete(key.id);
      else if (!state.revoked.has(key.id)) state.revoked.set(key.id, now);
      break;
    }
    case "credential":
    case "price":
      break;
    default:
      return false;
  }
  state.version++;
  return true;
}

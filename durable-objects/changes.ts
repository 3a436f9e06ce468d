/** What a tenant's records change in its policy: in force in the ledger with the transaction that wrote them. */
import type { RecordKind, Records } from "../worker/core/ledger-api.ts";
import type { Budget, KeyRecord, Limit } from "../worker/core/policy.ts";
import { learnLimitsOfKey, limitsOf } from "./covering.ts";
import type { LedgerState } from "./rows.ts";

/** A record before and after a change; null where there was, or is, none. */
export interface RecordChange {
  kind: RecordKind;
  before: Records[RecordKind] | null;
  after: Records[RecordKind] | null;
}

/**
 * Takes a changed record into the policy. Answers whether wallets have to hear of it; a new key they have yet to
 * ask for, and tokens they never see. Credentials, prices and routes are the caller's to read anew.
 */
export function applyChange(state: LedgerState, change: RecordChange, now: number): boolean {
  const { kind, before, after } = change;
  switch (kind) {
    case "budget":
      if (after) state.budgets.set(after.id, after as Budget);
      else if (before) state.budgets.delete(before.id);
      replaceLimits(state, change);
      break;
    case "rateLimit":
      replaceLimits(state, change);
      break;
    case "team":
    case "user":
      if (!replaceLimits(state, change)) return false;
      break;
    case "key": {
      if (!before || !after) return false;
      const key = after as KeyRecord;
      learnLimitsOfKey(state, key.id, limitsOf("key", key));
      if (key.revokedAt === null) state.revoked.delete(key.id);
      else if (!state.revoked.has(key.id)) state.revoked.set(key.id, now);
      break;
    }
    case "credential":
    case "price":
    case "route":
      break;
    default:
      return false;
  }
  state.version++;
  return true;
}

/** Replaces the limits that a record sets. Answers whether it sets any, or did. */
function replaceLimits(state: LedgerState, { kind, before, after }: RecordChange): boolean {
  const [old, present] = [before, after].map((record) => (record ? limitsOf(kind, record) : [])) as [Limit[], Limit[]];
  const kept = new Set(present.map(({ id }) => id));
  for (const { id } of old) if (!kept.has(id)) state.limits.delete(id);
  for (const limit of present) state.limits.set(limit.id, limit);
  state.index = null;
  // Another period, and a counter of it, may begin.
  if (old.length > 0) state.present.clear();
  return old.length + present.length > 0;
}

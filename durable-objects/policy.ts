/** What wallets are told of a tenant's policy: all of it, but for limits of which there are too many to send each of them. */
import type { Policy, ScopeLimits, SyncMessage } from "../worker/core/lease.ts";
import type { ScopeType } from "../worker/core/policy.ts";
import { countsEach, type ScopeFacts, scopeIdsOf } from "../worker/core/scope.ts";
import { indexed } from "./covering.ts";
import type { LedgerState } from "./rows.ts";

export function policyOf(state: LedgerState): Policy {
  const partial = partialTypes(state);
  const isSent = (type: ScopeType) => !partial.includes(type);
  return {
    limits: [...state.limits.values()].filter(({ scope }) => isSent(scope.type) || countsEach(scope)),
    partial: [...partial],
    credentials: state.credentials,
    prices: state.prices,
    routes: state.routes,
    revoked: [...state.revoked.keys()],
  };
}

/** Of the partial types: the limits of all that the message's keys and leases name. */
export function scopesFor(
  state: LedgerState,
  message: SyncMessage,
  factsOf: (ask: SyncMessage["leases"][number]) => ScopeFacts | null,
): ScopeLimits[] {
  const partial = partialTypes(state);
  if (partial.length === 0) return [];
  const named = new Map<string, ScopeLimits>();
  const name = (type: ScopeType, id: string) => {
    const limits = indexed(state, type, id).filter(({ scope }) => !countsEach(scope));
    named.set(`${type}:${id}`, { type, id, limits });
  };
  for (const ask of message.leases) {
    const facts = factsOf(ask);
    if (facts) for (const type of partial) for (const id of scopeIdsOf(type, facts)) name(type, id);
  }
  for (const hash of message.identify) {
    const key = state.stored.keyByHash(hash);
    if (!key) continue;
    for (const type of ["key", "team", "user"] as const) {
      const id = type === "key" ? key.id : key[type];
      if (partial.includes(type) && id !== null) name(type, id);
    }
  }
  return [...named.values()];
}

/** Types of which more limits name one each than a policy may bring. Worked out once for each version. */
function partialTypes(state: LedgerState): readonly ScopeType[] {
  if (state.partial?.version === state.version) return state.partial.types;
  const counts = new Map<ScopeType, number>();
  for (const { scope } of state.limits.values()) {
    if (!countsEach(scope)) counts.set(scope.type, (counts.get(scope.type) ?? 0) + 1);
  }
  const types = [...counts]
    .filter(([type, count]) => type !== "tenant" && count > state.mostSent)
    .map(([type]) => type);
  state.partial = { version: state.version, types };
  return types;
}

/** Which limits the ledger holds a request to: budgets and rate limits as they are at this moment. */
import type { RecordKind, Records } from "../worker/core/ledger-api.ts";
import type { Budget, KeyRecord, Limit, RateLimitRecord, ScopeType, Unit } from "../worker/core/policy.ts";
import { limitsOfRates, rateOwner } from "../worker/core/rates.ts";
import { type Covering, coveringOf, indexOf, limitsAt, type ScopeFacts } from "../worker/core/scope.ts";
import type { LedgerState } from "./rows.ts";

/** The limits that a record sets. */
export function limitsOf(kind: RecordKind, record: Records[RecordKind]): Limit[] {
  switch (kind) {
    case "budget":
      return [record as Budget];
    case "rateLimit": {
      const { id, scope, ...rates } = record as RateLimitRecord;
      return limitsOfRates(rateOwner(kind, id), scope, rates);
    }
    case "key":
    case "team":
    case "user": {
      const { id, rateLimits } = record as Pick<KeyRecord, "id" | "rateLimits">;
      return limitsOfRates(rateOwner(kind, id), { type: kind, id }, rateLimits ?? undefined);
    }
    default:
      return [];
  }
}

/** The limit with this id; undefined where it was removed. */
export const limitById = (state: LedgerState, id: string): Limit | undefined =>
  state.limits.get(id) ?? state.keyLimits.get(id);

/** The limits in `unit` that cover a request with these facts. */
export function coveringBy(state: LedgerState, facts: ScopeFacts, unit: Unit): Covering[] {
  state.index ??= indexOf(state.limits.values());
  return coveringOf(state.index, facts, limitsOfKey(state, facts.key)).filter(({ limit }) => limit.unit === unit);
}

/** The limits whose scope has this id. */
export function indexed(state: LedgerState, type: ScopeType, id: string): Limit[] {
  state.index ??= indexOf(state.limits.values());
  return limitsAt(state.index, type, id);
}

/** A key's own limits: looked up once, since a tenant may have more keys than memory should hold. */
export function limitsOfKey(state: LedgerState, id: string): readonly Limit[] {
  let limits = state.ofKeys.get(id);
  if (!limits) {
    const key = state.stored.keyById(id);
    limits = key ? limitsOf("key", key) : [];
    if (state.ofKeys.size >= MAX_KEYS) forgetKeys(state);
    learnLimitsOfKey(state, id, limits);
  }
  return limits;
}

/** Replaces what is known of a key's own limits. */
export function learnLimitsOfKey(state: LedgerState, id: string, limits: readonly Limit[]): void {
  for (const { id: old } of state.ofKeys.get(id) ?? []) state.keyLimits.delete(old);
  state.ofKeys.set(id, limits);
  for (const limit of limits) state.keyLimits.set(limit.id, limit);
}

const MAX_KEYS = 20_000;

/** All but those that leases are held to. */
function forgetKeys(state: LedgerState): void {
  const leased = new Set<string>();
  for (const wallet of state.wallets.values()) for (const lease of wallet.leases.values()) leased.add(lease.facts.key);
  for (const id of [...state.ofKeys.keys()]) {
    if (leased.has(id)) continue;
    for (const limit of state.ofKeys.get(id) ?? []) state.keyLimits.delete(limit.id);
    state.ofKeys.delete(id);
  }
}

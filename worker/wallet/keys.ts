/** What the wallet knows of keys: for as long as its policy is fresh, and no longer than the policy stays the same. */
import type { Policy, ScopeLimits } from "../core/lease.ts";
import type { KeyRecord } from "../core/policy.ts";
import { limitsOfRates } from "../core/rates.ts";
import { addToIndex, indexOf, type ScopeFacts, scopeIdsOf } from "../core/scope.ts";
import { KEYS, RENEW_CAP_MS, SCOPES, UNKNOWN_KEY_MS } from "./limits.ts";
import { isFresh, type WalletState } from "./state.ts";
import type { Identified } from "./types.ts";

const UNKNOWN: Identified = Object.freeze({ outcome: "unknown" });
const REVOKED: Identified = Object.freeze({ outcome: "revoked" });
const EXPIRED: Identified = Object.freeze({ outcome: "expired" });

/** Who the key with this hash is, as far as the wallet knows; null where the ledger has to be asked. */
export function lookUp(wallet: WalletState, hash: string, now: number): Identified | null {
  if (!isFresh(wallet, now)) return null;
  const known = wallet.keys.get(hash);
  if (known) {
    const { revokedAt, expiresAt } = known.grant.key;
    if (revokedAt !== null) return REVOKED;
    return expiresAt !== null && expiresAt <= now ? EXPIRED : known;
  }
  return now < (wallet.unknownKeys.get(hash) ?? Number.NEGATIVE_INFINITY) ? UNKNOWN : null;
}

/** The next message asks for the key with this hash. Whether it is the first to ask. */
export function ask(wallet: WalletState, hash: string): boolean {
  if (wallet.asking.has(hash)) return false;
  wallet.asking.set(hash, { askedIn: 0 });
  return true;
}

/**
 * Whether to ask now for a policy that is newer than the known one, because that refuses something. Who asks in vain asks
 * again after as long as this has gone on, and at least every `RENEW_CAP_MS`: a client that does not stop costs next to nothing.
 */
export function mayAskAnew(wallet: WalletState, now: number): boolean {
  const before = wallet.askedInVain;
  if (!before || now - before.last > 2 * RENEW_CAP_MS) {
    wallet.askedInVain = { since: now, last: now };
    return true;
  }
  if (now - before.last < Math.min(before.last - before.since, RENEW_CAP_MS)) return false;
  before.last = now;
  return true;
}

/** Takes a new policy: every key has to be asked for anew. */
export function newPolicy(wallet: WalletState, policy: Policy, version: number): void {
  wallet.policy = policy;
  wallet.version = version;
  wallet.askedInVain = null;
  wallet.revoked = new Set(policy.revoked);
  wallet.keys.clear();
  wallet.index = indexOf(policy.limits);
  wallet.scopes.clear();
  wallet.covering = null;
}

export function learnKeys(wallet: WalletState, keys: { hash: string; key: KeyRecord | null }[], now: number): void {
  for (const { hash, key } of keys) {
    wallet.asking.delete(hash);
    if (key) learnKey(wallet, hash, key);
    else {
      if (wallet.unknownKeys.size >= KEYS) wallet.unknownKeys.clear();
      wallet.unknownKeys.set(hash, now + UNKNOWN_KEY_MS);
    }
  }
}

/** Limits of partial types, of what the last message named. */
export function learnScopes(wallet: WalletState, scopes: readonly ScopeLimits[]): void {
  if (wallet.scopes.size >= SCOPES && wallet.policy) {
    wallet.index = indexOf(wallet.policy.limits);
    wallet.scopes.clear();
  }
  for (const { type, id, limits } of scopes) {
    const name = `${type}:${id}`;
    if (wallet.scopes.has(name)) continue;
    wallet.scopes.add(name);
    for (const limit of limits) addToIndex(wallet.index, limit);
    wallet.covering = null;
  }
}

/** Whether all limits that may cover these facts are known. */
export function knowsLimits(wallet: WalletState, facts: ScopeFacts): boolean {
  if (!wallet.policy) return false;
  for (const type of wallet.policy.partial) {
    for (const id of scopeIdsOf(type, facts)) if (!wallet.scopes.has(`${type}:${id}`)) return false;
  }
  return true;
}

function learnKey(wallet: WalletState, hash: string, key: KeyRecord): void {
  if (wallet.keys.size >= KEYS) {
    wallet.keys.clear();
    wallet.keyModes.clear();
  }
  const { credentials = [], prices = [], routes = [] } = wallet.policy ?? {};
  wallet.unknownKeys.delete(hash);
  const { tenant, budgetsUsed } = wallet;
  wallet.keys.set(hash, { outcome: "known", grant: { tenant, key, credentials, prices, routes, budgetsUsed } });
  wallet.keyModes.set(key.id, key.mode);
  // Not dropped with the key: who waits meanwhile is held to what is known.
  if (wallet.ofKeys.size >= KEYS) wallet.ofKeys.delete(wallet.ofKeys.keys().next().value ?? "");
  wallet.ofKeys.delete(key.id);
  wallet.ofKeys.set(key.id, limitsOfRates(`key:${key.id}`, { type: "key", id: key.id }, key.rateLimits));
  wallet.covering = null;
}

/**
 * The wallet: what this isolate may spend without asking the ledger. A hot key's request is identified, held and
 * settled in memory; a sparse one costs one call. The protocol is `core/lease.ts`; `tests/lease-protocol` plays against it.
 */

import type { Ledger } from "../../durable-objects/ledger.ts";
import { type Access, drain, type LedgerLine } from "./driver.ts";
import { RequestWallet } from "./request-wallet.ts";
import { isIdle, newWallet, type WalletState } from "./state.ts";
import type { Wallet } from "./types.ts";

/** Idle wallets are dropped where there are more than this. */
const WALLETS = 500;
const wallets = new Map<string, WalletState>();

/** The wallet of `tenant` for one request; `waitUntil` is that request's own. */
export function openWallet(options: {
  namespace: DurableObjectNamespace<Ledger>;
  tenant: string;
  waitUntil: (promise: Promise<unknown>) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}): Wallet {
  const { namespace, tenant, waitUntil, now: clock = Date.now } = options;
  return new RequestWallet(accessTo(namespace, walletOf(tenant), clock), waitUntil);
}

/**
 * Settles and gives back what this isolate holds, for who is about to stop it: what it still held would be booked as
 * lost. Answers whether nothing is left; requests that still run, and a ledger out of reach, keep it until `deadline`.
 */
export async function drainWallets(options: {
  namespace: DurableObjectNamespace<Ledger>;
  /** Milliseconds since the epoch. */
  deadline: number;
}): Promise<boolean> {
  const { namespace, deadline } = options;
  await Promise.all([...wallets.values()].map((wallet) => drain(accessTo(namespace, wallet, Date.now), deadline)));
  return [...wallets.values()].every(isIdle);
}

/**
 * For who has changed something of `tenant`'s: what this isolate knows of its policy is old from now on, and its next request
 * asks the ledger. Other isolates hear of it when they next ask, within `FRESH_MS`.
 */
export function outdate(tenant: string, now = Date.now()): void {
  const wallet = wallets.get(tenant);
  if (!wallet) return;
  wallet.outdatedAt = now;
  wallet.freshUntil = now;
}

const accessTo = (namespace: DurableObjectNamespace<Ledger>, wallet: WalletState, clock: () => number): Access => ({
  wallet,
  line: () => namespace.getByName(wallet.tenant) as unknown as LedgerLine,
  clock,
});

function walletOf(tenant: string): WalletState {
  let wallet = wallets.get(tenant);
  if (!wallet) {
    if (wallets.size >= WALLETS) dropIdle();
    wallet = newWallet(tenant);
    wallets.set(tenant, wallet);
  }
  return wallet;
}

function dropIdle(): void {
  for (const [tenant, wallet] of wallets) if (isIdle(wallet) && wallet.calls.size === 0) wallets.delete(tenant);
}

/**
 * Who calls the ledger, and when. A promise must not cross requests, so each waiting request makes its own call or
 * waits on short timers and looks at the shared state; whoever's call brings an answer, all see it.
 */
import type { BackgroundStart } from "../core/background.ts";
import type { SyncMessage, SyncReply } from "../core/lease.ts";
import { takeNews, takeWords } from "../routing/health-book.ts";
import { due, mustAsk, nextLook, underWay } from "./due.ts";
import { isTopping } from "./leases.ts";
import { CALLS, FRESH_MS } from "./limits.ts";
import { nextMessage } from "./message.ts";
import { takeReply } from "./reply.ts";
import { type Claim, isIdle, type WalletState } from "./state.ts";

/** How long the request that keeps house stays after its own work, well inside the 30 s of `waitUntil`. */
const KEEPER_MS = 20_000;
/** After this, a younger request takes over. */
const TENURE_MS = 8_000;
/** A keeper that was not seen for so long was cancelled. */
const KEEPER_SILENT_MS = 2_500;
/** Pauses between two looks, growing from the first to the second. */
const LOOK_MS = 4;
const LOOK_CAP_MS = 25;
const LONGEST_LOOK_MS = 1_000;

/** What the wallet needs of the ledger. */
export interface LedgerLine {
  sync(message: SyncMessage): Promise<SyncReply>;
  startedInBackground(work: { provider: string; id: string }): Promise<BackgroundStart>;
}

/** One request's access to its tenant's wallet. */
export interface Access {
  readonly wallet: WalletState;
  /** A fresh stub for each call: a broken one stays broken. */
  readonly line: () => LedgerLine;
  readonly clock: () => number;
}

/** One call. Failures are no exceptions: the state says that nothing was confirmed, and the next call repeats it. */
export async function callLedger({ wallet, line, clock }: Access): Promise<void> {
  const sentAt = clock();
  const call = { sentAt };
  wallet.calls.add(call);
  try {
    const health = takeNews(wallet.tenant, sentAt);
    const reply = await line().sync({ ...nextMessage(wallet, sentAt), health });
    const at = { sentAt, now: clock() };
    takeReply(wallet, reply, at);
    if (reply.outcome === "heard" && reply.health) takeWords(wallet.tenant, reply.health, at);
  } catch (error) {
    console.error(JSON.stringify({ level: "warn", room: "wallet", message: String(error) }));
    // An overloaded ledger is left alone until the pause ends; a broken connection is tried again at once, once.
    const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
    if (retryable && !overloaded && wallet.tries <= 1) wallet.retryAt = clock();
  } finally {
    wallet.calls.delete(call);
  }
}

/** Waits while `isWaiting`, calling where `asks` says so, until `deadline`, which may move meanwhile. */
export async function waitFor(
  access: Access,
  wait: { isWaiting: () => boolean; asks: (now: number) => boolean; deadline: () => number },
): Promise<void> {
  const { wallet, clock } = access;
  let pause = LOOK_MS;
  while (wait.isWaiting()) {
    const now = clock();
    const left = wait.deadline() - now;
    if (left <= 0) return;
    if (underWay(wallet, now) < CALLS && wait.asks(now)) {
      await Promise.race([callLedger(access), scheduler.wait(left)]);
    } else {
      await scheduler.wait(Math.min(pause, left));
      pause = Math.min(pause * 1.5, LOOK_CAP_MS);
    }
  }
}

/** Waits for what `claim` wants. */
export const waitForClaim = (access: Access, claim: Claim): Promise<void> =>
  waitFor(access, {
    isWaiting: () => claim.state === "waiting" || isTopping(claim),
    asks: (now) => mustAsk(access.wallet, claim, now),
    deadline: () => claim.deadline,
  });

/**
 * Flushes until `isDone`; where nobody else does, keeps house until nothing is held or owed: what settles later is
 * flushed, idle leases go back, running requests are vouched for. For `waitUntil`.
 */
export async function keepHouse(access: Access, isDone: () => boolean): Promise<void> {
  const { wallet, clock } = access;
  const startedAt = clock();
  if (isLookedAfter(wallet, startedAt)) return;
  let keeper: WalletState["keeper"] = null;
  for (;;) {
    const now = clock();
    if (keeper && wallet.keeper === keeper) keeper.seenAt = now;
    else keeper = takeOver(wallet, now);
    const isOver = keeper ? isDone() && isIdle(wallet) : isDone();
    if (isOver || now - startedAt > KEEPER_MS) break;
    if (due(wallet, now, underWay(wallet, now))) {
      if (keeper) keeper.looksAt = now + LOOK_CAP_MS;
      await Promise.race([callLedger(access), scheduler.wait(FRESH_MS)]);
    } else {
      // A call that is under way may end at any time.
      const soonest = wallet.calls.size > 0 || keeper === null ? LOOK_CAP_MS : LOOK_MS;
      const pause = Math.min(Math.max(nextLook(wallet, now, keeper !== null) - now, soonest), LONGEST_LOOK_MS);
      if (keeper) keeper.looksAt = now + pause;
      await scheduler.wait(pause);
    }
  }
  if (keeper && wallet.keeper === keeper) wallet.keeper = null;
}

/** Flushes and gives back all that no request holds, for who stops this process, until nothing is left or `deadline`. */
export async function drain(access: Access, deadline: number): Promise<void> {
  const { wallet, clock } = access;
  for (let now = clock(); !isIdle(wallet) && now < deadline; now = clock()) {
    // Nothing more will come: what was at hand for it goes back too.
    for (const lease of wallet.leases.values()) lease.slots = [];
    const isDue = due(wallet, now, underWay(wallet, now)) !== null;
    await (isDue ? Promise.race([callLedger(access), scheduler.wait(deadline - now)]) : scheduler.wait(LOOK_CAP_MS));
  }
}

/**
 * Whether another request keeps house and looks in time for all that is due. Then this one may end at once: waking it
 * only to see that all is done would cost as much as the rest of a short request.
 */
function isLookedAfter(wallet: WalletState, now: number): boolean {
  const { keeper } = wallet;
  return isKept(keeper, now) && keeper.looksAt <= Math.max(nextLook(wallet, now, false), now + LOOK_CAP_MS);
}

const isKept = (keeper: WalletState["keeper"], now: number): keeper is NonNullable<WalletState["keeper"]> =>
  keeper !== null && now - keeper.seenAt < KEEPER_SILENT_MS && now - keeper.since < TENURE_MS;

function takeOver(wallet: WalletState, now: number): WalletState["keeper"] {
  if (isKept(wallet.keeper, now)) return null;
  wallet.keeper = { since: now, seenAt: now, looksAt: now };
  return wallet.keeper;
}

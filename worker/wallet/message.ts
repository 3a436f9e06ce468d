/** The one message to the ledger: everything in it is the state of now, or is repeated until confirmed. */
import type { LeaseAsk, Share, SyncMessage } from "../core/lease.ts";
import { sweep } from "./claims.ts";
import { closeToNew, queueOf, shed, touch, waitsFor, wantOf } from "./leases.ts";
import { MESSAGE_EVENTS, RETRY_CAP_MS, RETRY_MS } from "./limits.ts";
import type { Claim, Lease, WalletState } from "./state.ts";

/** The next message. Leases that nobody needs are closed with it. `maxEvents` of the oldest events go along. */
export function nextMessage(wallet: WalletState, now: number, maxEvents = MESSAGE_EVENTS): SyncMessage {
  sweep(wallet, now);
  const seq = ++wallet.seq;
  const events = wallet.events.slice(0, maxEvents);
  const untold = new Set(wallet.events.slice(maxEvents).flatMap(({ spends }) => spends.map(({ lease }) => lease)));
  const leases = [...wallet.leases.values()].flatMap(
    // All of a lease's events go before it is closed, or along with that.
    (lease) => askOf(wallet, lease, { now, isTold: !untold.has(lease.number) }) ?? [],
  );
  const queue = queueOf(wallet.leases.values());
  for (const claim of queue) claim.askedIn = seq;
  for (const asked of wallet.asking.values()) asked.askedIn = seq;
  wallet.sentAt = now;
  wallet.retryAt = now + Math.min(RETRY_MS * 2 ** wallet.tries, RETRY_CAP_MS);
  wallet.tries++;
  wallet.dirtyAt = Number.POSITIVE_INFINITY;
  return {
    tenant: wallet.tenant,
    wallet: wallet.id,
    opens: wallet.opens,
    seq,
    sentAt: now,
    version: wallet.version,
    identify: [...wallet.asking.keys()],
    events,
    leases,
    needs: queue.map(needOf),
  };
}

/** What the ledger should hear of `lease`; null for no news. */
function askOf(wallet: WalletState, lease: Lease, about: { now: number; isTold: boolean }): LeaseAsk | null {
  const { now, isTold } = about;
  const isWaitedFor = lease.waiting.length > 0;
  const want = wantOf(lease, now);
  if (!lease.done) {
    shed(wallet, lease, now);
    if (lease.running === 0 && !isWaitedFor && want === 0 && isTold) {
      lease.done = true;
      touch(wallet, lease, now);
      closeToNew(wallet, lease);
      if (!lease.sent && !isNamed(wallet, lease)) {
        // The ledger never heard of it.
        wallet.leases.delete(lease.number);
        return null;
      }
    }
  }
  if (lease.revision === lease.confirmed && !isWaitedFor) return null;
  lease.sent = { seq: wallet.seq, revision: lease.revision };
  return {
    lease: lease.number,
    facts: lease.unkeyed ?? { known: lease.facts as NonNullable<Lease["facts"]> },
    unit: lease.unit,
    returned: lease.returned,
    running: lease.running,
    want,
    done: lease.done,
  };
}

const isNamed = (wallet: WalletState, { number }: Lease): boolean =>
  wallet.events.some(({ spends }) => spends.some(({ lease }) => lease === number));

/** What a claim waits for, of each of its leases. */
const needOf = (claim: Claim): Share[] =>
  claim.parts
    .filter((part) => claim.state === "waiting" || part.more > 0)
    .map((part) => ({ lease: part.lease.number, amount: waitsFor(claim, part) }));

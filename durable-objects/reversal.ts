/**
 * An operator takes back what was booked as lost: they know that it was never spent. Costs alone are; what the process held of
 * tokens and requests falls out with its periods.
 */
import { lostEvent, reversalId } from "../worker/core/lost.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { forgetWallet } from "./expiry.ts";
import * as leases from "./leases.ts";
import { potsOf } from "./pots.ts";
import { count, roll } from "./rolling.ts";
import type { LeaseRow, LedgerState, WalletRow } from "./rows.ts";

/** `lost_{wallet}_{lease}_{count}`: what a vanished wallet held. A request's own id: what it held, its isolate alive. */
const LOST_ID = /^lost_(.+)_(\d+)_(\d+)$/;

/** Takes the lost `event` back. Null where its wallet was heard again, which took it back already. */
export function reverseLost(state: LedgerState, event: UsageEvent, now: number): UsageEvent | null {
  const [, id = "", lease = "", lostCount = ""] = LOST_ID.exec(event.id) ?? [];
  const wallet = state.wallets.get(id);
  const held = wallet?.leases.get(Number(lease));
  if (wallet && held) {
    if (wallet.lostAt === null || wallet.lostCount !== Number(lostCount)) return null;
    giveBack(state, { wallet, lease: held, at: wallet.lostAt });
  } else {
    takeOff(state, event, now);
  }
  const { key, team, user, session, tags, provider, model, mode, tenant, costNanos } = event;
  const facts = { key: key ?? "", team, user, session, tags, provider, model };
  const reversal = { id: reversalId(event.id), tenant, time: now, facts, mode, nanos: -(costNanos ?? 0) };
  const taken = lostEvent(reversal);
  state.changes.events.push(taken);
  return taken;
}

/** The wallet is known as gone from then on: heard again it starts anew, for it must not draw on what was freed. */
function giveBack(state: LedgerState, of: { wallet: WalletRow; lease: LeaseRow; at: number }): void {
  const { wallet, lease, at } = of;
  leases.relabel(state, lease, { label: "held", at });
  leases.giveBack(state, lease, leases.outstanding(lease));
  forgetWallet(state, wallet);
}

/** The budgets that counted it, as far as they still do. */
function takeOff(state: LedgerState, event: UsageEvent, now: number): void {
  const label = LOST_ID.test(event.id) ? "lost" : "settled";
  for (const pot of potsOf(state, { ...event, key: event.key ?? "" }, { unit: "nanos", now })) {
    const made = state.budgets.get(pot.budget)?.createdAt ?? Number.POSITIVE_INFINITY;
    if (event.time < Math.max(pot.startsAt, made)) continue;
    count(pot, label, { amount: -Math.min(event.costNanos ?? 0, pot[label]), at: event.time });
    roll(pot, now);
    state.changes.pots.add(pot);
  }
}

/** The promises, checked after every step. */

import { coveringBy } from "../../durable-objects/covering.ts";
import { isHard } from "../../durable-objects/pots.ts";
import type { Pot } from "../../durable-objects/rows.ts";
import { UNITS } from "../../worker/core/policy.ts";
import { counterOf } from "../../worker/core/scope.ts";
import { costShareOf, inUnit, isLeft, potentialOf, type SimRequest, TOKENS } from "./requests.ts";
import { add, broken, type World } from "./world.ts";

/** S1, and that the ledger's counters are the sums of its rows and of its events. */
export function checkBooks(world: World): void {
  checkWallets(world);
  const { ledger } = world;
  const [held, lost] = [new Map<string, number>(), new Map<string, number>()];
  for (const wallet of ledger.wallets.values()) {
    for (const lease of wallet.leases.values()) {
      const out = lease.granted - lease.spent - lease.returned;
      if (out < 0) broken("SUMS", "a lease below zero");
      for (const pot of lease.pots) add(wallet.lostAt === null ? held : lost, pot.id, out);
    }
  }
  const running = new Map<string, number>();
  for (const request of world.requests.values()) {
    if (request.phase !== "running") continue;
    for (const { unit, pots, key } of request.shares) {
      const isGone = isLeft(request) || world.isLost(key);
      for (const pot of pots ?? []) {
        // Of a wallet that is gone what rolls counts from when it was lost, and nothing runs.
        if (!(isGone && (pot.slotMs > 0 || unit === "concurrent")))
          add(running, pot.id, inUnit(unit, potentialOf(request)));
      }
    }
  }
  for (const pot of ledger.pots.values()) checkPot(world, pot, { held, lost, running });
}

function checkWallets(world: World): void {
  for (const { state } of world.isolates) {
    const holds = new Map<number, number>();
    for (const { parts } of state.claims.values())
      for (const { lease, held } of parts) holds.set(lease.number, (holds.get(lease.number) ?? 0) + held);
    for (const { number, running } of state.leases.values()) {
      if (running !== (holds.get(number) ?? 0))
        broken("SUMS", `lease ${number} runs ${running}, its claims ${holds.get(number)}`);
    }
  }
}

function checkPot(world: World, pot: Pot, sums: Record<"held" | "lost" | "running", Map<string, number>>): void {
  const of = (map: Map<string, number>) => map.get(pot.id) ?? 0;
  if (pot.held !== of(sums.held)) broken("SUMS", `held is not the sum of leases on ${pot.id}`);
  if (pot.unit === "concurrent" && pot.settled !== 0) broken("SUMS", `what ran at once was spent on ${pot.id}`);
  if (pot.slotMs > 0) checkRolling(world, pot);
  else {
    const lost = pot.unit === "concurrent" ? 0 : of(sums.lost) + of(world.finalLost);
    if (pot.lost !== lost) broken("SUMS", `lost is not the sum of lost leases on ${pot.id}`);
    if (pot.settled !== of(world.settledBy)) broken("SUMS", `settled is not the sum of events on ${pot.id}`);
  }
  const sum = world.sumOf(pot);
  if (sum <= world.limitOf(pot)) world.overSince.delete(pot.id);
  if (!isHard(world.ledger, pot)) return;
  const slack = pot.unit === "nanos" ? world.slack : pot.unit === "tokens" ? world.slack * TOKENS : 0;
  const real = paidOf(world, pot) + of(sums.running);
  if (real > sum + slack) broken("S1", `true spend ${real} is above the books ${sum} on ${pot.id}`);
  if (world.lowered.has(pot.budget)) return;
  const most = world.limitOf(pot) + slack;
  if (sum > most) broken("S1", `spent and held ${sum} pass the limit ${most} on ${pot.id}`);
}

const periodMsOf = (pot: Pot): number => pot.slotMs * 60;

/** What providers were paid in the pot's period. */
function paidOf(world: World, pot: Pot): number {
  if (pot.slotMs === 0) return world.paid.get(pot.id) ?? 0;
  const from = world.now - periodMsOf(pot);
  let sum = 0;
  for (const { amount, at } of world.paidAt.get(pot.id) ?? []) if (at > from) sum += amount;
  return sum;
}

/** Of a rolling period: all that was settled in it counts, and nothing that is long past. */
function checkRolling(world: World, pot: Pot): void {
  const counted = pot.slots.reduce((sum, slot) => {
    const isPast = (slot.number + 61) * pot.slotMs <= world.now;
    return isPast ? sum : sum + slot.settled;
  }, 0);
  if (pot.settled !== pot.slots.reduce((sum, slot) => sum + slot.settled, 0))
    broken("SUMS", `settled is not the sum of slots on ${pot.id}`);
  let [least, most] = [0, 0];
  for (const { amount, at, bookedAt } of world.bookings.get(pot.id) ?? []) {
    if (at > world.now - periodMsOf(pot)) least += amount;
    if (bookedAt > world.now - periodMsOf(pot) - pot.slotMs) most += amount;
  }
  if (counted < least) broken("ROLL", `${counted} counts of ${least} that were settled in the period on ${pot.id}`);
  if (counted > most) broken("ROLL", `${counted} counts, ${most} at most is of the period on ${pot.id}`);
}

/** At the moment that a request draws: from the right pots, of this period, and not long over a lowered limit. */
export function checkDraw(world: World, request: SimRequest, from: "float" | "answer"): void {
  const isUpToDate = request.isolate?.state.version === world.ledger.version;
  if (isUpToDate && request.phase !== "running") checkSet(world, request);
  for (const share of request.shares) {
    // A running request is one already: it draws nothing more.
    if (request.phase === "running" && (share.unit === "requests" || share.unit === "concurrent")) continue;
    const isOver = (share.pots ?? []).some((pot) => world.sumOf(pot) > world.limitOf(pot));
    if (isOver && world.toldShut.has(share.key)) broken("P2", "drawn though the wallet knows it is over its limit");
    for (const pot of share.pots ?? []) {
      if (from === "float" && world.now > pot.endsAt) broken("PERIOD", "float of a past period was drawn");
      if (request.phase !== "running" && world.now > pot.endsAt + 10_000)
        broken("PERIOD", "admitted into a past period");
      const since = world.overSince.get(pot.id);
      if (since !== undefined && world.sumOf(pot) > world.limitOf(pot) && world.now - since > 10_000) {
        broken("P2", "drawn on a lowered budget");
      }
    }
  }
}

/** P2, at dispatch: a policy reaches every wallet within ten seconds. */
export function checkDispatch(world: World, request: SimRequest): void {
  const revokedAt = world.revokedAt.get(request.facts.key);
  if (revokedAt !== undefined && world.now - revokedAt > 10_000) broken("P2", "a revoked key was dispatched");
  if (world.now - world.policyChangedAt > 10_000) checkSet(world, request);
}

function checkSet(world: World, request: SimRequest): void {
  for (const unit of UNITS) {
    const covering = coveringBy(world.ledger, request.facts, unit);
    const share = request.shares.find((one) => one.unit === unit);
    if (!share || share.isUnlimited) {
      if (covering.some(({ limit }) => limit.enforcement === "hard"))
        broken("SET", `held nothing of a hard limit on ${unit}`);
      continue;
    }
    const want = covering.map(counterOf).join();
    const got = (share.pots ?? [])
      .map(({ budget, subject }) => (subject === null ? budget : `${budget}#${subject}`))
      .join();
    if (got !== want) broken("SET", `${want} was held as ${got}`);
  }
}

/** After quiet. S2: every dispatched request is in the books once, or covered by its wallet's lost record. */
export function checkEnd(world: World): void {
  const missing = new Map<string, number>();
  for (const request of world.dispatched) {
    const event = world.books.get(request.id);
    if (!event) {
      if (!world.deadWallets.has(walletOf(costShareOf(request)?.key ?? "")))
        broken("S2", `never booked, though its wallet lives: ${request.id}`);
      // Without a hard budget the ledger may hear of it only when it settles.
      const share = costShareOf(request);
      if (share && !share.isUnlimited) add(missing, share.key, request.cost);
    } else if (event.status === "lost") {
      if ((event.costNanos ?? 0) < request.cost - world.slack) broken("S2", "booked as lost below its cost");
    } else if (event.costNanos !== request.booked) broken("S2", `booked ${event.costNanos}, settled ${request.booked}`);
  }
  for (const [key, cost] of missing) {
    if (cost > (world.lostBy.get(key) ?? 0) + world.slack) broken("S2", `lost less than ${cost} of ${key}`);
  }
  for (const [key, nanos] of world.lostBy) {
    const id = walletOf(key);
    if (nanos !== 0 && !world.deadWallets.has(id) && !world.finalWallets.has(id))
      broken("S2", "lost, though its wallet lives");
  }
  for (const pot of world.ledger.pots.values()) if (pot.held !== 0) broken("L1", `${pot.held} held after quiet`);
}

const walletOf = (leaseKey: string): string => leaseKey.slice(0, leaseKey.lastIndexOf("_"));

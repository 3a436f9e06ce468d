/** The promises, checked after every step. */
import { isHard } from "../../durable-objects/pots.ts";
import type { Pot } from "../../durable-objects/rows.ts";
import { budgetsOf } from "../../worker/core/scope.ts";
import { potentialOf, type SimRequest } from "./requests.ts";
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
    for (const pot of request.pots ?? []) add(running, pot.id, potentialOf(request));
  }
  for (const pot of ledger.pots.values()) checkPot(world, pot, { held, lost, running });
}

function checkWallets(world: World): void {
  for (const { state } of world.isolates) {
    const holds = new Map<number, number>();
    for (const { lease, held } of state.claims.values()) holds.set(lease.number, (holds.get(lease.number) ?? 0) + held);
    for (const { number, running } of state.leases.values()) {
      if (running !== (holds.get(number) ?? 0))
        broken("SUMS", `lease ${number} runs ${running}, its claims ${holds.get(number)}`);
    }
  }
}

function checkPot(world: World, pot: Pot, sums: Record<"held" | "lost" | "running", Map<string, number>>): void {
  const of = (map: Map<string, number>) => map.get(pot.id) ?? 0;
  if (pot.held !== of(sums.held)) broken("SUMS", `held is not the sum of leases on ${pot.id}`);
  if (pot.lost !== of(sums.lost) + of(world.finalLost))
    broken("SUMS", `lost is not the sum of lost leases on ${pot.id}`);
  if (pot.settled !== of(world.settledBy)) broken("SUMS", `settled is not the sum of events on ${pot.id}`);
  const sum = world.sumOf(pot);
  if (sum <= world.limitOf(pot)) world.overSince.delete(pot.id);
  if (!isHard(world.ledger, pot)) return;
  const real = of(world.paid) + of(sums.running);
  if (real > sum + world.slack) broken("S1", `true spend ${real} is above the books ${sum} on ${pot.id}`);
  if (world.lowered.has(pot.budget)) return;
  const most = world.limitOf(pot) + world.slack;
  if (sum > most) broken("S1", `spent and held ${sum} pass the limit ${most} on ${pot.id}`);
}

/** At the moment that a request draws: from the right pots, of this period, and not long over a lowered limit. */
export function checkDraw(world: World, request: SimRequest, from: "float" | "answer"): void {
  const isOver = (request.pots ?? []).some((pot) => world.sumOf(pot) > world.limitOf(pot));
  if (isOver && world.toldShut.has(request.leaseKey))
    broken("P2", "drawn though the wallet knows it is over its limit");
  const isUpToDate = request.isolate?.state.version === world.ledger.version;
  if (isUpToDate && request.phase !== "running") checkSet(world, request);
  for (const pot of request.pots ?? []) {
    if (from === "float" && world.now > pot.endsAt) broken("PERIOD", "float of a past period was drawn");
    if (request.phase !== "running" && world.now > pot.endsAt + 10_000) broken("PERIOD", "admitted into a past period");
    const since = world.overSince.get(pot.id);
    if (since !== undefined && world.sumOf(pot) > world.limitOf(pot) && world.now - since > 10_000) {
      broken("P2", "drawn on a lowered budget");
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
  const budgets = budgetsOf([...world.ledger.budgets.values()], request.facts);
  const want = budgets.map(({ id }) => id).join();
  if (request.isUnlimited) {
    if (budgets.some(({ enforcement }) => enforcement === "hard")) broken("SET", "held nothing of a hard budget");
    return;
  }
  const got = (request.pots ?? []).map(({ budget }) => budget).join();
  if (got !== want) broken("SET", `${want} was held as ${got}`);
}

/** After quiet. S2: every dispatched request is in the books once, or covered by its wallet's lost record. */
export function checkEnd(world: World): void {
  const missing = new Map<string, number>();
  for (const request of world.dispatched) {
    const event = world.books.get(request.id);
    if (!event) {
      if (!world.deadWallets.has(walletOf(request.leaseKey)))
        broken("S2", `never booked, though its wallet lives: ${request.id}`);
      // Without a hard budget the ledger may hear of it only when it settles.
      if (!request.isUnlimited) add(missing, request.leaseKey, request.cost);
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

/** Any interleaving of requests, messages, crashes, clocks and changes of the policy; then quiet. */
import { potsOf, roomOf } from "../../durable-objects/pots.ts";
import type { Pot } from "../../durable-objects/rows.ts";
import type { Unit } from "../../worker/core/policy.ts";
import type { ScopeFacts } from "../../worker/core/scope.ts";
import * as claims from "../../worker/wallet/claims.ts";
import { due } from "../../worker/wallet/due.ts";
import { ask, lookUp } from "../../worker/wallet/keys.ts";
import { isTopping } from "../../worker/wallet/leases.ts";
import { FRESH_MS } from "../../worker/wallet/limits.ts";
import { takeReply } from "../../worker/wallet/reply.ts";
import { isFresh } from "../../worker/wallet/state.ts";
import { checkBooks, checkDispatch, checkDraw, checkEnd } from "./checks.ts";
import { amountsOf, eventOf, heldOf, type Isolate, inUnit, isLeft, type SimRequest, TOKENS } from "./requests.ts";
import { broken, budgetOf, type Counts, type Options, type Packet, UNSEEN, World } from "./world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Plays one random history and answers what happened in it. @throws Violation where a promise is broken. */
export function play(options: Options): Counts {
  const world = new World(options);
  for (let step = 0; step < options.steps; step++) {
    act(world);
    checkBooks(world);
    world.counts.steps++;
  }
  beQuiet(world);
  checkEnd(world);
  checkRest(world);
  return world.counts;
}

function act(world: World): void {
  const { random } = world;
  if (random.chance(0.5)) world.now += random.int(0, world.isHot ? 5 : 20);
  if (world.isHot && world.net.length > 0 && random.chance(0.6)) {
    carry(world, 0, random.chance(0.05));
    checkBooks(world);
  }
  const isolate = random.pick(world.isolates);
  if (world.isHot && random.chance(0.15)) arrive(world, isolate);
  const dice = random.next() * 100;
  if (dice < 13) arrive(world, isolate);
  else if (dice < 20) sendIfDue(world, isolate);
  else if (dice < 23) world.send(isolate);
  else if (dice < 55) carryAny(world);
  else if (dice < 60) some(world, (r) => r.phase === "held" && !r.isDead, dispatch);
  else if (dice < 72) some(world, (r) => r.phase === "running", progress);
  else if (dice < 82) some(world, (r) => r.phase === "running", finish);
  else if (dice < 84) some(world, (r) => r.phase === "running" && r.kind === "plain" && isServed(r), nextAttempt);
  else if (dice < 86) some(world, (r) => r.phase === "waiting" || r.phase === "held", giveUp);
  else if (dice < 86.7) world.isCalm || vanish(world, isolate);
  else if (dice < 87.4) world.isCalm || some(world, isServed, die);
  else if (dice < 89) world.expire();
  else if (dice < 90) world.reload();
  else if (dice < (world.isRestless ? 94 : 91.2)) administer(world);
  else jump(world);
}

const isServed = (request: SimRequest): boolean => request.isolate !== null && !request.isDead;

/** Its context dies; the isolate lives on. */
function die(_world: World, request: SimRequest): void {
  request.isDead = true;
}

function some(world: World, which: (r: SimRequest) => boolean, what: (world: World, r: SimRequest) => void): void {
  const found = [...world.requests.values()].filter(which);
  if (found.length > 0) what(world, world.random.pick(found));
}

function arrive(world: World, isolate: Isolate): void {
  const { random } = world;
  const kind = random.chance(0.35) ? "stream" : "plain";
  const need = kind === "stream" ? random.int(UNSEEN + 1, 12) : random.int(1, random.chance(0.1) ? 80 : 15);
  const tags: Record<string, string> = random.chance(world.isHot ? 0.1 : 0.3) ? { x: "1" } : {};
  const session = world.hasUnits && random.chance(0.3) ? random.pick(["s1", "s2"]) : null;
  const said = { user: null, provider: "p", model: random.pick(["m1", "m1", "m2"]), tags, session };
  const facts: ScopeFacts = { ...said, key: random.pick(world.keyIds), team: null };
  const id = `r${world.nextRequest++}`;
  const keyHash = `hash_${facts.key}`;
  const { state } = isolate;
  const now = world.clockOf(isolate);
  const known = lookUp(state, keyHash, now);
  if (known && known.outcome !== "known") return;
  let claim: ReturnType<typeof claims.arrive>;
  // Whoever names a key has asked for it before, and remembers its own limits.
  const isNamed = state.ofKeys.has(facts.key);
  if (!isNamed || (!known && random.chance(0.6))) {
    ask(state, keyHash);
    claim = claims.arriveUnknown(state, { id, keyHash, said, most: amountsOf(need) }, now);
  } else {
    claim = claims.arrive(state, { id, facts, most: amountsOf(need) }, now);
  }
  world.requests.set(id, {
    ...{ id, kind, isolate, claim, facts, phase: "waiting", bound: need, past: 0, cost: 0, seen: 0, booked: null },
    ...{ isDead: false, isTopping: false, isCut: false, shares: [] },
  });
  observe(world, isolate, "float");
  if (claim.state === "waiting" && random.chance(0.7)) world.send(isolate);
}

/** Requests see what has become of their claims. */
function observe(world: World, isolate: Isolate, from: "float" | "answer"): void {
  for (const request of [...world.requests.values()]) {
    if (request.isolate !== isolate || request.phase === "ended") continue;
    const { claim } = request;
    if (request.phase === "waiting" && claim.state === "held" && !request.isDead) {
      hold(world, request, from);
      if (world.random.chance(0.8)) dispatch(world, request);
    } else if (request.phase !== "running" && claim.state !== "waiting" && claim.state !== "held") {
      if (claim.state === "refused") world.counts.refused++;
      drop(world, request);
    } else if (request.phase === "running" && claim.state === "gone") {
      request.isolate = null;
    } else if (request.isTopping && !isTopping(claim)) {
      request.isTopping = false;
      if (claim.moreRefused) request.isCut = true;
      else topped(world, request, from);
    }
  }
}

function hold(world: World, request: SimRequest, from: "float" | "answer"): void {
  const { claim, isolate } = request;
  request.phase = "held";
  const wallet = isolate?.state.id ?? "";
  request.shares = claim.parts.map(({ lease }) => {
    const row = world.ledger.wallets.get(wallet)?.leases.get(lease.number);
    if (!row && !lease.unlimited) broken("S1", "held on a lease that the ledger does not have");
    const { unit, number, unlimited: isUnlimited } = lease;
    return { unit, lease: number, key: `${wallet}_${number}`, pots: row?.pots ?? null, isUnlimited };
  });
  checkDraw(world, request, from);
}

function dispatch(world: World, request: SimRequest): void {
  const { isolate, claim } = request;
  if (!isolate || !claims.dispatch(isolate.state, claim, world.clockOf(isolate))) {
    drop(world, request);
    return;
  }
  world.noteEvents(isolate);
  for (const { unit, pots } of request.shares) if (unit === "requests") world.notePaid(pots ?? [], () => 1);
  request.phase = "running";
  world.dispatched.push(request);
  world.counts.dispatched++;
  checkDispatch(world, request);
}

function drop(world: World, request: SimRequest): void {
  request.phase = "gone";
  world.requests.delete(request.id);
}

function giveUp(world: World, request: SimRequest): void {
  const { isolate, claim } = request;
  if (isolate && !request.isDead) claims.giveUp(isolate.state, claim, world.clockOf(isolate));
  if (isolate && !request.isDead) claims.serve(isolate.state, claim, world.clockOf(isolate));
  drop(world, request);
  if (isolate) observe(world, isolate, "float");
}

function topped(world: World, request: SimRequest, from: "float" | "answer"): void {
  world.counts.topUps++;
  checkDraw(world, request, from);
}

function progress(world: World, request: SimRequest): void {
  const { random } = world;
  const { isolate, claim } = request;
  const serving = isServed(request) && isolate ? isolate : null;
  if (serving) claim.touchedAt = world.clockOf(serving);
  if (request.kind === "plain") {
    request.cost = Math.min(request.past + request.bound, request.cost + random.int(0, 5));
    return;
  }
  const most = heldOf(claim) - UNSEEN;
  if (request.seen < most) {
    request.seen += random.int(1, Math.min(4, most - request.seen));
    request.cost = Math.max(request.cost, request.seen);
  } else if (serving && (request.isCut || random.chance(0.1))) {
    cut(world, request);
    return;
  }
  if (serving && request.seen >= most - 2 && !request.isTopping && !request.isCut) {
    const before = heldOf(claim);
    claims.topUp(serving.state, claim, { more: amountsOf(random.int(2, 10)), now: world.clockOf(serving) });
    if (heldOf(claim) > before) topped(world, request, "float");
    else request.isTopping = true;
    if (request.isTopping && random.chance(0.5)) world.send(serving);
  }
}

/** A stream is stopped: what was under way is not known, and booked with its allowance. */
function cut(world: World, request: SimRequest): void {
  settle(world, request, { cost: request.seen + world.random.int(0, UNSEEN), booked: request.seen + UNSEEN });
}

function finish(world: World, request: SimRequest): void {
  const { random } = world;
  if (request.kind === "stream") {
    const cost = request.seen + random.int(0, Math.max(0, Math.min(UNSEEN, heldOf(request.claim) - request.seen)));
    settle(world, request, { cost, booked: cost });
    return;
  }
  let cost = Math.max(request.cost, request.past + random.int(0, request.bound));
  if (world.hasOverruns && random.chance(0.1) && isServed(request)) {
    const wrong = random.int(1, 10);
    cost = request.past + request.bound + wrong;
    world.slack += wrong;
  }
  settle(world, request, { cost, booked: cost });
}

function settle(world: World, request: SimRequest, bill: { cost: number; booked: number }): void {
  const { isolate, claim } = request;
  const now = world.now;
  const wasLeft = isLeft(request);
  if (isolate && !request.isDead) {
    const event = eventOf(request, bill.booked, now);
    if (claims.settle(isolate.state, claim, { event, now: world.clockOf(isolate) })) request.booked = bill.booked;
    world.noteEvents(isolate);
    claims.serve(isolate.state, claim, world.clockOf(isolate));
  }
  request.cost = bill.cost;
  request.phase = "ended";
  world.requests.delete(request.id);
  for (const { unit, pots, key } of request.shares) {
    // Of a wallet that is gone, or is taken for it, what rolls counts from when it was lost.
    const isLost = wasLeft || world.isLost(key);
    const counts = (pot: Pot) => !isLost || pot.slotMs === 0;
    if (unit !== "concurrent") world.notePaid((pots ?? []).filter(counts), () => inUnit(unit, bill.cost));
  }
  if (isolate) observe(world, isolate, "float");
}

/** An attempt failed and cost something; another one is planned and needs a hold of its own. */
function nextAttempt(world: World, request: SimRequest): void {
  const { random } = world;
  const { isolate, claim } = request;
  const [spent, bound] = [random.int(0, request.bound), random.int(1, 12)];
  if (!isolate || request.isTopping || request.cost > request.past + spent) return;
  const more = request.past + spent + bound - heldOf(claim);
  if (more > 0) {
    const before = heldOf(claim);
    claims.topUp(isolate.state, claim, { more: amountsOf(more), now: world.clockOf(isolate) });
    if (heldOf(claim) === before) {
      claims.dropTopUp(claim);
      return;
    }
    topped(world, request, "float");
  }
  request.past += spent;
  request.bound = bound;
  request.cost = Math.max(request.cost, request.past);
}

/** An isolate vanishes without a word. What it sent may still arrive; what it ran goes on at the providers. */
function vanish(world: World, isolate: Isolate): void {
  world.counts.vanished++;
  world.deadWallets.add(isolate.state.id);
  for (const request of [...world.requests.values()]) {
    if (request.isolate !== isolate) continue;
    request.isolate = null;
    if (request.phase !== "running") drop(world, request);
  }
  world.isolates = world.isolates.filter((one) => one !== isolate);
  world.addIsolate();
}

function sendIfDue(world: World, isolate: Isolate): void {
  if (due(isolate.state, world.clockOf(isolate), 0)) world.send(isolate);
}

function carryAny(world: World): void {
  const { random, net } = world;
  if (net.length > 0) carry(world, random.chance(0.6) ? 0 : random.int(0, net.length - 1), random.chance(0.12));
}

/** One packet arrives, is lost, or arrives and comes again. */
function carry(world: World, index: number, isKept: boolean): void {
  const packet = world.net[index];
  if (!packet) return;
  const isLost = world.random.chance(world.lossRate);
  if (isLost || !isKept) world.net.splice(index, 1);
  if (!isLost) deliver(world, packet, world.random.chance(world.lossRate / 2));
}

function deliver(world: World, packet: Packet, isReplyLost: boolean): void {
  if (packet.to === "ledger") {
    world.receive(packet, isReplyLost);
    return;
  }
  const { isolate, reply, sentAt } = packet;
  if (!world.isolates.includes(isolate)) return;
  const { state } = isolate;
  const [id, now, before] = [state.id, world.clockOf(isolate), digestOfWallet(isolate)];
  noteShut(world, packet, now);
  takeReply(state, structuredClone(reply), { sentAt, now });
  if (packet.isTaken && before !== digestOfWallet(isolate)) broken("S3", "a repeated answer changed the wallet");
  packet.isTaken ||= now < sentAt + FRESH_MS;
  if (state.id !== id) {
    world.deadWallets.add(id);
    world.counts.forgotten++;
  }
  observe(world, isolate, "answer");
}

/** Where this answer will be taken, the wallet knows which of its leases may not be drawn on. */
function noteShut(world: World, packet: Extract<Packet, { to: "wallet" }>, now: number): void {
  const { reply, sentAt, isolate } = packet;
  const { id, ack, version } = isolate.state;
  if (reply.outcome !== "heard" || reply.wallet !== id || now >= sentAt + FRESH_MS) return;
  if (reply.seq < ack || reply.version < version) return;
  for (const { lease, free } of reply.leases) {
    if (free < 0) world.toldShut.add(`${id}_${lease}`);
    else world.toldShut.delete(`${id}_${lease}`);
  }
}

function digestOfWallet({ state }: Isolate): string {
  const leases = [...state.leases.values()].map(({ number, granted, spent }) => [number, granted, spent]);
  return JSON.stringify([state.id, state.ack, state.version, state.freshUntil, state.events.length, leases]);
}

function administer(world: World): void {
  const { random, ledger } = world;
  const dice = random.next();
  const budget = random.pick([...ledger.budgets.values()]);
  const added = [...ledger.budgets.values()].filter(({ id }) => id.startsWith("N"));
  if (dice < 0.3) world.change({ ...budget, limit: Math.max(0, budget.limit - random.int(1, 150)) });
  else if (dice < 0.45) world.change({ ...budget, limit: budget.limit + random.int(1, 150) });
  else if (dice < 0.6) world.setRevoked(random.pick(world.keyIds), true);
  else if (dice < 0.76) for (const key of [...world.revokedAt.keys()]) world.setRevoked(key, false);
  else if (added.length > 2 || (added.length > 0 && random.chance(0.3))) world.remove(random.pick(added));
  else {
    const scope = random.chance(0.5)
      ? ({ type: "key", id: random.pick(world.keyIds) } as const)
      : ({ type: "model", id: "m1" } as const);
    world.change(budgetOf(`N${world.counts.steps}`, scope, random.int(20, 200)));
  }
}

function jump(world: World): void {
  const { random } = world;
  // A busy tenant sees thousands of requests in the time that another one sleeps through.
  const dice = world.isHot ? random.next() ** 8 : random.next();
  if (world.isSleepy && random.chance(0.3)) {
    world.now += random.chance(0.6) ? random.int(30_000, 90_000) : DAY_MS + random.int(0, 100_000);
  } else if (dice < 0.6) world.now += random.int(5, 100);
  else if (dice < 0.9) world.now += random.int(100, 2_500);
  else if (dice < 0.96) world.now += random.int(2_500, 20_000);
  else if (dice < 0.98) world.now = (Math.floor(world.now / HOUR_MS) + 1) * HOUR_MS + random.int(-3_000, 2_000);
  else if (dice < 0.995) world.now += random.int(20_000, 90_000);
  else world.now += DAY_MS + random.int(0, 100_000);
  if (random.chance(0.3)) return;
  for (const request of world.requests.values()) {
    if (request.isolate && isServed(request) && request.phase === "running")
      request.claim.touchedAt = world.clockOf(request.isolate);
  }
}

/** No new requests, a network that works, and contexts that live. */
function beQuiet(world: World): void {
  for (let round = 0; round < 40; round++) {
    for (const request of [...world.requests.values()]) quieten(world, request, round);
    exchange(world, 3);
    world.now += 100;
  }
  for (let round = 0; round < 60; round++) {
    exchange(world, 1);
    world.now += 100;
  }
  const isWaitedFor =
    [...world.requests.values()].some((r) => r.isDead) || world.isolates.some(({ state }) => state.claims.size > 0);
  if (!isWaitedFor) checkIdle(world);
  for (let round = 0; round < 140; round++) {
    exchange(world, 1);
    if (round % 20 === 19) world.expire();
    checkBooks(world);
    world.now += 1_000;
  }
  // Contexts that died: their providers went on to the end.
  for (const request of [...world.requests.values()]) {
    if (request.phase === "running") settle(world, request, { cost: request.cost, booked: request.cost });
  }
}

function quieten(world: World, request: SimRequest, round: number): void {
  if (request.phase === "waiting" && isServed(request)) round > 6 && giveUp(world, request);
  else if (request.phase === "held" && !request.isDead) dispatch(world, request);
  else if (request.phase === "running") (world.random.chance(0.4) || round > 10 ? finish : progress)(world, request);
  else if (request.isDead) drop(world, request);
  checkBooks(world);
}

function exchange(world: World, most: number): void {
  for (const isolate of world.isolates) {
    for (let i = 0; i < most; i++) {
      const isDue = due(isolate.state, world.clockOf(isolate), 0) !== null || isolate.state.claims.size > 0;
      if (isDue) send(world, isolate);
      else drain(world);
    }
  }
}

function send(world: World, isolate: Isolate): void {
  world.send(isolate);
  drain(world);
}

function drain(world: World): void {
  for (let packet = world.net.shift(); packet; packet = world.net.shift()) deliver(world, packet, false);
}

/** L2: wallets without requests hold nothing. */
function checkIdle(world: World): void {
  for (const { state } of world.isolates) {
    for (const lease of world.ledger.wallets.get(state.id)?.leases.values() ?? []) {
      if (lease.granted !== lease.spent + lease.returned) broken("L2", "an idle wallet holds money after 6 s");
    }
  }
}

/** L2: all that is left is there for the first call of a new wallet. */
function checkRest(world: World): void {
  for (const old of world.isolates) {
    for (let i = 0; i < 3; i++) send(world, old);
    if (!isFresh(old.state, world.clockOf(old))) broken("L3", "a wallet that lives cannot reach the ledger");
  }
  for (const key of [...world.revokedAt.keys()]) world.setRevoked(key, false);
  const facts: ScopeFacts = { key: "k2", team: null, user: null, provider: "p", model: "m2", tags: {}, session: null };
  const roomIn = (unit: Unit) =>
    Math.min(
      ...potsOf(world.ledger, facts, { unit, now: world.now }).map((pot) => roomOf(world.ledger, pot)),
      1_000_000,
    );
  const need = Math.min(roomIn("nanos"), Math.floor(roomIn("tokens") / TOKENS));
  if (need <= 0 || roomIn("requests") < 1 || roomIn("concurrent") < 1) return;
  const isolate = world.addIsolate();
  isolate.skewMs = 0;
  const claim = claims.arrive(isolate.state, { id: "rest", facts, most: amountsOf(need) }, world.now);
  send(world, isolate);
  if (claim.state !== "held") broken("L2", `the rest of a quiet budget was ${claim.state} at the first call`);
  checkBooks(world);
  claims.giveUp(isolate.state, claim, world.now);
  for (let i = 0; i < 3; i++) send(world, isolate);
  checkStranger(world);
}

/** L2: who does not know the key gets a request's worth with the call that tells whose it is. */
function checkStranger(world: World): void {
  const isolate = world.addIsolate();
  isolate.skewMs = 0;
  const said = { user: null, provider: "p", model: "m2", tags: {}, session: null };
  ask(isolate.state, "hash_k2");
  const request = { id: "stranger", keyHash: "hash_k2", said, most: amountsOf(1) };
  const claim = claims.arriveUnknown(isolate.state, request, world.now);
  send(world, isolate);
  if (claim.state !== "held") broken("L2", `a stranger's request was ${claim.state} at the first call`);
}

/** Rules of the protocol, each broken by one edit of the source: a checker that lets one pass checks nothing. */

export interface Mutation {
  name: string;
  /** The first history, where it takes a rare one. */
  from?: number;
  file: string;
  find: string;
  replace: string;
}

const LEDGER = "durable-objects";
const WALLET = "worker/wallet";

export const MUTATIONS: Mutation[] = [
  {
    name: "a grant checks one budget of the set alone",
    file: `${LEDGER}/sync.ts`,
    find: "missing === 0 || lease.pots.every((pot) =>",
    replace: "missing === 0 || lease.pots.slice(0, 1).every((pot) =>",
  },
  {
    name: "returned is added instead of maximized",
    file: `${LEDGER}/sync.ts`,
    find: "const back = ask.returned - lease.returned;",
    replace: "const back = ask.returned;",
  },
  {
    name: "an event is taken twice",
    file: `${LEDGER}/sync.ts`,
    find: "if (numbered.n <= wallet.seen) continue;",
    replace: "",
  },
  {
    name: "an older message overwrites a newer one",
    file: `${LEDGER}/sync.ts`,
    find: "if (message.seq > wallet.seq) {",
    replace: "if (message.seq > 0) {",
  },
  {
    name: "what runs is not covered",
    file: `${LEDGER}/sync.ts`,
    find: "leases.grant(state, lease, -asked.idle);",
    replace: "",
  },
  {
    name: "a wallet that is not known may go on",
    file: `${LEDGER}/sync.ts`,
    find: 'if (!message.opens) return { outcome: "forget", wallet: message.wallet };',
    replace: "",
  },
  {
    name: "an old opening message opens",
    from: 2_000,
    file: `${LEDGER}/sync.ts`,
    find: "now - message.sentAt > OPEN_AGE_MS",
    replace: "false",
  },
  {
    name: "a repeated message counts as a sign of life and as the last one",
    file: `${LEDGER}/sync.ts`,
    find: '  return {\n    outcome: "heard",',
    replace: '  wallet.heardAt = now;\n  return {\n    outcome: "heard",',
  },
  {
    name: "a stale lease gets more",
    file: `${LEDGER}/sync.ts`,
    find: "const stale = leases.isStale(state, lease, now);",
    replace: "const stale = false;",
  },
  {
    name: "a lease may be drawn on past its period",
    file: `${LEDGER}/sync.ts`,
    find: "lease.pots.map((one) => one.endsAt)) - CLOCK_DOUBT_MS",
    replace: "lease.pots.map((one) => one.endsAt)) + 60_000",
  },
  {
    name: "what was lost is freed",
    file: `${LEDGER}/leases.ts`,
    find: 'if (lease.unit !== "concurrent") count(pot, "lost", { amount: lost, at });',
    replace: "",
  },
  {
    name: "a settlement forgets one budget of the set",
    file: `${LEDGER}/leases.ts`,
    find: 'for (const pot of lease.pots) count(pot, "settled", spent);',
    replace: 'for (const pot of lease.pots.slice(1)) count(pot, "settled", spent);',
  },
  {
    name: "closing a lease forgets what is left",
    file: `${LEDGER}/leases.ts`,
    find: "  giveBack(state, lease, outstanding(lease));",
    replace: "",
  },
  {
    name: "a changed lease is not noted",
    file: `${LEDGER}/leases.ts`,
    find: "  if (amount === 0) return;\n  state.changes.leases.add(lease);",
    replace: "  if (amount === 0) return;",
  },
  {
    name: "a changed pot is not noted",
    file: `${LEDGER}/leases.ts`,
    find: "    pot.held += amount;\n    state.changes.pots.add(pot);",
    replace: "    pot.held += amount;",
  },
  {
    name: "a vanished wallet is never booked",
    file: `${LEDGER}/expiry.ts`,
    find: "} else if (silentMs > SILENT_MS) {",
    replace: "} else if (silentMs < 0) {",
  },
  {
    name: "a lost wallet that is heard again stays lost in the books",
    file: `${LEDGER}/expiry.ts`,
    find: 'const nanos = leases.relabel(state, lease, { label: "held", at });',
    replace: "const nanos = 0;",
  },
  {
    name: "a wallet labelled lost is not noted",
    file: `${LEDGER}/expiry.ts`,
    find: "  state.changes.wallets.add(wallet);\n}\n\n/** What is lost is a record",
    replace: "}\n\n/** What is lost is a record",
  },
  {
    name: "a change of the policy keeps its version",
    file: `${LEDGER}/changes.ts`,
    find: "  state.version++;",
    replace: "",
  },
  {
    name: "validity counts from the answer's arrival",
    file: `${WALLET}/reply.ts`,
    find: "Math.max(wallet.freshUntil, sentAt + FRESH_MS)",
    replace: "Math.max(wallet.freshUntil, now + FRESH_MS)",
  },
  {
    name: "an answer that took long is taken",
    file: `${WALLET}/reply.ts`,
    find: "now >= sentAt + FRESH_MS || ",
    replace: "",
  },
  {
    name: "an older answer is taken",
    file: `${WALLET}/reply.ts`,
    find: "if (reply.seq < wallet.ack || reply.version < wallet.version) return;",
    replace: "",
  },
  {
    name: "a grant is an increment",
    file: `${WALLET}/reply.ts`,
    find: "lease.granted = Math.max(lease.granted, answer.granted);",
    replace: "lease.granted += answer.granted;",
  },
  {
    name: "a budget over its limit is drawn on",
    file: `${WALLET}/reply.ts`,
    find: "const isShut = answer.free < 0;",
    replace: "const isShut = false;",
  },
  {
    name: "a new policy suspends nothing",
    file: `${WALLET}/reply.ts`,
    find: "    lease.until = Number.NEGATIVE_INFINITY;\n    if (!lease.done",
    replace: "    if (!lease.done",
  },
  {
    name: "who waits stays on a stale lease",
    file: `${WALLET}/reply.ts`,
    find: "if (isNew && claim.parts.some(({ lease }) => lease.stale)) move(wallet, claim, now);\n  else if",
    replace: "if",
  },
  {
    name: "a forgotten wallet goes on under its id",
    file: `${WALLET}/reply.ts`,
    find: "    beForgotten(wallet, now);",
    replace: "",
  },
  {
    name: "what is not funded is held",
    file: `${WALLET}/reply.ts`,
    find: "(lease.unlimited || waitsFor(claim, turn.part) <= floatOf(lease))",
    replace: "(lease.unlimited || waitsFor(claim, turn.part) <= floatOf(lease) + 1)",
  },
  {
    name: "every event counts as confirmed",
    file: `${WALLET}/reply.ts`,
    find: "wallet.events.filter((e) => e.n > reply.seen)",
    replace: "[]",
  },
  {
    name: "a lease is confirmed by any answer",
    file: `${WALLET}/reply.ts`,
    find: "if (!lease.sent || reply.seq < lease.sent.seq) continue;",
    replace: "if (!lease.sent) continue;",
  },
  {
    name: "events are dropped when they are sent",
    file: `${WALLET}/message.ts`,
    find: "const events = wallet.events.slice(0, maxEvents);",
    replace: "const events = wallet.events.splice(0, maxEvents);",
  },
  {
    name: "a lease is closed before its events are told",
    file: `${WALLET}/message.ts`,
    find: "!isWaitedFor && want === 0 && isTold",
    replace: "!isWaitedFor && want === 0",
  },
  {
    name: "a lease that serves requests is closed",
    file: `${WALLET}/message.ts`,
    find: "if (lease.running === 0 && !isWaitedFor",
    replace: "if (!isWaitedFor",
  },
  {
    name: "a lease without limit is not told with its events",
    file: `${WALLET}/message.ts`,
    find: "if (!lease.sent && !isNamed(wallet, lease)) {",
    replace: "if (!lease.sent) {",
  },
  {
    name: "requests are dispatched on what is known no more",
    file: `${WALLET}/claims.ts`,
    find: "if (!isFresh(wallet, now) || isRevoked(",
    replace: "if (isRevoked(",
  },
  {
    name: "a top-up needs no funds",
    file: `${WALLET}/claims.ts`,
    find: "wanting.every((part) => isAtHand(wallet, part, { amount: part.more, now }))",
    replace: "wanting.every(({ lease }) => isUsable(wallet, lease, now))",
  },
  {
    name: "an arrival needs no funds",
    file: `${WALLET}/claims.ts`,
    find: "claim.parts.every((part) => isAtHand(wallet, part, { amount: part.need, now }))",
    replace: "claim.parts.every(({ lease }) => isUsable(wallet, lease, now))",
  },
  {
    name: "a request whose context died is booked at nothing",
    file: `${WALLET}/claims.ts`,
    find: "facts, mode, nanos });\n  settle(",
    replace: "facts, mode, nanos: 0 });\n  settle(",
  },
  {
    name: "a request whose context died is never booked",
    file: `${WALLET}/claims.ts`,
    find: 'claim.state === "running" && silentMs > DEAD_MS',
    replace: 'claim.state === "running" && silentMs < -DEAD_MS * 1000',
  },
  {
    name: "a hold that was not used stays",
    file: `${WALLET}/claims.ts`,
    find: 'claim.state === "held" && silentMs > UNUSED_MS',
    replace: 'claim.state === "held" && silentMs < -UNUSED_MS * 1000',
  },
  {
    name: "a settlement frees its hold twice",
    file: `${WALLET}/claims.ts`,
    find: "  lease.running -= part.held;\n  lease.spent += spent.amount;",
    replace: "  lease.running -= 2 * part.held;\n  lease.spent += spent.amount;",
  },
  {
    name: "a settlement's cost is not taken off",
    file: `${WALLET}/claims.ts`,
    find: "  lease.spent += spent.amount;\n",
    replace: "",
  },
  {
    name: "validity and period do not matter",
    file: `${WALLET}/leases.ts`,
    find: "isFresh(wallet, now) && now < lease.until && !lease.stale",
    replace: "!lease.stale",
  },
  {
    name: "what is given back may be drawn",
    file: `${WALLET}/leases.ts`,
    find: "lease.granted - lease.spent - lease.returned - lease.running;",
    replace: "lease.granted - lease.spent - lease.running;",
  },
  {
    name: "demand never fades",
    file: `${WALLET}/leases.ts`,
    find: "if (slot.slot < oldest) continue;",
    replace: "",
  },
  {
    name: "requests of other budgets share a lease",
    file: `${WALLET}/leases.ts`,
    find: "    bucket.name += ",
    replace: "    bucket.name = ",
  },
  {
    name: "idle leases do not go back",
    file: `${WALLET}/due.ts`,
    find: "if (floatOf(lease) > 0 || lease.running === 0) return true;",
    replace: "",
  },
  {
    name: "a need is granted though one of its leases cannot pay",
    file: `${LEDGER}/sync.ts`,
    find: "const isFree = shares.every((",
    replace: "const isFree = shares.slice(0, 1).every((",
  },
  {
    name: "a claim is held though one of its units is not at hand",
    file: `${WALLET}/reply.ts`,
    find: "else if (wanted.every((part) => isFunded(",
    replace: "else if (wanted.slice(0, 1).every((part) => isFunded(",
  },
  {
    name: "a limit in another unit counts as a limit on cost",
    file: `${LEDGER}/covering.ts`,
    find: ".filter(({ limit }) => limit.unit === unit);",
    replace: ";",
  },
  {
    name: "tokens are not held",
    file: `${WALLET}/leases.ts`,
    find: 'let bucket = unit === "nanos" ? ofCosts :',
    replace: 'if (unit === "tokens") continue;\n    let bucket = unit === "nanos" ? ofCosts :',
  },
  {
    name: "what a dead request held of tokens is nothing",
    file: `${WALLET}/parts.ts`,
    find: "return isUnknown ? held :",
    replace: "return",
  },
  {
    name: "a request counts for nothing when it is sent",
    file: `${WALLET}/claims.ts`,
    find: "spend(part, { amount: held, now });",
    replace: "spend(part, { amount: 0, now });",
  },
  {
    name: "a request counts again when it ends",
    file: `${WALLET}/parts.ts`,
    find: "      // Counted when it was sent.\n      return held;",
    replace: "      return 1;",
  },
  {
    name: "requests at once are spent",
    file: `${WALLET}/parts.ts`,
    find: '    case "concurrent":\n      return 0;\n  }\n}\n\n/** What a claim',
    replace: '    case "concurrent":\n      return held;\n  }\n}\n\n/** What a claim',
  },
  {
    name: "a vanished wallet's requests run for ever",
    file: `${LEDGER}/leases.ts`,
    find: 'if (lease.unit !== "concurrent") count(',
    replace: "count(",
  },
  {
    name: "what rolled out counts on",
    file: `${LEDGER}/rolling.ts`,
    find: "    pot.settled -= slot.settled;\n",
    replace: "",
  },
  {
    name: "a rolling period is a slot too short",
    file: `${LEDGER}/rolling.ts`,
    find: "(slot.number + 1 + SLOTS) * pot.slotMs",
    replace: "(slot.number + SLOTS - 1) * pot.slotMs",
  },
  {
    name: "what is settled counts as of an hour ago",
    file: `${LEDGER}/sync.ts`,
    find: "leases.spend(state, lease, { amount, at: now - agoMs });",
    replace: "leases.spend(state, lease, { amount, at: now - agoMs - 30_000 });",
  },
  {
    name: "the doubt about clocks is no doubt",
    file: `${LEDGER}/sync.ts`,
    find: "message.sentAt - at - CLOCK_DOUBT_MS",
    replace: "message.sentAt - at + CLOCK_DOUBT_MS",
  },
  {
    name: "lost in a rolling period counts for ever",
    file: `${LEDGER}/rolling.ts`,
    find: "    pot.lost -= slot.lost;\n",
    replace: "",
  },
  {
    name: "subjects share a counter",
    file: "worker/core/scope.ts",
    find: "  subject === null ? limit.id :",
    replace: "  limit.id !== '' ? limit.id :",
  },
  {
    name: "a key's own limits do not count",
    file: `${LEDGER}/covering.ts`,
    find: 'limits = key ? limitsOf("key", key) : [];',
    replace: "limits = [];",
  },
  {
    name: "a key's own limits are forgotten by a ledger that wakes",
    file: `${LEDGER}/covering.ts`,
    find: "state.limits.get(id) ?? state.keyLimits.get(id);",
    replace: "state.limits.get(id);",
  },
  {
    name: "what a wallet was not told of limits nothing",
    file: `${WALLET}/keys.ts`,
    find: "scopeIdsOf(type, facts)) if (!wallet.scopes.has(",
    replace: "scopeIdsOf(type, facts)) if (wallet.scopes.has('') && !wallet.scopes.has(",
  },
  {
    name: "what is told of a scope is not taken in",
    file: `${WALLET}/keys.ts`,
    find: "    for (const limit of limits) addToIndex(wallet.index, limit);\n",
    replace: "",
  },
  {
    name: "a lease in a unit that nothing counts stays open",
    file: `${WALLET}/leases.ts`,
    find: "  if (lease.done || lease.running > 0) return;\n",
    replace: '  if (lease.unit !== "nanos") return;\n',
  },
];

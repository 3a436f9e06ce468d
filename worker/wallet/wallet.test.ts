import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Ledger } from "../../durable-objects/ledger.ts";
import type { Budget, KeyRecord } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import { NO_TOKENS, type UsageEvent } from "../core/usage.ts";
import { openWallet } from "./index.ts";
import type { Hold, HoldHint } from "./types.ts";

const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
const actor = { id: "operator", ip: null };
let made = 0;

const keyRecord = (over: Partial<KeyRecord> = {}): KeyRecord => ({
  id: "key_1",
  name: "test",
  hash: "hash_1",
  hint: "mtr_test_…",
  mode: "live",
  team: null,
  user: null,
  tags: {},
  require: [],
  allow: { providers: null, models: null, endpoints: null },
  rateLimits: { requestsPerMinute: null, tokensPerMinute: null, concurrent: null },
  cache: null,
  onDisconnect: "abort",
  expiresAt: null,
  createdAt: 1,
  revokedAt: null,
  ...over,
});

const budgetOf = (limitNanos: number, over: Partial<Budget> = {}): Budget => ({
  id: "bud_1",
  name: "test",
  scope: { type: "key", id: "key_1" },
  period: "total",
  timezone: "UTC",
  limitNanos,
  enforcement: "hard",
  onUnbounded: "block",
  onUnpriced: "block",
  alertAt: [],
  alertTo: [],
  createdAt: 1,
  ...over,
});

const hintOf = (needNanos: number): HoldHint => ({
  user: null,
  provider: "sandbox",
  model: "m",
  tags: {},
  session: null,
  needNanos,
});
const facts: ScopeFacts = {
  key: "key_1",
  team: null,
  user: null,
  provider: "sandbox",
  model: "m",
  tags: {},
  session: null,
};

const eventOf = (tenant: string, id: string, costNanos: number | null): UsageEvent => ({
  id,
  time: Date.now(),
  tenant,
  key: "key_1",
  team: null,
  user: null,
  session: null,
  tags: {},
  mode: "live",
  provider: "sandbox",
  model: "m",
  modelServed: null,
  endpoint: "chat/completions",
  dialect: "chat",
  stream: false,
  status: "ok",
  httpStatus: 200,
  tokens: { ...NO_TOKENS, input: 3, output: 5 },
  units: {},
  costNanos,
  savedNanos: 0,
  usageSource: "provider",
  priceSource: "catalog",
  priceVersion: null,
  boundNanos: null,
  cache: "off",
  latencyMs: 1,
  ttftMs: null,
  overheadMs: null,
  errorCode: null,
  flags: [],
  attempts: [],
});

/** A tenant with one key and the given budgets, and what its requests leave to be done. */
async function newTenant(budgets: Budget[]) {
  const tenant = `t${++made}_${Math.random().toString(36).slice(2)}`;
  const ledger = LEDGER.getByName(tenant);
  await ledger.create("key", keyRecord(), actor);
  for (const budget of budgets) await ledger.create("budget", budget, actor);
  const pending: Promise<unknown>[] = [];
  const open = () => openWallet({ namespace: LEDGER, tenant, waitUntil: (promise) => void pending.push(promise) });
  return { tenant, ledger, open, pending, settled: () => Promise.all(pending) };
}
type Tenant = Awaited<ReturnType<typeof newTenant>>;

/** One request's way through the wallet. */
async function request(tenant: Tenant, needNanos: number, costNanos: number, workMs = 0) {
  const wallet = tenant.open();
  const id = `req_${++made}`;
  const identified = await wallet.identify("hash_1", hintOf(needNanos));
  if (identified.outcome !== "known") return identified.outcome;
  const held = await wallet.hold({ id, facts, needNanos });
  if (held.outcome !== "held") return held;
  if (!wallet.dispatch(held.hold)) return "undispatched";
  if (workMs > 0) await scheduler.wait(workMs);
  tenant.pending.push(wallet.settle(held.hold, eventOf(tenant.tenant, id, costNanos)));
  return "ok";
}

test("a cold key's request costs one awaited call, and its settlement a second", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  expect(await request(tenant, 100, 60)).toBe("ok");
  expect((await tenant.ledger.stats()).calls).toBe(1);
  await tenant.settled();
  const states = await tenant.ledger.budgetStates();
  expect(states.bud_1).toEqual({ spentNanos: 60, heldNanos: 0, resetsAt: null });
  expect((await tenant.ledger.stats()).calls).toBe(2);
});

test("300 at once on a budget for 40: never over the limit, the rest refused with what is left", async () => {
  const tenant = await newTenant([budgetOf(4_000)]);
  let most = 0;
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      const state = (await tenant.ledger.budgetStates()).bud_1;
      most = Math.max(most, (state?.spentNanos ?? 0) + (state?.heldNanos ?? 0));
      await scheduler.wait(5);
    }
  })();
  const results = await Promise.all(Array.from({ length: 300 }, () => request(tenant, 100, 100, 50)));
  isOver = true;
  await watch;
  const done = results.filter((result) => result === "ok");
  const refused = results.filter((result) => typeof result === "object");
  expect(done).toHaveLength(40);
  expect(refused).toHaveLength(260);
  expect(refused[0]).toMatchObject({ outcome: "refused", budget: { id: "bud_1" }, remainingNanos: 0, resetsAt: null });
  expect(most).toBeLessThanOrEqual(4_000);
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toEqual({ spentNanos: 4_000, heldNanos: 0, resetsAt: null });
});

test("one after another, small requests use the budget up to the last that fits", async () => {
  const tenant = await newTenant([budgetOf(1_050)]);
  const results: Awaited<ReturnType<typeof request>>[] = [];
  for (let i = 0; i < 12; i++) results.push(await request(tenant, 100, 100));
  expect(results.filter((result) => result === "ok")).toHaveLength(10);
  expect(results[11]).toMatchObject({ outcome: "refused", remainingNanos: 50 });
  expect(await request(tenant, 50, 50)).toBe("ok");
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1?.spentNanos).toBe(1_050);
});

test("a hot key needs at most one call for fifty requests", { timeout: 20_000 }, async () => {
  const tenant = await newTenant([budgetOf(1_000_000_000)]);
  const total = 3_000;
  let sent = 0;
  const runner = async () => {
    while (sent < total) {
      sent++;
      expect(await request(tenant, 1_000, 700, 10)).toBe("ok");
    }
  };
  await Promise.all(Array.from({ length: 16 }, runner));
  await tenant.settled();
  const { calls, heldNanos } = await tenant.ledger.stats();
  expect(calls / total).toBeLessThanOrEqual(0.02);
  expect(heldNanos).toBe(0);
  expect((await tenant.ledger.budgetStates()).bud_1?.spentNanos).toBe(total * 700);
});

test("a request under no budget is admitted without a call while the policy is fresh", async () => {
  const tenant = await newTenant([]);
  expect(await request(tenant, 100, 60)).toBe("ok");
  await tenant.settled();
  const { calls } = await tenant.ledger.stats();
  expect(await request(tenant, 100, 60)).toBe("ok");
  expect((await tenant.ledger.stats()).calls).toBe(calls);
  await tenant.settled();
});

test("an unknown key is unknown, a revoked one revoked, at once", async () => {
  const tenant = await newTenant([]);
  expect((await tenant.open().identify("hash_x", hintOf(1))).outcome).toBe("unknown");
  expect(await request(tenant, 100, 60)).toBe("ok");
  await tenant.settled();
  await tenant.ledger.remove("key", "key_1", actor);
  // Known here until the next answer, which the next settlement brings.
  await tenant.open().settle(null, eventOf(tenant.tenant, "req_denied", 0));
  expect(await request(tenant, 100, 60)).toBe("revoked");
});

test("a top-up raises the hold while the budget lasts, and is refused by name after", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const wallet = tenant.open();
  await wallet.identify("hash_1", hintOf(100));
  const held = await wallet.hold({ id: "req_stream", facts, needNanos: 100 });
  const hold = (held as { hold: Hold }).hold;
  expect(wallet.dispatch(hold)).toBe(true);
  expect((await wallet.topUp(hold, 600)).outcome).toBe("held");
  expect(hold.nanos).toBe(700);
  expect(hold.remainingNanos).toBe(300);
  expect(await wallet.topUp(hold, 600)).toMatchObject({ outcome: "refused", budget: { id: "bud_1" } });
  await wallet.settle(hold, eventOf(tenant.tenant, "req_stream", 650));
  expect((await tenant.ledger.budgetStates()).bud_1).toEqual({ spentNanos: 650, heldNanos: 0, resetsAt: null });
});

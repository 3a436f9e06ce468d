/** What the wallet's tests share: a tenant with a key in a real ledger, and one request's way through the wallet. */
import { env } from "cloudflare:workers";
import type { Ledger } from "../../durable-objects/ledger.ts";
import type { Amounts } from "../core/lease.ts";
import type { Budget, KeyRecord } from "../core/policy.ts";
import type { ScopeFacts } from "../core/scope.ts";
import { NO_TOKENS, type UsageEvent } from "../core/usage.ts";
import { openWallet } from "./index.ts";
import type { HoldHint } from "./types.ts";

export const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
export const actor = { id: "operator", ip: null };
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

export const budgetOf = (limit: number, over: Partial<Budget> = {}): Budget => ({
  id: "bud_1",
  name: "test",
  scope: { type: "key", id: "key_1" },
  period: "total",
  timezone: "UTC",
  unit: "nanos",
  limit,
  rolling: false,
  enforcement: "hard",
  onUnbounded: "block",
  onUnpriced: "block",
  alertAt: [],
  alertTo: [],
  createdAt: 1,
  ...over,
});

export const hintOf = (needNanos: number): HoldHint => ({
  user: null,
  provider: "sandbox",
  model: "m",
  tags: {},
  session: null,
  most: () => mostOf(needNanos),
});

/** Twice as many tokens as nanodollars: enough for the event of a test. */
export const mostOf = (nanos: number): Amounts => ({ nanos, tokens: nanos * 2 });

export const facts: ScopeFacts = {
  key: "key_1",
  team: null,
  user: null,
  provider: "sandbox",
  model: "m",
  tags: {},
  session: null,
};

export const eventOf = (tenant: string, id: string, costNanos: number | null): UsageEvent => ({
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
export async function newTenant(
  budgets: Budget[],
  through: (tenant: string) => DurableObjectNamespace<Ledger> = () => LEDGER,
) {
  const tenant = `t${++made}_${Math.random().toString(36).slice(2)}`;
  const ledger = LEDGER.getByName(tenant);
  await ledger.create("key", keyRecord(), actor);
  for (const budget of budgets) await ledger.create("budget", budget, actor);
  const pending: Promise<unknown>[] = [];
  const namespace = through(tenant);
  const open = () => openWallet({ namespace, tenant, waitUntil: (promise) => void pending.push(promise) });
  return { tenant, ledger, open, pending, settled: () => Promise.all(pending) };
}
export type Tenant = Awaited<ReturnType<typeof newTenant>>;

/** One request's way through the wallet. */
export async function request(tenant: Tenant, needNanos: number, costNanos: number, workMs = 0) {
  const wallet = tenant.open();
  const id = `req_${++made}`;
  const identified = await wallet.identify("hash_1", hintOf(needNanos));
  if (identified.outcome !== "known") return identified.outcome;
  const held = await wallet.hold({ id, facts, most: mostOf(needNanos) });
  if (held.outcome !== "held") return held;
  if (!wallet.dispatch(held.hold)) return "undispatched";
  if (workMs > 0) await scheduler.wait(workMs);
  tenant.pending.push(wallet.settle(held.hold, eventOf(tenant.tenant, id, costNanos)));
  return "ok";
}

/** What the wallet's tests share: a tenant with a key in a real ledger, and one request's way through the wallet. */
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { Ledger } from "../../durable-objects/ledger.ts";
import type { Amounts } from "../core/lease.ts";
import type { Budget } from "../core/policy.ts";
import { sampleBudget, sampleEvent, sampleFacts, sampleKey } from "../core/samples.ts";
import type { UsageEvent } from "../core/usage.ts";
import { openWallet } from "./index.ts";
import type { HoldHint } from "./types.ts";

export const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
export const actor = { id: "operator", ip: null };
let made = 0;

export const budgetOf = (limit: number, over: Partial<Budget> = {}): Budget =>
  sampleBudget({ scope: { type: "key", id: "key_1" }, limit, ...over });

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

export const facts = sampleFacts({ provider: "sandbox", model: "m" });

export const eventOf = (tenant: string, id: string, costNanos: number | null): UsageEvent =>
  sampleEvent({ ...facts, id, tenant, costNanos });

/** A tenant with one key and the given budgets, and what its requests leave to be done. */
export async function newTenant(
  budgets: Budget[],
  through: (tenant: string) => DurableObjectNamespace<Ledger> = () => LEDGER,
) {
  const tenant = `t${++made}_${Math.random().toString(36).slice(2)}`;
  const ledger = LEDGER.getByName(tenant);
  await ledger.create("key", sampleKey(), actor);
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

/** Keeps what a file breaks on purpose out of the log; all else is still written. */
export function expectInLog(expected: RegExp): void {
  const write = console.error;
  vi.spyOn(console, "error").mockImplementation((...line) => {
    if (!expected.test(String(line[0]))) write(...line);
  });
}

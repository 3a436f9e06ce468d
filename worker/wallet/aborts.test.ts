/**
 * Ledgers that are aborted over and over, under the load of several isolates.
 * @own-process It loads modules anew, and so the Worker, which other files' objects are made of.
 */
import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import { migrate } from "../db/migrate.ts";
import { budgetOf, eventOf, expectInLog, facts, hintOf, LEDGER, mostOf, newTenant } from "./support.ts";
import type { Wallet } from "./types.ts";

const ISOLATES = 4;
const REQUESTS = 600;
const CLIENTS = 24;
const NEED_NANOS = 100;
const LIMIT_NANOS = 20_000;
const ABORT_EVERY_MS = 150;
const WORK_MS = 20;

beforeAll(() => migrate(env.DB));
beforeAll(() => expectInLog(/changed, invalidating this Durable Object/));

type Open = (waitUntil: (promise: Promise<unknown>) => void) => Wallet;

/** The wallet's module, loaded anew for each: what one isolate remembers, no other knows. */
async function isolatesOf(tenant: string): Promise<Open[]> {
  const isolates: Open[] = [];
  for (let n = 0; n < ISOLATES; n++) {
    vi.resetModules();
    const { openWallet } = await import("./index.ts");
    isolates.push((waitUntil) => openWallet({ namespace: LEDGER, tenant, waitUntil }));
  }
  return isolates;
}

test("aborted ledgers neither overspend nor leak, and every event is booked once", { timeout: 90_000 }, async () => {
  const { tenant } = await newTenant([
    budgetOf(LIMIT_NANOS),
    budgetOf(1e9, { id: "bud_2", scope: { type: "tenant", id: null } }),
  ]);
  const isolates = await isolatesOf(tenant);
  const pending: Promise<unknown>[] = [];
  const later = (promise: Promise<unknown>) => void pending.push(promise);
  const served = new Map<string, number>();
  const outcomes: Record<string, number> = {};
  let sent = 0;
  const request = async (n: number): Promise<string> => {
    const wallet = isolates[n % ISOLATES]?.(later) as Wallet;
    const identified = await wallet.identify("hash_1", hintOf(NEED_NANOS));
    if (identified.outcome !== "known") return identified.outcome;
    const id = `req_${tenant}_${n}`;
    const held = await wallet.hold({ id, facts, most: mostOf(NEED_NANOS) });
    if (held.outcome !== "held") return held.outcome;
    if (!wallet.dispatch(held.hold)) return "undispatched";
    await scheduler.wait(WORK_MS);
    const cost = 20 + ((n * 13) % 80);
    served.set(id, cost);
    later(wallet.settle(held.hold, eventOf(tenant, id, cost)));
    return "served";
  };
  const client = async () => {
    while (sent < REQUESTS) {
      const outcome = await request(sent++);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  let isOver = false;
  let aborts = 0;
  let most = 0;
  const statesOf = () => LEDGER.getByName(tenant).budgetStates();
  const aborting = (async () => {
    while (!isOver) {
      await scheduler.wait(ABORT_EVERY_MS);
      const state = (await statesOf().catch(() => null))?.bud_1;
      if (state) most = Math.max(most, state.spent + state.held);
      await abortAllDurableObjects();
      aborts++;
    }
  })();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  isOver = true;
  await aborting;
  await Promise.all(pending);

  const spent = [...served.values()].reduce((sum, cost) => sum + cost, 0);
  await expect.poll(async () => (await statesOf()).bud_1?.held, { timeout: 20_000 }).toBe(0);
  const states = await statesOf();
  console.log({ requests: REQUESTS, outcomes, aborts, spent, limit: LIMIT_NANOS, mostSpentAndHeld: most });
  expect(states.bud_1?.spent).toBe(spent);
  expect(states.bud_2).toMatchObject({ spent: spent, held: 0 });
  expect(spent).toBeLessThanOrEqual(LIMIT_NANOS);
  expect(most).toBeLessThanOrEqual(LIMIT_NANOS);
  expect(aborts).toBeGreaterThan(3);
  expect(outcomes.served).toBe(served.size);
  // The budget was used up: it refused, and what is left would not have held another.
  expect(outcomes.refused).toBeGreaterThan(0);
  expect(LIMIT_NANOS - spent).toBeLessThan(NEED_NANOS);
  const records = () =>
    env.DB.prepare("SELECT id, cost_nanos AS cost FROM usage WHERE tenant = ?")
      .bind(tenant)
      .all<{ id: string; cost: number }>();
  await expect.poll(async () => (await records()).results.length, { timeout: 20_000 }).toBe(served.size);
  for (const { id, cost } of (await records()).results) expect(cost, id).toBe(served.get(id));
});

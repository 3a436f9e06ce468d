/** How many calls of the ledger a request costs, settlements included, as the ledger itself counts them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriesTotal } from "../bench/stats.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type Fleet, startFleet } from "./support/fleet.ts";
import { type Key, newTenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three", input: 8, output: 20 };
const EDGES = 4;
const REQUESTS = 10_000;
const AT_ONCE = 32;
/** What the architecture promises for a hot key. */
const MOST_CALLS = 0.02;
/** A key that is used now and then pays one awaited call, and its settlement a second one. */
const MOST_CALLS_SPARSE = 2;
const SPARSE_EVERY_MS = 5_000;
const SPARSE_REQUESTS = 4;
/** Idle leases go back, and counters are told, within so long. */
const TOLD_WITHIN_MS = 20_000;
/** Longer than the pause between two tellings. */
const QUIET_MS = 3_000;
const TEST_MS = 150_000;

let fleet: Fleet;
let upstream: Upstream;

beforeAll(async () => {
  fleet = await startFleet(EDGES);
  upstream = await startUpstream(chats(ANSWER));
});

afterAll(async () => {
  await upstream?.close();
  await fleet?.stop();
});

async function counters(): Promise<{ requests: number; calls: number; held: number }> {
  const response = await fetch(`${fleet.url}/metrics`, { headers: { authorization: `Bearer ${fleet.adminToken}` } });
  const text = await response.text();
  const total = (name: string): number => seriesTotal(text, name) ?? Number.NaN;
  return {
    requests: total("meterr_requests_total"),
    calls: total("meterr_ledger_calls_total"),
    held: total("meterr_held_nanousd"),
  };
}

/** A key under hard budgets of its tenant and of its own, both ample. */
async function newKey(): Promise<Key> {
  const tenant = await newTenant(fleet);
  await tenant.credential("openai", upstream.origin);
  const key = await tenant.key();
  await tenant.budget({ scope: { type: "tenant" }, period: "month", limit_usd: "1000" });
  await tenant.budget({ scope: { type: "key", id: key.id }, period: "day", limit_usd: "100" });
  return key;
}

/** Calls a request of `work`, which sends `count` requests, from before the first until all has been given back. */
async function callsOf(count: number, work: () => Promise<void>): Promise<number> {
  await sleep(QUIET_MS);
  const before = await counters();
  await work();
  await until("all is told and given back", TOLD_WITHIN_MS, async () => {
    const now = await counters();
    return now.requests - before.requests === count && now.held === 0;
  });
  await sleep(QUIET_MS);
  return ((await counters()).calls - before.calls) / count;
}

async function send(key: Key, url: string): Promise<void> {
  const response = await ask({ url }, DIALECTS.chat, { key: key.key });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
}

test.each([1, EDGES])(
  "10,000 requests of one hot key in %i isolates need at most one call for fifty",
  async (edges) => {
    const key = await newKey();
    let sent = 0;
    const client = async () => {
      while (sent < REQUESTS) await send(key, fleet.urls[sent++ % edges] ?? "");
    };
    const calls = await callsOf(REQUESTS, async () => {
      await Promise.all(Array.from({ length: AT_ONCE }, client));
    });
    console.log(`ledger calls a request, ${REQUESTS} requests of one key in ${edges} isolates: ${calls.toFixed(4)}`);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
  },
  TEST_MS,
);

test(
  "a key used once in five seconds needs two calls a request at most",
  async () => {
    const key = await newKey();
    const calls = await callsOf(SPARSE_REQUESTS, async () => {
      for (let n = 0; n < SPARSE_REQUESTS; n++) {
        if (n > 0) await sleep(SPARSE_EVERY_MS);
        await send(key, fleet.urls[1] ?? "");
      }
    });
    console.log(`ledger calls a request, a key used once in ${SPARSE_EVERY_MS / 1000} s: ${calls.toFixed(2)}`);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(MOST_CALLS_SPARSE);
  },
  TEST_MS,
);

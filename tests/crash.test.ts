/** The process is killed in the middle of load: budgets equal the sum of the records, no event is lost or twice. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UsageRecord } from "../worker/core/record.ts";
import { aMinuteLater } from "./support/a-minute-later.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, type Budget, costOfAll, type Key, nanos, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three four five ".repeat(4), input: 8, output: 20 };
const QUESTIONS = [JSON.stringify(chat.body), JSON.stringify({ ...chat.body, stream: true })];
const ROUNDS = 3;
const WORKERS = 12;
/** How long each round's load runs before the kill; uneven, so that it hits different moments. */
const LOAD_MS = [700, 1_300, 400];
/** What a vanished wallet held is booked as lost once the ledger looks; the records follow within seconds. */
const LOST_WITHIN_MS = 40_000;
const TEST_MS = 150_000;

let system: System;
let upstream: Upstream;

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(chats(ANSWER, { everyMs: 15 }));
});

afterAll(async () => {
  await upstream?.close();
  await system?.stop();
});

beforeEach(() => {
  upstream.received.length = 0;
});

interface Load {
  /** Ids of the requests whose whole answer the client has seen. */
  completed: string[];
  /** Ids of all requests of which the client has seen anything. */
  begun: string[];
  /** Ends once every client has its answer, or has lost it. */
  stop(): Promise<void>;
}

/** Clients that ask one after another, streamed and not, until they are stopped. */
function load(key: Key): Load {
  const completed: string[] = [];
  const begun: string[] = [];
  let running = true;
  const client = async (n: number) => {
    for (let turn = n; running; turn++) {
      try {
        const response = await ask(system, chat, { key: key.key, body: QUESTIONS[turn % QUESTIONS.length] });
        const id = response.headers.get("x-meterr-request-id");
        if (id !== null) begun.push(id);
        await response.text();
        if (id !== null && response.status === 200) completed.push(id);
      } catch {
        // The server is gone: what came of this request is what the test is about.
        await sleep(20);
      }
    }
  };
  const clients = Promise.all(Array.from({ length: WORKERS }, (_, n) => client(n)));
  return {
    completed,
    begun,
    stop: async () => {
      running = false;
      await clients;
    },
  };
}

async function newBudgets(): Promise<{ tenant: Tenant; key: Key; budgets: Budget[] }> {
  const tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  const key = await tenant.key();
  const budgets = [
    await tenant.budget({ scope: { type: "tenant" }, limit_usd: "10" }),
    await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "5" }),
  ];
  return { tenant, key, budgets };
}

/** All that is owed is booked: nothing is held and all records are there. */
async function atRest(of: { tenant: Tenant; budgets: Budget[] }, withinMs: number): Promise<UsageRecord[]> {
  return until("budgets at rest, equal to the records", withinMs, async () => {
    const records = await of.tenant.records();
    const sum = costOfAll(records);
    const states = await Promise.all(of.budgets.map(({ id }) => of.tenant.budgetNow(id)));
    const rested = states.every((state) => nanos(state.held_usd) === 0 && nanos(state.spent_usd) === sum);
    return rested && records;
  });
}

test(
  "after kill -9 in the middle of load, three times, the books are whole",
  async () => {
    const set = await newBudgets();
    const completed: string[] = [];
    const begun: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const running = load(set.key);
      await sleep(LOAD_MS[round % LOAD_MS.length] ?? 1_000);
      const before = running.completed.length;
      await system.kill9();
      await running.stop();
      expect(before).toBeGreaterThan(0);
      completed.push(...running.completed);
      begun.push(...running.begun);
      if (round === ROUNDS - 1) aMinuteLater(system.stateDir);
      await system.restart();
    }
    const records = await atRest(set, LOST_WITHIN_MS);
    const ids = records.map((record) => record.id);
    expect(new Set(ids).size).toBe(ids.length);

    const recorded = new Set(ids);
    const unrecorded = completed.filter((id) => !recorded.has(id));
    const lost = records.filter((record) => record.status === "lost");
    for (const record of lost) expect(record).toMatchObject({ usage_source: "bound", key: set.key.id });
    // What the client saw completed, and no record of its own tells, was in flight to the ledger: a lost record covers it.
    const costOfOne = Math.max(
      ...records.filter((record) => record.status === "ok").map((record) => nanos(record.cost_usd)),
    );
    expect(costOfAll(lost)).toBeGreaterThanOrEqual(unrecorded.length * costOfOne);
    // And so it covers all that the provider did and that has no record.
    const known = records.filter((record) => record.attempts.length > 0).length;
    expect(costOfAll(lost)).toBeGreaterThanOrEqual((upstream.received.length - known) * costOfOne);

    const summary = await api<{ data: { requests: number; cost_usd: string }[] }>(
      system,
      "GET",
      `/tenants/${set.tenant.id}/usage/summary`,
    );
    expect(nanos(summary.json.data[0]?.cost_usd ?? null)).toBe(costOfAll(records));
    expect(begun.length).toBeGreaterThanOrEqual(completed.length);
  },
  TEST_MS,
);

test("a stop in the middle of load loses nothing", async () => {
  const set = await newBudgets();
  const running = load(set.key);
  await sleep(1_000);
  expect(await system.stop()).toBe(0);
  await running.stop();
  await system.restart();
  const records = await atRest(set, 20_000);
  const ids = records.map((record) => record.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(running.completed.length).toBeGreaterThan(0);
  expect(running.completed.filter((id) => !ids.includes(id))).toEqual([]);
  expect(running.begun.filter((id) => !ids.includes(id))).toEqual([]);
  expect(records.filter((record) => record.status === "lost")).toEqual([]);
  // What the provider was asked is in the books, whether the client got the answer or not.
  expect(records.filter((record) => record.attempts.length > 0)).toHaveLength(upstream.received.length);
});

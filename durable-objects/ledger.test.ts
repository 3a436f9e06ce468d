import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import type { LeaseAsk, NumberedEvent, Share, SyncMessage } from "../worker/core/lease.ts";
import type { LedgerRecords } from "../worker/core/ledger-api.ts";
import type { Budget, Credential } from "../worker/core/policy.ts";
import { sampleBudget, sampleEvent, sampleFacts, sampleKey } from "../worker/core/samples.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { migrate } from "../worker/db/migrate.ts";
import { D1_BATCH, deliver } from "./d1.ts";
import type { Ledger } from "./ledger.ts";
import { SILENT_MS } from "./limits.ts";
import { nextBatch } from "./outbox.ts";

const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
/** The stub's own types lose generics and open records. */
const asRecords = (ledger: DurableObjectStub<Ledger>) => ledger as unknown as LedgerRecords;
const actor = { id: "operator", ip: "192.0.2.1" };
let made = 0;

beforeAll(() => migrate(env.DB));

const budget = (over: Partial<Budget> = {}): Budget => sampleBudget({ period: "month", ...over });

const credential: Credential = {
  id: "cred_1",
  provider: "openai",
  name: "default",
  sealed: "sealed-text",
  last4: "abcd",
  origin: null,
  weight: 1,
  custom: null,
  createdAt: 1,
};

const facts = sampleFacts({ provider: "p", model: "m" });

const usageEvent = (tenant: string, id: string, over: Partial<UsageEvent> = {}): UsageEvent =>
  sampleEvent({ ...facts, id, tenant, tags: { env: "prod" }, boundNanos: 100, latencyMs: 7, ...over });

/** A tenant's ledger, and the messages of one wallet. */
function newTenant() {
  const tenant = `t${++made}_${crypto.randomUUID()}`;
  const ledger = LEDGER.getByName(tenant);
  let [seq, n] = [0, 0];
  const message = (asks: (Partial<LeaseAsk> & { needs?: number[] })[], events: UsageEvent[] = []): SyncMessage => ({
    tenant,
    wallet: `wal_${tenant}`,
    opens: seq === 0,
    seq: ++seq,
    sentAt: Date.now(),
    version: 0,
    identify: [],
    events: events.map(
      (event): NumberedEvent => ({
        n: ++n,
        spends: [{ lease: 1, amount: event.costNanos ?? 0 }],
        event,
        at: Date.now(),
      }),
    ),
    leases: asks.map(
      ({ needs: _, ...ask }): LeaseAsk => ({
        ...{ lease: 1, facts: { known: facts }, unit: "nanos", returned: 0, running: 0, want: 0, done: false },
        ...ask,
      }),
    ),
    needs: asks.flatMap(({ lease = 1, needs = [] }): Share[][] => needs.map((amount) => [{ lease, amount }])),
  });
  return { tenant, ledger, message };
}

async function inD1(tenant: string) {
  const rows = await env.DB.prepare("SELECT id, cost_nanos, status FROM usage WHERE tenant = ? ORDER BY id")
    .bind(tenant)
    .all();
  const hours = await env.DB.prepare(
    "SELECT sum(requests) AS requests, sum(unpriced) AS unpriced, sum(cost_nanos) AS cost, sum(input_tokens) AS input, sum(latency_ms) AS latency FROM usage_hourly WHERE tenant = ?",
  )
    .bind(tenant)
    .all();
  return { rows: rows.results, hours: hours.results[0] };
}

test("a record is created once, read, listed newest first, changed and removed, each with an audit entry", async () => {
  const { ledger } = newTenant();
  expect(await ledger.create("key", sampleKey(), actor)).toEqual({ outcome: "created" });
  expect(await ledger.create("key", sampleKey({ hash: "hash_other" }), actor)).toEqual({ outcome: "exists" });
  expect(await ledger.create("key", sampleKey({ id: "key_2" }), actor)).toEqual({ outcome: "exists" });
  await ledger.create("key", sampleKey({ id: "key_2", hash: "hash_2", createdAt: 2 }), actor);
  await ledger.create("key", sampleKey({ id: "key_3", hash: "hash_3", createdAt: 2 }), actor);
  const first = await ledger.list("key", { limit: 2, cursor: null });
  expect(first.items.map(({ id }) => id)).toEqual(["key_3", "key_2"]);
  const second = await ledger.list("key", { limit: 2, cursor: first.cursor });
  expect(second.items.map(({ id }) => id)).toEqual(["key_1"]);
  expect(second.cursor).toBeNull();
  const changed = await ledger.update("key", "key_1", { name: "renamed" }, actor);
  expect(changed).toEqual(sampleKey({ name: "renamed" }));
  expect(await ledger.update("key", "key_9", { name: "x" }, actor)).toBeNull();
  await ledger.create("credential", credential, actor);
  expect(await ledger.remove("credential", "cred_1", actor)).toBe(true);
  expect(await ledger.remove("credential", "cred_1", actor)).toBe(false);
  const { items } = await asRecords(ledger).audit({ limit: 10, cursor: null });
  expect(items.map(({ action, kind, recordId }) => [action, kind, recordId])).toEqual([
    ["delete", "credential", "cred_1"],
    ["create", "credential", "cred_1"],
    ["update", "key", "key_1"],
    ["create", "key", "key_3"],
    ["create", "key", "key_2"],
    ["create", "key", "key_1"],
  ]);
  expect(items[2]).toMatchObject({ before: { name: "test" }, after: { name: "renamed" }, actor });
  expect(JSON.stringify(items)).not.toMatch(/hash_|sealed/);
});

test("a removed key is revoked at once and stays readable", async () => {
  const { ledger, message } = newTenant();
  await ledger.create("key", sampleKey(), actor);
  const known = await ledger.sync({ ...message([]), identify: ["hash_1", "hash_x"] });
  expect(known).toMatchObject({
    keys: [
      { hash: "hash_1", key: { id: "key_1" } },
      { hash: "hash_x", key: null },
    ],
  });
  expect(await ledger.remove("key", "key_1", actor)).toBe(true);
  expect(await ledger.remove("key", "key_1", actor)).toBe(false);
  expect((await asRecords(ledger).get("key", "key_1"))?.revokedAt).toBeTypeOf("number");
  await ledger.create("budget", budget(), actor);
  const refused = await ledger.sync({ ...message([{ needs: [10] }]), identify: ["hash_1"] });
  expect(refused).toMatchObject({ policy: { revoked: ["key_1"] }, leases: [] });
  await evictDurableObject(ledger);
  const again = await ledger.sync(message([]));
  expect(again).toMatchObject({ policy: { revoked: ["key_1"] } });
});

test("a POST repeated with its idempotency key gets its first answer, with another body a conflict", async () => {
  const { ledger } = newTenant();
  const idempotency = { key: "idem", requestDigest: "digest", sealedAnswer: "answer" };
  expect(await ledger.create("key", sampleKey(), actor, idempotency)).toEqual({ outcome: "created" });
  const other = { ...idempotency, sealedAnswer: "another" };
  const repeat = sampleKey({ id: "key_2", hash: "hash_2" });
  expect(await ledger.create("key", repeat, actor, other)).toEqual({ outcome: "replayed", sealedAnswer: "answer" });
  expect(await ledger.get("key", "key_2")).toBeNull();
  expect(await ledger.create("key", repeat, actor, { ...other, requestDigest: "x" })).toEqual({ outcome: "conflict" });
  const rotation = { key: "rotate", requestDigest: "digest", sealedAnswer: "rotated" };
  const rotated = await ledger.rotateKey("key_1", { hash: "hash_new", hint: "new" }, actor, rotation);
  expect(rotated).toMatchObject({ outcome: "rotated", record: { hash: "hash_new" } });
  const twice = await ledger.rotateKey("key_1", { hash: "hash_newer", hint: "newer" }, actor, rotation);
  expect(twice).toEqual({ outcome: "replayed", sealedAnswer: "rotated" });
  expect(await ledger.rotateKey("key_9", { hash: "h", hint: "h" }, actor)).toEqual({ outcome: "missing" });
});

test("a management token is found by its hash until it expires", async () => {
  const { ledger } = newTenant();
  const token = { id: "tok_1", name: "ci", hash: "hash_t", role: "admin", expiresAt: null, createdAt: 1 } as const;
  await ledger.create("token", token, actor);
  expect(await ledger.tokenByHash("hash_t")).toEqual(token);
  await ledger.update("token", "tok_1", { expiresAt: Date.now() - 1 }, actor);
  expect(await ledger.tokenByHash("hash_t")).toBeNull();
});

test("a changed, new or removed budget is in force with the call that changed it", async () => {
  const { ledger, message } = newTenant();
  await ledger.create("key", sampleKey(), actor);
  await ledger.create("budget", budget(), actor);
  expect(await ledger.sync(message([{ needs: [600] }]))).toMatchObject({ leases: [{ granted: 600, free: 400 }] });
  await ledger.update("budget", "bud_1", { limit: 500 }, actor);
  expect(await ledger.sync(message([{ running: 600, needs: [1] }]))).toMatchObject({
    leases: [{ granted: 600, free: -100 }],
  });
  await ledger.update("budget", "bud_1", { limit: 5_000 }, actor);
  await ledger.create("budget", budget({ id: "bud_2", limit: 10, createdAt: 2 }), actor);
  const two = await ledger.sync(message([{ running: 600 }, { lease: 2, needs: [11] }]));
  expect(two).toMatchObject({
    leases: [{ stale: true }, { granted: 0, room: 10, tightest: { limit: { id: "bud_2" } } }],
  });
  await ledger.remove("budget", "bud_2", actor);
  const one = await ledger.sync(message([{ running: 600 }, { lease: 3, needs: [11] }]));
  expect(one).toMatchObject({ leases: [{ stale: false }, { granted: 11 }] });
});

test("a soft budget counts and never refuses", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.create("budget", budget({ enforcement: "soft", limit: 10 }), actor);
  const reply = await ledger.sync(message([{ needs: [500] }]));
  expect(reply).toMatchObject({ leases: [{ granted: 500, unlimited: true, tightest: null }] });
  await ledger.sync(message([{ done: true }], [usageEvent(tenant, "req_1", { costNanos: 400 })]));
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 400, held: 0 });
});

test("counters, leases and the outbox survive the object's eviction", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.create("budget", budget(), actor);
  await ledger.sync(message([{ needs: [100] }]));
  const settled = message([{ running: 0 }], [usageEvent(tenant, "req_1")]);
  await ledger.sync(settled);
  await evictDurableObject(ledger);
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 60, held: 40 });
  const again = await ledger.sync(settled);
  expect(again).toMatchObject({ seq: settled.seq, seen: 1, leases: [{ granted: 100 }] });
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 60, held: 40 });
});

test("the policy's version never goes back, so that no wallet takes an old one for the present one", async () => {
  const { ledger, message } = newTenant();
  const version = async () => {
    const reply = await ledger.sync(message([]));
    return reply.outcome === "heard" ? reply.version : 0;
  };
  const first = await version();
  await ledger.create("budget", budget(), actor);
  const second = await version();
  expect(second).toBeGreaterThan(first);
  await evictDurableObject(ledger);
  expect(await version()).toBe(second);
});

test("a step that fails changes neither rows nor memory", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.create("budget", budget(), actor);
  await ledger.sync(message([{ needs: [100] }]));
  await runInDurableObject(ledger, async (instance, state) => {
    state.storage.sql.exec("ALTER TABLE outbox RENAME TO hidden");
    await expect(instance.sync(message([{}], [usageEvent(tenant, "req_1")]))).rejects.toThrow(/outbox/);
    state.storage.sql.exec("ALTER TABLE hidden RENAME TO outbox");
  });
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 0, held: 100 });
});

test("each event reaches D1 once, with its roll-up, though the ledger crashed before it noted the delivery", async () => {
  const { ledger, message, tenant } = newTenant();
  const events = [usageEvent(tenant, "req_1"), usageEvent(tenant, "req_2", { costNanos: null, priceSource: "none" })];
  await ledger.sync(message([{ done: true }], events));
  await runInDurableObject(ledger, async (_, state) => {
    const batch = nextBatch(state.storage.sql, { after: 0, until: 9, ...D1_BATCH });
    await deliver(env.DB, JSON.parse(batch?.events ?? "[]"));
  });
  await ledger.sync(message([{ lease: 2, done: true }], [usageEvent(tenant, "req_3", { costNanos: 40 })]));
  await runDurableObjectAlarm(ledger);
  const { rows, hours } = await inD1(tenant);
  expect(rows).toEqual([
    { id: "req_1", cost_nanos: 60, status: "ok" },
    { id: "req_2", cost_nanos: null, status: "ok" },
    { id: "req_3", cost_nanos: 40, status: "ok" },
  ]);
  expect(hours).toEqual({ requests: 3, unpriced: 1, cost: 100, input: 9, latency: 21 });
  expect((await ledger.stats()).outboxPending).toBe(0);
  const stored = await env.DB.prepare("SELECT event FROM usage WHERE tenant = ? AND id = 'req_1'")
    .bind(tenant)
    .first("event");
  expect(JSON.parse(String(stored))).toEqual(events[0]);
});

test("an id twice in one batch counts once", async () => {
  const { tenant } = newTenant();
  const event = usageEvent(tenant, "req_1");
  await deliver(env.DB, [event, event]);
  expect((await inD1(tenant)).hours).toMatchObject({ requests: 1, cost: 60 });
});

test("while D1 is out of reach nothing is lost, and all arrives afterwards", async () => {
  const { ledger, message, tenant } = newTenant();
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await env.DB.prepare("ALTER TABLE usage_hourly RENAME TO hidden").run();
  await ledger.sync(message([{ done: true }], [usageEvent(tenant, "req_1")]));
  await runDurableObjectAlarm(ledger);
  expect((await ledger.stats()).outboxPending).toBe(1);
  expect((await inD1OrNothing(tenant)).rows).toEqual([]);
  await env.DB.prepare("ALTER TABLE hidden RENAME TO usage_hourly").run();
  await expect.poll(async () => (await inD1(tenant)).hours?.requests, { timeout: 4_000 }).toBe(1);
  expect((await ledger.stats()).outboxPending).toBe(0);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("usage not delivered, will be tried again"));
  warn.mockRestore();
});

async function inD1OrNothing(tenant: string) {
  return { rows: (await env.DB.prepare("SELECT id FROM usage WHERE tenant = ?").bind(tenant).all()).results };
}

test("a settled event is in D1 within two seconds without anyone's help", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.sync(message([{ done: true }], [usageEvent(tenant, "req_1")]));
  await expect.poll(async () => (await inD1(tenant)).rows.length, { timeout: 2_000 }).toBe(1);
});

test("many events go in several batches, each once", async () => {
  const { ledger, message, tenant } = newTenant();
  const events = Array.from({ length: 1_000 }, (_, i) => usageEvent(tenant, `req_${String(i).padStart(4, "0")}`));
  await ledger.sync(message([{ done: true }], events));
  await runDurableObjectAlarm(ledger);
  expect((await inD1(tenant)).hours).toMatchObject({ requests: 1_000, cost: 60_000 });
});

test("what a vanished wallet held is booked as lost, and taken back when it is heard again", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.create("key", sampleKey({ mode: "test" }), actor);
  await ledger.create("budget", budget(), actor);
  await ledger.sync(message([{ needs: [100] }]));
  await runInDurableObject(ledger, (_, { storage }) => {
    storage.sql.exec("UPDATE wallets SET heard_at = heard_at - ?", SILENT_MS + 1);
  });
  await evictDurableObject(ledger);
  // Wakes it, so that there is an alarm to run.
  await ledger.create("team", { id: "team_1", name: "a", createdAt: 1 }, actor);
  await runDurableObjectAlarm(ledger);
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 100, held: 0 });
  await ledger.sync(message([{ running: 100 }]));
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 0, held: 100 });
  await ledger.sync(message([{ done: true }], [usageEvent(tenant, "req_1")]));
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 60, held: 0 });
  await runDurableObjectAlarm(ledger);
  const { rows, hours } = await inD1(tenant);
  expect(rows.map(({ status, cost_nanos }) => [status, cost_nanos])).toEqual([
    ["lost", -100],
    ["lost", 100],
    ["ok", 60],
  ]);
  expect(hours).toMatchObject({ requests: 1, cost: 60 });
  const mode = await env.DB.prepare("SELECT DISTINCT mode FROM usage WHERE tenant = ? AND status = 'lost'")
    .bind(tenant)
    .all();
  expect(mode.results).toEqual([{ mode: "test" }]);
});

test("an operator takes back what was booked as lost, once, and the wallet draws on it no more", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.create("key", sampleKey(), actor);
  await ledger.create("budget", budget({ createdAt: 1 }), actor);
  await ledger.sync(message([{ needs: [100] }]));
  const lose = async () => {
    await runInDurableObject(ledger, (_, { storage }) => {
      storage.sql.exec("UPDATE wallets SET heard_at = heard_at - ?", SILENT_MS + 1);
    });
    await evictDurableObject(ledger);
    await ledger.create("team", { id: `team_${Math.random()}`, name: "a", createdAt: 1 }, actor);
    await runDurableObjectAlarm(ledger);
  };
  const lostEvents = async () => {
    const found = await env.DB.prepare("SELECT event FROM usage WHERE tenant = ? AND status = 'lost' ORDER BY id")
      .bind(tenant)
      .all<{ event: string }>();
    return found.results.map(({ event }) => JSON.parse(event) as UsageEvent);
  };
  await lose();
  const [lost] = (await lostEvents()) as [UsageEvent];
  expect(await ledger.reverseLost(lost, actor)).toMatchObject({ costNanos: -100, flags: ["lost_reversed"] });
  expect(await ledger.reverseLost(lost, actor)).toBeNull();
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 0, held: 0 });
  expect(await ledger.sync(message([{ running: 100 }]))).toMatchObject({ outcome: "forget" });
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 0, held: 0 });
  await runDurableObjectAlarm(ledger);
  expect(await inD1(tenant)).toMatchObject({ hours: { requests: 0, cost: 0 } });
  const { items } = await ledger.audit({ limit: 1, cursor: null });
  expect(items[0]).toMatchObject({ kind: "usage", recordId: lost.id, after: { reversedUsd: "0.000000100" } });

  // Of a wallet that is long forgotten, and of one that is heard again.
  for (const [name, wallet] of [
    ["old", "wal_2"],
    ["heard", "wal_3"],
  ] as const) {
    await ledger.sync({ ...message([{ needs: [40] }]), wallet, seq: 1, opens: true });
    await lose();
    const event = (await lostEvents()).find(({ id }) => id.startsWith(`lost_${wallet}`)) as UsageEvent;
    expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 40 });
    if (name === "old") {
      await runInDurableObject(ledger, (_, { storage }) => {
        storage.sql.exec("DELETE FROM leases");
        storage.sql.exec("DELETE FROM wallets");
      });
      await evictDurableObject(ledger);
      expect(await ledger.reverseLost(event, actor)).toMatchObject({ costNanos: -40 });
    } else {
      await ledger.sync({ ...message([{ running: 40 }]), wallet, seq: 2, opens: false });
      expect(await ledger.reverseLost(event, actor)).toBeNull();
      await ledger.sync({ ...message([{ done: true }]), wallet, seq: 3, opens: false });
    }
    expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 0, held: 0 });
  }
});

test("imported usage counts once, in the budgets of its own time", async () => {
  const { ledger, tenant } = newTenant();
  await ledger.create("budget", budget({ limit: 10 }), actor);
  const now = usageEvent(tenant, "own_1", { key: null, costNanos: 30 });
  const old = usageEvent(tenant, "own_2", { key: null, costNanos: 50, time: Date.now() - 90 * 86_400_000 });
  expect(await ledger.importUsage([now, old, now])).toBe(2);
  expect(await ledger.importUsage([now])).toBe(0);
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 30 });
  await runDurableObjectAlarm(ledger);
  expect((await inD1(tenant)).rows).toHaveLength(2);
});

test("a dashboard sees usage and budgets live, also after the object slept", async () => {
  const { ledger, message, tenant } = newTenant();
  await ledger.create("budget", budget(), actor);
  const response = await ledger.fetch("http://ledger/live", { headers: { upgrade: "websocket" } });
  const socket = response.webSocket;
  expect(response.status).toBe(101);
  const seen: { type: string; data: Record<string, unknown> }[] = [];
  socket?.accept();
  socket?.addEventListener("message", ({ data }) => {
    seen.push(JSON.parse(String(data)));
  });
  await evictDurableObject(ledger);
  await ledger.sync(message([{ done: true }], [usageEvent(tenant, "req_1")]));
  await expect.poll(() => seen.map(({ type }) => type)).toEqual(["usage", "budget"]);
  expect(seen[0]?.data).toMatchObject({ id: "req_1", cost_usd: "0.000000060" });
  expect(seen[1]?.data).toMatchObject({ id: "bud_1", spent_usd: "0.000000060", held_usd: "0.000000000" });
  for (let i = 2; i < 12; i++) {
    await ledger.sync(message([{ lease: i, done: true }], [usageEvent(tenant, `req_${i}`)]));
    await scheduler.wait(15);
  }
  await expect.poll(() => seen.filter(({ type }) => type === "usage").length).toBe(11);
  expect(seen.filter(({ type }) => type === "budget").length).toBeLessThan(6);
  socket?.close(1000);
  expect((await ledger.fetch("http://ledger/live")).status).toBe(426);
});

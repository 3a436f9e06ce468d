/** What a ledger keeps does not grow with what it has settled. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import type { LeaseAsk, SyncMessage } from "../worker/core/lease.ts";
import type { LedgerRecords } from "../worker/core/ledger-api.ts";
import { sampleAsk, sampleMessage } from "../worker/core/samples.ts";
import { migrate } from "../worker/db/migrate.ts";
import { actor, budgetOf, eventOf, facts } from "../worker/wallet/support.ts";
import type { Ledger } from "./ledger.ts";
import { FORGET_EVERY_MS, IMPORT_MS, KEEP_MS } from "./limits.ts";

const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
/** Pages that are free again are used again; what history would take is a hundred times more. */
const SLACK_BYTES = 400_000;
let made = 0;

beforeAll(() => migrate(env.DB));

async function newLedger() {
  const tenant = `scale_${++made}`;
  const ledger = LEDGER.getByName(tenant);
  const budget = budgetOf(1e12, { scope: { type: "tenant", id: null } });
  await (ledger as unknown as LedgerRecords).create("budget", budget, actor);
  return { tenant, ledger };
}
type Place = Awaited<ReturnType<typeof newLedger>>;

const lease = (more: Partial<LeaseAsk>): LeaseAsk => sampleAsk({ facts: { known: facts }, ...more });

const message = (tenant: string, wallet: string, more: Partial<SyncMessage>): SyncMessage =>
  sampleMessage({ tenant, wallet, ...more });

/** A wallet comes, settles `count` events of 5 nanos on a lease, gives all back, and goes. */
async function history({ tenant, ledger }: Place, wallet: string, count: number): Promise<void> {
  await ledger.sync(message(tenant, wallet, { leases: [lease({})], needs: [[{ lease: 1, amount: count * 10 }]] }));
  const events = Array.from({ length: count }, (_, i) => ({
    n: i + 1,
    spends: [{ lease: 1, amount: 5 }],
    event: eventOf(tenant, `${wallet}_${i}`, 5),
    at: Date.now(),
  }));
  await ledger.sync(message(tenant, wallet, { opens: false, seq: 2, events, leases: [lease({ done: true })] }));
  await expect
    .poll(async () => {
      await runDurableObjectAlarm(ledger);
      return (await ledger.stats()).outboxPending;
    })
    .toBe(0);
}

/** Once what was delivered is deleted, which waits a second for a write that is made anyway. */
async function sizesOf(ledger: DurableObjectStub<Ledger>) {
  await expect.poll(async () => (await sizesNow(ledger)).rows.outbox, { timeout: 5_000 }).toBe(0);
  return sizesNow(ledger);
}

const sizesNow = (ledger: DurableObjectStub<Ledger>) =>
  runInDurableObject(ledger, (_, { storage: { sql } }) => {
    const rows: Record<string, number> = {};
    for (const { name } of sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 4) <> '_cf_'",
    )) {
      rows[name] = sql.exec<{ n: number }>(`SELECT count(*) AS n FROM "${name}"`).one().n;
    }
    return { bytes: sql.databaseSize, rows };
  });

test("twenty times the history takes no more rows or space", async () => {
  const place = await newLedger();
  await history(place, "one", 1);
  await history(place, "w_0", 500);
  const before = await sizesOf(place.ledger);
  for (let n = 1; n <= 20; n++) await history(place, `w_${n}`, 500);
  const after = await sizesOf(place.ledger);
  expect((await place.ledger.budgetStates()).bud_1).toMatchObject({ spent: 5 + 21 * 2_500, held: 0 });
  // Of each wallet a row stays for a day.
  expect(after.rows).toEqual({ ...before.rows, wallets: (before.rows.wallets ?? 0) + 20 });
  expect(after.bytes - before.bytes).toBeLessThan(SLACK_BYTES);
});

test("a wallet that holds nothing is known again after the ledger slept: what it repeats counts once", async () => {
  const { tenant, ledger } = await newLedger();
  const event = { n: 1, spends: [], event: eventOf(tenant, "req_1", 7), at: Date.now() };
  const opening = message(tenant, "w", { events: [event] });
  await ledger.sync(opening);
  await runDurableObjectAlarm(ledger);
  await evictDurableObject(ledger);
  expect(await ledger.sync(opening)).toMatchObject({ outcome: "heard", seq: 1, seen: 1 });
  const next = message(tenant, "w", { opens: false, seq: 2, events: [event, { ...event, n: 2 }] });
  expect(await ledger.sync(next)).toMatchObject({ outcome: "heard", seq: 2, seen: 2 });
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 14 });
});

test("the rows of wallets that were not heard for a day go, those that hold something stay", async () => {
  const { tenant, ledger } = await newLedger();
  await ledger.sync(message(tenant, "gone", {}));
  await ledger.sync(message(tenant, "holds", { leases: [lease({})], needs: [[{ lease: 1, amount: 10 }]] }));
  await ledger.sync(message(tenant, "young", {}));
  await runInDurableObject(ledger, (_, { storage: { sql } }) => {
    sql.exec("UPDATE wallets SET heard_at = heard_at - ? WHERE id = 'gone'", KEEP_MS + FORGET_EVERY_MS);
  });
  await evictDurableObject(ledger);
  await runInDurableObject(ledger, (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
  await runDurableObjectAlarm(ledger);
  const left = await runInDurableObject(ledger, (_, { storage: { sql } }) =>
    sql.exec<{ id: string }>("SELECT id FROM wallets ORDER BY id").toArray(),
  );
  expect(left.map(({ id }) => id)).toEqual(["holds", "young"]);
});

test("an import is told from a repeat by the ledger for days, and by its record after that", async () => {
  const { tenant, ledger } = await newLedger();
  const event = { ...eventOf(tenant, "own_1", 30), key: null };
  expect(await ledger.importUsage([event])).toBe(1);
  await runDurableObjectAlarm(ledger);
  const age = (ms: number) =>
    runInDurableObject(
      ledger,
      (_, { storage: { sql } }) => sql.exec("UPDATE import_ids SET at = at - ?", ms).rowsWritten,
    );
  await age(IMPORT_MS + 1_000);
  await evictDurableObject(ledger);
  await runInDurableObject(ledger, (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
  await runDurableObjectAlarm(ledger);
  expect((await sizesOf(ledger)).rows.import_ids).toBe(0);
  expect(await ledger.importUsage([event])).toBe(0);
  expect(await ledger.importUsage([event, { ...event, id: "own_2" }])).toBe(1);
  expect((await ledger.budgetStates()).bud_1).toMatchObject({ spent: 60 });
});

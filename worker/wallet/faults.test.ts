import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import type { Ledger } from "../../durable-objects/ledger.ts";
import type { SyncMessage, SyncReply } from "../core/lease.ts";
import { migrate } from "../db/migrate.ts";
import { outdate } from "./index.ts";
import { budgetOf, eventOf, expectInLog, facts, hintOf, LEDGER, mostOf, newTenant, request } from "./support.ts";
import type { Hold } from "./types.ts";

beforeAll(() => migrate(env.DB));
beforeAll(() => expectInLog(/Error: (broken|lost on the way back)"/));

type Deliver = () => Promise<SyncReply>;

/** The real ledger behind a line that `fault` may break. Counts calls. */
function faultyLine() {
  const line = {
    calls: 0,
    fault: (deliver: Deliver, _message: SyncMessage): Promise<SyncReply> => deliver(),
    through: (tenant: string) =>
      ({
        getByName: () => ({
          sync: (message: SyncMessage) => {
            line.calls++;
            return line.fault(() => LEDGER.getByName(tenant).sync(message) as unknown as Promise<SyncReply>, message);
          },
        }),
      }) as unknown as DurableObjectNamespace<Ledger>,
  };
  return line;
}

const failing = (marks: { retryable?: boolean; overloaded?: boolean }) => () =>
  Promise.reject(Object.assign(new Error("broken"), marks));

test("a ledger out of reach: what is unknown is unavailable, in two seconds; a fresh lease goes on", async () => {
  const line = faultyLine();
  const tenant = await newTenant([budgetOf(1_000_000)], line.through);
  line.fault = failing({});
  const before = Date.now();
  expect(await request(tenant, 10, 5)).toBe("unavailable");
  expect(Date.now() - before).toBeLessThan(3_000);
  line.fault = (deliver) => deliver();
  for (let i = 0; i < 4; i++) expect(await request(tenant, 10, 5)).toBe("ok");
  line.fault = failing({});
  expect(await request(tenant, 10, 5)).toBe("ok");
  line.fault = (deliver) => deliver();
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toMatchObject({ spent: 25, held: 0 });
});

test("a broken connection is tried again at once, an overloaded ledger is left alone for a while", async () => {
  const line = faultyLine();
  const tenant = await newTenant([budgetOf(1_000)], line.through);
  line.fault = (deliver) => (line.calls === 1 ? failing({ retryable: true })() : deliver());
  const before = Date.now();
  expect(await request(tenant, 10, 5)).toBe("ok");
  expect(Date.now() - before).toBeLessThan(200);
  await tenant.settled();

  const crowded = faultyLine();
  const other = await newTenant([budgetOf(1_000)], crowded.through);
  crowded.fault = failing({ retryable: true, overloaded: true });
  expect(await request(other, 10, 5)).toBe("unavailable");
  expect(crowded.calls).toBeLessThanOrEqual(5);
});

test("a call that never ends keeps nobody longer than his patience, nor the next call from being made", async () => {
  const line = faultyLine();
  const tenant = await newTenant([budgetOf(1_000)], line.through);
  line.fault = () => new Promise(() => {});
  expect(await request(tenant, 10, 5)).toBe("unavailable");
  line.fault = (deliver) => deliver();
  // Both calls that may be under way hang until what they could answer is of no use any more.
  await expect.poll(() => request(tenant, 10, 5), { timeout: 12_000 }).toBe("ok");
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toMatchObject({ spent: 5, held: 0 });
}, 20_000);

test("answers that are lost after the ledger acted neither book twice nor leak", async () => {
  const line = faultyLine();
  const tenant = await newTenant([budgetOf(1_000)], line.through);
  line.fault = async (deliver) => {
    const reply = await deliver();
    if (line.calls % 2 === 1) throw new Error("lost on the way back");
    return reply;
  };
  for (let i = 0; i < 5; i++) expect(await request(tenant, 100, 60)).toBe("ok");
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toMatchObject({ spent: 300, held: 0 });
});

test("settling twice is settling once, and an event without a hold travels along", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const wallet = tenant.open();
  await wallet.identify("hash_1", hintOf(100));
  const { hold } = (await wallet.hold({ id: "req_1", facts, most: mostOf(100) })) as { hold: Hold };
  wallet.dispatch(hold);
  const event = eventOf(tenant.tenant, "req_1", 60);
  await Promise.all([wallet.settle(hold, event), wallet.settle(hold, event)]);
  await wallet.settle(null, { ...eventOf(tenant.tenant, "req_2", 0), status: "cached" });
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toMatchObject({ spent: 60, held: 0 });
});

test("a hold that never left is given back whole", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const wallet = tenant.open();
  await wallet.identify("hash_1", hintOf(400));
  const { hold } = (await wallet.hold({ id: "req_1", facts, most: mostOf(1_000) })) as { hold: Hold };
  expect(hold.nanos).toBe(1_000);
  await wallet.release(hold);
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toEqual({ spent: 0, held: 0, resetsAt: null, subject: null });
});

test("many requests of a cold key share their calls", async () => {
  const tenant = await newTenant([budgetOf(1_000_000)]);
  const results = await Promise.all(Array.from({ length: 100 }, () => request(tenant, 10, 5, 20)));
  expect(new Set(results)).toEqual(new Set(["ok"]));
  expect((await tenant.ledger.stats()).calls).toBeLessThanOrEqual(25);
  await tenant.settled();
});

test("a ledger that has forgotten the wallet is told anew at once who is asked for", async () => {
  const line = faultyLine();
  const tenant = await newTenant([budgetOf(1_000)], line.through);
  expect(await request(tenant, 100, 60)).toBe("ok");
  await tenant.settled();
  outdate(tenant.tenant);
  line.fault = (_, { wallet }) => {
    line.fault = (again) => again();
    return Promise.resolve({ outcome: "forget", wallet });
  };
  const before = Date.now();
  expect(await request(tenant, 100, 60)).toBe("ok");
  expect(Date.now() - before).toBeLessThan(1_000);
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toMatchObject({ spent: 120, held: 0 });
});

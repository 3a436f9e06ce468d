import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import type { Credential } from "../core/policy.ts";
import { migrate } from "../db/migrate.ts";
import { drainWallets } from "./index.ts";
import { actor, budgetOf, eventOf, expectInLog, facts, hintOf, LEDGER, mostOf, newTenant, request } from "./support.ts";
import type { Hold } from "./types.ts";

beforeAll(() => migrate(env.DB));
beforeAll(() => expectInLog(/Error: out of reach"/));

const credential: Credential = {
  ...{ id: "cred_1", provider: "openai", name: "default", sealed: "sealed", last4: "abcd" },
  ...{ origin: null, weight: 1, custom: null, createdAt: 1 },
};

test("a cold key's request costs one awaited call, and its settlement a second", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  expect(await request(tenant, 100, 60)).toBe("ok");
  expect((await tenant.ledger.stats()).calls).toBe(1);
  await tenant.settled();
  const states = await tenant.ledger.budgetStates();
  expect(states.bud_1).toEqual({ spent: 60, held: 0, resetsAt: null, subject: null });
  expect((await tenant.ledger.stats()).calls).toBe(2);
});

test("300 at once on a budget for 40: never over the limit, the rest refused with what is left", async () => {
  const tenant = await newTenant([budgetOf(4_000)]);
  let most = 0;
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      const state = (await tenant.ledger.budgetStates()).bud_1;
      most = Math.max(most, (state?.spent ?? 0) + (state?.held ?? 0));
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
  expect(refused[0]).toMatchObject({ outcome: "refused", limit: { id: "bud_1" }, remaining: 0, resetsAt: null });
  expect(most).toBeLessThanOrEqual(4_000);
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1).toEqual({ spent: 4_000, held: 0, resetsAt: null, subject: null });
});

test("one after another, small requests use the budget up to the last that fits", async () => {
  const tenant = await newTenant([budgetOf(1_050)]);
  const results: Awaited<ReturnType<typeof request>>[] = [];
  for (let i = 0; i < 12; i++) results.push(await request(tenant, 100, 100));
  expect(results.filter((result) => result === "ok")).toHaveLength(10);
  expect(results[11]).toMatchObject({ outcome: "refused", remaining: 50 });
  expect(await request(tenant, 50, 50)).toBe("ok");
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_1?.spent).toBe(1_050);
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
  expect((await tenant.ledger.budgetStates()).bud_1?.spent).toBe(total * 700);
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

test("who would refuse by what it knows hears first of what changed since, with one call", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const first = tenant.open();
  expect((await first.identify("hash_1")).outcome).toBe("known");
  expect(await first.renew()).toBeNull();
  expect((await tenant.ledger.stats()).calls).toBe(1);
  await tenant.ledger.create("credential", credential, actor);
  const later = tenant.open();
  expect(await later.identify("hash_1")).toMatchObject({ outcome: "known", grant: { credentials: [] } });
  expect(await later.renew()).toMatchObject({ key: { id: "key_1" }, credentials: [{ id: "cred_1" }] });
  expect((await tenant.ledger.stats()).calls).toBe(2);
  // Another of the same isolate knows it now.
  expect(await tenant.open().identify("hash_1")).toMatchObject({ grant: { credentials: [{ id: "cred_1" }] } });
  await tenant.settled();
});

test("many that ask at once for a newer policy share their calls, and who never stops costs hardly any", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const renew = async () => {
    const wallet = tenant.open();
    await wallet.identify("hash_1");
    return wallet.renew();
  };
  await renew();
  const all = await Promise.all(Array.from({ length: 100 }, renew));
  expect(all.every((grant) => grant === null)).toBe(true);
  expect((await tenant.ledger.stats()).calls).toBeLessThanOrEqual(4);
  let asked = 0;
  for (const until = Date.now() + 1_500; Date.now() < until; asked++) {
    await renew();
    await scheduler.wait(1);
  }
  expect(asked).toBeGreaterThan(100);
  expect((await tenant.ledger.stats()).calls).toBeLessThanOrEqual(20);
  // However often it was asked in vain, it is heard of soon.
  await tenant.ledger.create("credential", credential, actor);
  let grant = await renew();
  for (const until = Date.now() + 3_000; !grant && Date.now() < until; grant = await renew()) await scheduler.wait(20);
  expect(grant).toMatchObject({ credentials: [{ id: "cred_1" }] });
  await tenant.settled();
});

test("without the ledger nobody hears of anything newer, and waits no longer than patience lasts", async () => {
  let isOut = false;
  const tenant = await newTenant([budgetOf(1_000)], () => {
    const through = (name: string) =>
      isOut ? { sync: () => Promise.reject(new Error("out of reach")) } : LEDGER.getByName(name);
    return { getByName: through } as unknown as typeof LEDGER;
  });
  await tenant.open().identify("hash_1");
  isOut = true;
  const wallet = tenant.open();
  expect((await wallet.identify("hash_1")).outcome).toBe("known");
  const before = Date.now();
  expect(await wallet.renew()).toBeNull();
  expect(Date.now() - before).toBeLessThan(4_000);
  expect((await tenant.open().identify("hash_1")).outcome).toBe("known");
});

test("a top-up raises the hold while the budget lasts, and is refused by name after", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const wallet = tenant.open();
  await wallet.identify("hash_1", hintOf(100));
  const held = await wallet.hold({ id: "req_stream", facts, most: mostOf(100) });
  const hold = (held as { hold: Hold }).hold;
  expect(wallet.dispatch(hold)).toBe(true);
  expect((await wallet.topUp(hold, mostOf(600))).outcome).toBe("held");
  expect(hold.nanos).toBe(700);
  expect(hold.remainingNanos).toBe(300);
  expect(await wallet.topUp(hold, mostOf(600))).toMatchObject({ outcome: "refused", limit: { id: "bud_1" } });
  await wallet.settle(hold, eventOf(tenant.tenant, "req_stream", 650));
  expect((await tenant.ledger.budgetStates()).bud_1).toEqual({ spent: 650, held: 0, resetsAt: null, subject: null });
});

test("a hot key's settlement is in D1 within two seconds", { timeout: 20_000 }, async () => {
  const tenant = await newTenant([budgetOf(1_000_000_000)]);
  let isOver = false;
  const traffic = (async () => {
    while (!isOver) await Promise.all([request(tenant, 1_000, 700, 5), request(tenant, 1_000, 700, 5)]);
  })();
  await scheduler.wait(2_000);
  const wallet = tenant.open();
  await wallet.identify("hash_1", hintOf(1_000));
  const { hold } = (await wallet.hold({ id: "req_watched", facts, most: mostOf(1_000) })) as { hold: Hold };
  wallet.dispatch(hold);
  tenant.pending.push(wallet.settle(hold, eventOf(tenant.tenant, "req_watched", 700)));
  const find = env.DB.prepare("SELECT id FROM usage WHERE tenant = ? AND id = 'req_watched'").bind(tenant.tenant);
  await expect.poll(() => find.first("id"), { timeout: 2_000, interval: 20 }).toBe("req_watched");
  isOver = true;
  await traffic;
  await tenant.settled();
});

test("who is about to stop gives back at once what demand would have kept", async () => {
  const tenant = await newTenant([budgetOf(1_000_000)]);
  await Promise.all(Array.from({ length: 20 }, () => request(tenant, 1_000, 700, 5)));
  await request(tenant, 1_000, 700);
  expect(await drainWallets({ namespace: LEDGER, deadline: Date.now() + 2_000 })).toBe(true);
  expect((await tenant.ledger.stats()).heldNanos).toBe(0);
  expect((await tenant.ledger.budgetStates()).bud_1?.spent).toBe(21 * 700);
});

test("of many budgets a wallet hears those that cover its requests, and is held to them", {
  timeout: 60_000,
}, async () => {
  const others = Array.from({ length: 450 }, (_, n) =>
    budgetOf(1_000, { id: `bud_of_${n}`, scope: { type: "user", id: `user_${n}` } }),
  );
  const tenant = await newTenant([budgetOf(1_000_000), ...others]);
  const wallet = tenant.open();
  await wallet.identify("hash_1", { ...hintOf(100), user: "user_7" });
  const known = wallet.limitsOn({ ...facts, user: "user_7" });
  expect(known?.map(({ id }) => id).sort()).toEqual(["bud_1", "bud_of_7"]);
  const stranger = { ...facts, user: "user_8" };
  expect(wallet.limitsOn(stranger)).toBeNull();
  expect((await wallet.askLimits(stranger))?.map(({ id }) => id).sort()).toEqual(["bud_1", "bud_of_8"]);
  const other = tenant.open();
  await other.identify("hash_1", hintOf(1));
  expect(await other.hold({ id: "req_8", facts: stranger, most: mostOf(1_001) })).toMatchObject({
    outcome: "refused",
    limit: { id: "bud_of_8" },
  });
  expect(await other.hold({ id: "req_9", facts: { ...facts, user: "nobody" }, most: mostOf(1_001) })).toMatchObject({
    outcome: "held",
  });
  await tenant.settled();
});

test("a request that goes on with another hold is one request still, while it runs and in what counts it", async () => {
  const each = budgetOf(1_000, { id: "bud_each", scope: { type: "model", id: null } });
  const requests = budgetOf(2, { id: "bud_requests", unit: "requests" });
  const tenant = await newTenant([each, requests]);
  const one = { id: "lim_1", scope: { type: "key", id: "key_1" }, concurrent: 1 } as const;
  await tenant.ledger.create("rateLimit", { ...one, name: "one", createdAt: 0 }, actor);
  const wallet = tenant.open();
  await wallet.identify("hash_1", hintOf(100));
  const first = (await wallet.hold({ id: "req_1", facts, most: mostOf(100) })) as { hold: Hold };
  expect(wallet.dispatch(first.hold)).toBe(true);
  const other = { ...facts, model: "m2" };
  const next = (await wallet.hold({ id: "req_1/2", facts: other, most: mostOf(100), after: first.hold })) as {
    hold: Hold;
  };
  wallet.leave(first.hold, { nanos: 30, tokens: 3 }, next.hold);
  expect(wallet.dispatch(next.hold)).toBe(true);
  // It still runs.
  expect(await request(tenant, 10, 5)).toMatchObject({ outcome: "refused", limit: { unit: "concurrent" } });
  const event = eventOf(tenant.tenant, "req_1", 50);
  await wallet.settle(next.hold, { ...event, model: "m2" }, { nanos: 20, tokens: 2 });
  await tenant.settled();
  expect((await tenant.ledger.budgetStates()).bud_requests).toMatchObject({ spent: 1, held: 0 });
  expect(await request(tenant, 10, 5)).toBe("ok");
  await tenant.settled();
});

test("what stands in the way is named, not what waits for it", async () => {
  const tenant = await newTenant([budgetOf(1_000)]);
  const one = { id: "lim_1", scope: { type: "key", id: "key_1" }, concurrent: 1 } as const;
  await tenant.ledger.create("rateLimit", { ...one, name: "one", createdAt: 0 }, actor);
  const running = request(tenant, 100, 60, 1_500);
  await scheduler.wait(200);
  const before = Date.now();
  expect(await request(tenant, 100, 60)).toMatchObject({ outcome: "refused", limit: { unit: "concurrent" } });
  expect(Date.now() - before).toBeLessThan(1_000);
  expect(await running).toBe("ok");
  await tenant.settled();
});

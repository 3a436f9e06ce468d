import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { beforeAll, expect, test, vi } from "vitest";
import type { LedgerAlerts } from "../worker/core/alert.ts";
import { migrate } from "../worker/db/migrate.ts";
import {
  actor,
  arrived,
  attemptsOf,
  crash,
  got,
  LEDGER,
  makeDue,
  newTenant,
  percents,
  receiveInEachTest,
  receiver,
  SECRET,
  settled,
  types,
  URL_OF_HOOK,
  usageEvent,
} from "./alert-test-kit.ts";

receiveInEachTest();
// Where the ledgers' outboxes deliver to.
beforeAll(() => migrate(env.DB));

test("a threshold is delivered when it is crossed, signed as Standard Webhooks are, once", async () => {
  const { settle, channel, tenant, ledger } = await newTenant();
  await channel();
  await settle({ costNanos: 11_999_999_999 });
  await settled();
  expect(got).toEqual([]);

  await settle({ costNanos: 1 });
  await arrived(1);
  await settle({ costNanos: 2_999_999_999 });
  await settled();
  const [{ url, headers, body } = { url: "", headers: new Headers(), body: "" }] = got;
  expect(got.length).toBe(1);
  expect(url).toBe(`${URL_OF_HOOK}/`);
  const verified = new Webhook(SECRET).verify(body, Object.fromEntries(headers)) as { data: { id: string } };
  expect(verified).toMatchObject({
    type: "budget.threshold",
    data: {
      id: headers.get("webhook-id"),
      tenant,
      threshold_percent: 80,
      budget: { id: "bud_1", name: "Search" },
      limit_usd: "15.000000000",
      spent_usd: "12.000000000",
      resets_at: null,
    },
  });
  await settle({ costNanos: 1 });
  await arrived(2);
  expect(percents()).toEqual([80, 100]);
  expect((await ledger.firedAlerts({ limit: 10, cursor: null })).items.map(({ id }) => id)).toEqual(
    got.map((one) => one.headers.get("webhook-id")).reverse(),
  );
});

test("two hundred settlements at once say it once, and a message that comes twice says nothing", async () => {
  const { settle, channel, stub, message, tenant } = await newTenant();
  await channel();
  await Promise.all(Array.from({ length: 200 }, () => settle({ costNanos: 100_000_000 })));
  const twice = message([usageEvent(tenant, "req_twice", { costNanos: 100_000_000 })]);
  await Promise.all([stub.sync(twice), stub.sync(twice)]);
  await arrived(2);
  await settled();
  expect(percents().sort()).toEqual([100, 80]);
});

test("a soft budget says it too", async () => {
  const { settle, channel } = await newTenant({ enforcement: "soft", alertAt: [150] });
  await channel();
  await settle({ costNanos: 22_500_000_000 });
  await arrived(1);
  expect(percents()).toEqual([150]);
});

test("a limit that is lowered under what was spent says it at once; raised, it can be reached again", async () => {
  const { settle, channel, ledger } = await newTenant();
  await channel();
  await settle({ costNanos: 5_000_000_000 });
  await ledger.update("budget", "bud_1", { limit: 6_000_000_000 }, actor);
  await arrived(1);
  await ledger.update("budget", "bud_1", { name: "Renamed" }, actor);
  await settled();
  expect(percents()).toEqual([80]);
  await ledger.update("budget", "bud_1", { limit: 10_000_000_000 }, actor);
  await settle({ costNanos: 3_000_000_000 });
  await arrived(2);
  expect(percents()).toEqual([80, 80]);
});

test("each threshold is said once a period, and again in the next", async () => {
  const { settle, channel, stub } = await newTenant({ period: "hour" });
  await channel();
  await settle({ costNanos: 12_000_000_000 });
  await settle({ costNanos: 1 });
  await arrived(1);
  vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ["Date"] });
  try {
    await settle({ costNanos: 12_000_000_000 });
    await settle({ costNanos: 1 });
  } finally {
    vi.useRealTimers();
  }
  await arrived(2);
  await settled();
  expect(percents()).toEqual([80, 80]);
  await runDurableObjectAlarm(stub);
});

test("the first refusal of a period is said once, with what was left", async () => {
  const { settle, channel } = await newTenant();
  await channel();
  const refused = { status: "denied", httpStatus: 402, errorCode: "budget_exceeded", refusedBy: "bud_1" } as const;
  await settle({ costNanos: 1_000_000_000 }, refused, refused);
  await settle(refused);
  await arrived(1);
  await settled();
  expect(types()).toEqual(["budget.exceeded"]);
  expect(JSON.parse(got[0]?.body ?? "").data).toMatchObject({ remaining_usd: "14.000000000", request: "req_0_1" });
});

test("a budget that will not last for its day is foreseen, once, with what is expected", async () => {
  const { settle, channel } = await newTenant({ period: "day" });
  await channel();
  const DAY_MS = 86_400_000;
  const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
  try {
    for (const hour of [1, 3, 5, 7, 8]) {
      vi.useFakeTimers({ now: midnight + hour * 3_600_000, toFake: ["Date"] });
      await settle({ costNanos: 1_500_000_000 });
      vi.useRealTimers();
      await settled();
      if (hour < 6) expect(got).toEqual([]);
    }
  } finally {
    vi.useRealTimers();
  }
  expect(types()).toEqual(["budget.forecast"]);
  const { data } = JSON.parse(got[0]?.body ?? "");
  // At seven: by the average $20.57; by the pace, $3.00 in the four hours since three, $18.75.
  expect(data).toMatchObject({ spent_usd: "6.000000000", expected_usd: "18.750000000" });
});

test("a provider that fails is said once, until it was well and fails again", async () => {
  const { settle, channel } = await newTenant();
  await channel({ events: ["provider.failing"] });
  const attempt = (httpStatus: number, error?: string) => ({
    attempts: [{ provider: "openai", model: "m", httpStatus, ms: 1, costNanos: 0, ...(error && { error }) }],
  });
  const many = (count: number, httpStatus: number) => Array.from({ length: count }, () => attempt(httpStatus));
  await settle(...many(15, 200), ...many(4, 503), ...many(50, 429));
  await settled();
  expect(got).toEqual([]);
  await settle(...many(40, 503));
  await arrived(1);
  await settle(...many(40, 503));
  await settled();
  expect(JSON.parse(got[0]?.body ?? "")).toMatchObject({ type: "provider.failing", data: { provider: "openai" } });
  expect(got.length).toBe(1);
  await settle(...many(1_000, 200));
  await settle(...many(400, 503));
  await arrived(2);
  await settled();
  expect(got.length).toBe(2);
});

test("a channel hears what it asked for, and of the budgets that name it", async () => {
  const { settle, channel } = await newTenant({ alertTo: ["chan_named", "chan_other"] });
  await channel({ id: "chan_unnamed" });
  await channel({ id: "chan_named" });
  await channel({ id: "chan_other", events: ["provider.failing"] });
  await settle({ costNanos: 13_000_000_000 });
  await arrived(1);
  await settled();
  expect(got.map(({ url }) => url)).toEqual([`${URL_OF_HOOK}/chan_named`]);
});

test("what fails is tried again under the same id, and each attempt is in the log", async () => {
  const { settle, channel, stub, ledger, tenant } = await newTenant();
  await channel();
  receiver.answer = async () => new Response("no\nsuch <room>", { status: 503 });
  await settle({ costNanos: 13_000_000_000 });
  await vi.waitFor(async () => expect((await attemptsOf(ledger))[0]?.outcome).toBe("failed"));
  const [first] = await attemptsOf(ledger);
  expect(first).toMatchObject({ number: 1, httpStatus: 503, error: "answered 503: no such <room>" });
  const pauseMs = (first?.nextAt ?? 0) - (first?.time ?? 0);
  expect(pauseMs).toBeGreaterThanOrEqual(4_000);
  expect(pauseMs).toBeLessThan(8_000);

  receiver.answer = async () => new Response("ok");
  await makeDue(stub);
  const after = await crash(tenant);
  await vi.waitFor(async () => expect((await attemptsOf(after))[0]?.outcome).toBe("delivered"));
  expect(new Set(got.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
  expect(new Set(got.map(({ headers }) => headers.get("x-meterr-attempt"))).size).toBe(2);
  expect((await attemptsOf(after)).map(({ number }) => number)).toEqual([2, 1]);
});

test("an attempt that a crash interrupted is followed by another; nothing is sent twice under one attempt's id", async () => {
  const { settle, channel, tenant } = await newTenant();
  await channel();
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  receiver.answer = () => never;
  await settle({ costNanos: 13_000_000_000 });
  await arrived(1);
  receiver.answer = async () => new Response("ok");
  const after = await crash(tenant);
  await vi.waitFor(async () => expect((await attemptsOf(after))[0]?.outcome).toBe("delivered"));
  resolve(new Response("ok"));
  expect((await attemptsOf(after)).map(({ outcome }) => outcome)).toEqual(["delivered", "interrupted"]);
  expect(new Set(got.map(({ headers }) => headers.get("x-meterr-attempt"))).size).toBe(2);
  expect(new Set(got.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
});

test("after seven attempts it is given up", async () => {
  const { settle, channel, tenant } = await newTenant();
  await channel();
  receiver.answer = async () => new Response(null, { status: 500 });
  await settle({ costNanos: 13_000_000_000 });
  let ledger = LEDGER.getByName(tenant);
  for (let number = 1; number <= 7; number++) {
    await vi.waitFor(async () => {
      const [last] = await attemptsOf(ledger as unknown as LedgerAlerts);
      expect(last).toMatchObject({ number, outcome: number < 7 ? "failed" : "gave_up" });
    });
    await makeDue(ledger);
    await crash(tenant);
    ledger = LEDGER.getByName(tenant);
  }
  await settled();
  expect(got.length).toBe(7);
});

test("an address that is gone turns its channel off, and the audit log says so", async () => {
  const { settle, channel, ledger } = await newTenant();
  await channel();
  receiver.answer = async () => new Response(null, { status: 410 });
  await settle({ costNanos: 13_000_000_000 });
  await vi.waitFor(async () => expect((await ledger.get("alert", "chan_1"))?.enabled).toBe(false));
  const { items } = await ledger.audit({ limit: 1, cursor: null });
  expect(items[0]).toMatchObject({ actor: { id: "system" }, kind: "alert", after: { enabled: false } });
  await settle({ costNanos: 3_000_000_000 });
  await settled();
  expect(got.length).toBe(1);
});

test("a receiver that hangs holds up no other channel and no settlement", async () => {
  const { settle, channel } = await newTenant();
  await channel({ id: "chan_slow" });
  await channel({ id: "chan_quick" });
  const { promise: never } = Promise.withResolvers<Response>();
  receiver.answer = async () => (got.at(-1)?.url.endsWith("slow") ? never : new Response("ok"));
  await settle({ costNanos: 12_000_000_000 });
  await settle({ costNanos: 3_000_000_000 });
  await vi.waitFor(() => expect(got.filter(({ url }) => url.endsWith("quick")).length).toBe(2));
  await settle({ costNanos: 1 });
  await settled();
  // One attempt for each alert is under way, and no other is made meanwhile.
  expect(got.filter(({ url }) => url.endsWith("slow")).length).toBe(2);
});

test("a redirect is not followed, and an address that cannot be read any more is said so", async () => {
  const { channel, ledger } = await newTenant();
  await channel();
  receiver.answer = async () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1/" } });
  expect(await ledger.testAlert("chan_1")).toMatchObject({ outcome: "gave_up", httpStatus: 307 });
  expect(got[0]?.redirect).toBe("manual");
  await channel({ id: "chan_2", sealed: "1.AAAA" });
  expect(await ledger.testAlert("chan_2")).toMatchObject({
    httpStatus: null,
    error: expect.stringContaining("master key"),
  });
  expect(got.length).toBe(1);
});

test("what is live hears of it as it happens", async () => {
  const { settle, stub } = await newTenant();
  const response = await stub.fetch("http://ledger/live", { headers: { upgrade: "websocket" } });
  const messages: { type: string; data: Record<string, unknown> }[] = [];
  response.webSocket?.accept();
  response.webSocket?.addEventListener("message", ({ data }) => void messages.push(JSON.parse(String(data))));
  await settle({ costNanos: 13_000_000_000 });
  await vi.waitFor(() => expect(messages.map(({ type }) => type)).toContain("alert"), 1_000);
  const alert = messages.find(({ type }) => type === "alert");
  expect(alert?.data).toMatchObject({ type: "budget.threshold", threshold_percent: 80, spent_usd: "13.000000000" });
  response.webSocket?.close();
});

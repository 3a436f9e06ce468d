/** Alerts of the whole system: from the settlement that crosses a threshold to a receiver on loopback. */
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, newTenant, type Tenant } from "./support/tenant.ts";
import { until } from "./support/until.ts";
import { type Received, startUpstream, type Upstream } from "./support/upstream.ts";

const { chat } = DIALECTS;
const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three", input: 8, output: 20 };
/** The promise is a second; this much more is for a machine that does other things too. */
const PROMPT_MS = 3_000;
/** After a kill the alarm that was set goes off again, or the next call comes. */
const AFTER_RESTART_MS = 60_000;

let system: System;
let upstream: Upstream;
let receiver: Upstream;

interface Channel {
  id: string;
  secret: string;
}
interface Logged {
  event: string;
  attempt: number;
  status: string;
}

beforeAll(async () => {
  system = await startSystem();
  upstream = await startUpstream(chats(ANSWER));
  receiver = await startUpstream((response) => void response.writeHead(200).end());
});
afterAll(async () => {
  await upstream?.close();
  await receiver?.close();
  await system?.stop();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.reply = (response) => void response.writeHead(200).end();
});

async function newSet(): Promise<{ tenant: Tenant; channel: Channel }> {
  const tenant = await newTenant(system);
  await tenant.credential("openai", upstream.origin);
  const channel = await tenant.api<Channel>("POST", "/alerts", { type: "webhook", url: `${receiver.origin}/hook` });
  return { tenant, channel };
}

const idOf = (received: Received) => received.headers["webhook-id"];
const messageIn = (received: Received) => JSON.parse(received.body.toString());
const spend = (tenant: Tenant, id: string, cost_usd: string) =>
  tenant.api("POST", "/usage", { events: [{ id, provider: "openai", model: "gpt-4o-mini", cost_usd }] });
const logOf = async (tenant: Tenant, channel: Channel) =>
  (await tenant.api<{ data: Logged[] }>("GET", `/alerts/${channel.id}/deliveries`)).data;

test("from the request that crosses a threshold to its first delivery, in the time that was promised", async () => {
  const { tenant, channel } = await newSet();
  const key = await tenant.key();
  await tenant.budget({ scope: { type: "tenant" }, limit_usd: "1", enforcement: "soft", alert_at: [0.0001] });
  const response = await ask(system, chat, { key: key.key, body: JSON.stringify(chat.body) });
  await response.text();
  const endedAt = performance.now();
  await until("the first delivery", PROMPT_MS, async () => receiver.received.length > 0);
  console.log(`answer's end to first delivery: ${Math.round(performance.now() - endedAt)} ms`);
  const [received] = receiver.received;
  if (!received) throw new Error("nothing was received");
  const headers = Object.fromEntries(Object.entries(received.headers).map(([name, value]) => [name, String(value)]));
  expect(new Webhook(channel.secret).verify(received.body.toString(), headers)).toMatchObject({
    type: "budget.threshold",
    data: { tenant: tenant.id, threshold_percent: 0.0001 },
  });
});

test("what a hard budget refuses is told, once", async () => {
  const { tenant } = await newSet();
  const key = await tenant.key();
  const budget = await tenant.budget({ scope: { type: "key", id: key.id }, limit_usd: "0.000000001" });
  for (let i = 0; i < 3; i++) {
    const response = await ask(system, chat, { key: key.key, body: JSON.stringify(chat.body) });
    expect(response.status).toBe(402);
    await response.text();
  }
  await until("the alert", PROMPT_MS, async () => receiver.received.length > 0);
  await spend(tenant, "later", "0");
  expect(receiver.received.map(messageIn)).toMatchObject([
    { type: "budget.exceeded", data: { budget: { id: budget.id } } },
  ]);
});

test("two hundred settlements at once cross each threshold once", async () => {
  const { tenant } = await newSet();
  await tenant.budget({ scope: { type: "tenant" }, limit_usd: "10" });
  await Promise.all(Array.from({ length: 200 }, (_, n) => spend(tenant, `evt-${n}`, "0.05")));
  await until("both thresholds", PROMPT_MS, async () => receiver.received.length >= 2);
  expect(receiver.received.map((received) => messageIn(received).data.threshold_percent)).toEqual([80, 100]);
});

test("a session that used up its tokens of the last hour is named, and the others go on; a rate limit is no budget", async () => {
  const { tenant } = await newSet();
  const key = await tenant.key();
  const limited = await tenant.key({ rate_limits: { requests_per_minute: 1 } });
  await tenant.budget({ scope: { type: "session", id: null }, period: "hour", rolling: true, limit_tokens: 100 });
  const send = async (of: Key, session: string) => {
    const headers = { "x-meterr-session": session };
    const response = await ask(system, chat, { key: of.key, body: JSON.stringify(chat.body), headers });
    await response.text();
    return response.status;
  };
  expect([await send(limited, "rated"), await send(limited, "rated")]).toEqual([200, 429]);
  // Each takes 28 tokens, and 58 at most.
  const statuses = [await send(key, "abc"), await send(key, "abc"), await send(key, "abc"), await send(key, "abc")];
  expect(statuses).toEqual([200, 200, 402, 402]);
  expect(await send(key, "def")).toBe(200);
  await until("the alert", PROMPT_MS, async () => receiver.received.length > 0);
  await spend(tenant, "later", "0");
  expect(receiver.received.map(messageIn)).toMatchObject([
    {
      type: "budget.exceeded",
      data: {
        subject: "abc",
        budget: { scope: { type: "session", id: null }, unit: "tokens", period: "hour", rolling: true },
        period_starts_at: null,
        resets_at: expect.any(String),
        limit_tokens: 100,
        spent_tokens: 56,
        remaining_tokens: 44,
      },
    },
  ]);
});

test(
  "killed between crossing and delivery, it is delivered after the restart, each attempt once",
  async () => {
    const { tenant, channel } = await newSet();
    await tenant.budget({ scope: { type: "tenant" }, limit_usd: "10" });
    // The receiver never answers, so the attempt is under way when the process is killed.
    receiver.reply = () => undefined;
    await spend(tenant, "crossing", "8");
    await until("the first attempt", PROMPT_MS, async () => receiver.received.length > 0);
    await system.kill9();
    receiver.reply = (response) => void response.writeHead(200).end();
    await system.restart();
    await until(
      "the delivery",
      AFTER_RESTART_MS,
      async () => (await logOf(tenant, channel))[0]?.status === "delivered",
    );
    expect(new Set(receiver.received.map(idOf)).size).toBe(1);
    const attempts = receiver.received.map(({ headers }) => headers["x-meterr-attempt"]);
    expect(new Set(attempts).size).toBe(attempts.length);
    expect(await logOf(tenant, channel)).toMatchObject([
      { event: "budget.threshold", attempt: 2, status: "delivered" },
      { attempt: 1, status: "interrupted" },
    ]);
  },
  AFTER_RESTART_MS + 60_000,
);

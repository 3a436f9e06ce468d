/** Sinks and retention of the whole system: dead, failing and slow receivers, kill -9, and the archive on disk. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriesTotal } from "../bench/stats.ts";
import type { UsageRecord } from "../worker/core/record.ts";
import { ask, DIALECTS } from "./support/asking.ts";
import { chats } from "./support/chat-answers.ts";
import { type System, startSystem } from "./support/system.ts";
import { api, newTenant, type Tenant } from "./support/tenant.ts";
import { sleep, until } from "./support/until.ts";
import { type Reply, startUpstream, type Upstream } from "./support/upstream.ts";

const ANSWER = { model: "gpt-4o-mini-2024-07-18", text: "one two three", input: 8, output: 20 };
/** The contract's two seconds, and a busy machine. */
const VISIBLE_WITHIN_MS = 4_000;
/** A pause after failures, an attempt, and a busy machine. */
const DELIVERED_WITHIN_MS = 40_000;

let system: System;
let provider: Upstream;
const receivers: Upstream[] = [];

beforeAll(async () => {
  system = await startSystem();
  provider = await startUpstream(chats(ANSWER));
});

afterAll(async () => {
  await system?.stop();
  for (const server of [provider, ...receivers]) await server?.close();
});

const accepts: Reply = (response) => void response.end("ok");

async function receiver(reply: Reply): Promise<Upstream> {
  const server = await startUpstream(reply);
  receivers.push(server);
  return server;
}

interface ShownSink {
  id: string;
  secret?: string;
  status: { pending: number; delivered: number; dropped: number; failures: number; last_error: string | null } | null;
}

const statusOf = async (tenant: Tenant, id: string) =>
  (await tenant.api<ShownSink>("GET", `/sinks/${id}`)).status ?? { pending: -1, delivered: -1, failures: -1 };

async function request(key: string): Promise<string> {
  const response = await ask(system, DIALECTS.chat, { key });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get("x-meterr-request-id") ?? "";
}

const idsAt = (server: Upstream): string[] =>
  server.received.flatMap(({ body }) => (JSON.parse(body.toString()) as UsageRecord[]).map(({ id }) => id));

test("sinks that hang, fail and crawl delay no record and no sound sink, and lose nothing over a kill -9", async () => {
  let down = true;
  const [hangs, fails, slow, sound, otlp] = [
    await receiver((response) => (down ? undefined : void response.end("ok"))),
    await receiver((response) => void response.writeHead(down ? 500 : 200).end()),
    await receiver(async (response) => {
      await sleep(2_000);
      response.end("ok");
    }),
    await receiver(accepts),
    await receiver(accepts),
  ] as const;
  const tenant = await newTenant(system);
  await tenant.credential("openai", provider.origin);
  const { key } = await tenant.key();
  const made = new Map<Upstream, ShownSink>();
  for (const server of [hangs, fails, slow, sound]) {
    made.set(server, await tenant.api("POST", "/sinks", { type: "webhook", url: `${server.origin}/usage` }));
  }
  const traces = await tenant.api<ShownSink>("POST", "/sinks", {
    type: "otlp",
    url: otlp.origin,
    headers: { "x-api-key": "k" },
  });

  const ids = [await request(key), await request(key)];
  await until("the dead receivers are asked", DELIVERED_WITHIN_MS, async () => hangs.received.length > 0);
  for (let n = 0; n < 3; n++) {
    const from = Date.now();
    const id = await request(key);
    ids.push(id);
    await tenant.record(id);
    expect(Date.now() - from).toBeLessThan(VISIBLE_WITHIN_MS);
  }
  await until("the sound sink has all", DELIVERED_WITHIN_MS, async () => {
    const status = await statusOf(tenant, made.get(sound)?.id ?? "");
    return status.delivered === ids.length && status.pending === 0;
  });
  expect(idsAt(sound)).toEqual(ids);
  const [first] = sound.received;
  const headers = Object.fromEntries(
    Object.entries(first?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const webhook = new Webhook(made.get(sound)?.secret ?? "");
  const verified = webhook.verify(first?.body.toString() ?? "", headers) as UsageRecord[];
  expect(verified[0]).toMatchObject({ id: ids[0], tenant: tenant.id, status: "ok" });

  await system.kill9();
  await system.restart();
  down = false;
  ids.push(await request(key));
  for (const server of [hangs, fails, slow, sound]) {
    await until("everybody has everything", DELIVERED_WITHIN_MS, async () =>
      ids.every((id) => idsAt(server).includes(id)),
    );
  }
  await until("nothing is behind", DELIVERED_WITHIN_MS, async () => (await statusOf(tenant, traces.id)).pending === 0);
  const records = await tenant.records();
  expect(
    records
      .filter(({ status }) => status === "ok")
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...ids].sort());

  const spans = otlp.received
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans[0].scopeSpans[0].spans as { spanId: string }[]);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBeGreaterThanOrEqual(ids.length);
  expect(otlp.received.some(({ path }) => path === "/v1/metrics")).toBe(true);
  expect(otlp.received.every(({ headers }) => headers["x-api-key"] === "k")).toBe(true);
  const scraped = await fetch(`${system.url}/metrics`, { headers: { authorization: `Bearer ${system.adminToken}` } });
  const text = await scraped.text();
  expect(seriesTotal(text, "meterr_sink_failures_total")).toBeGreaterThan(0);
  expect(seriesTotal(text, "meterr_sink_dropped_total")).toBe(0);
}, 180_000);

test("expired records move into the archive's directory, and the bucket's sink writes beside them", async () => {
  const tenant = await newTenant(system);
  await api(system, "PATCH", `/tenants/${tenant.id}`, { raw_retention_days: 30 });
  await tenant.api("POST", "/sinks", { type: "r2" });
  const event = (n: number) => ({
    id: `old-${n}`,
    time: n < 900 ? "2026-01-02T03:04:05Z" : new Date().toISOString(),
    provider: "openai",
    model: "gpt-5-mini",
    tokens: { input: 1, output: 1 },
  });
  await tenant.api("POST", "/usage", { events: Array.from({ length: 1_000 }, (_, n) => event(n)) });
  await until("all are in the database", 10_000, async () => (await tenant.records()).length === 1_000);
  const cron = await api(system, "POST", "/operator/cron");
  expect(cron.status).toBe(200);
  expect(await tenant.records()).toHaveLength(100);

  const below = (folder: string) => {
    const root = join(system.stateDir, "archive", folder, tenant.id);
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  };
  const lines = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as UsageRecord);
  const archived = below("archive").flatMap((file) => lines(gunzipSync(readFileSync(file)).toString()));
  expect(archived).toHaveLength(900);
  expect(new Set(archived.map(({ id }) => id)).size).toBe(900);
  expect(archived[0]).toMatchObject({ tenant: tenant.id, time: "2026-01-02T03:04:05.000Z", model: "gpt-5-mini" });
  await until("the sink's object", DELIVERED_WITHIN_MS, async () => {
    const records = below("usage").flatMap((file) => lines(readFileSync(file, "utf8")));
    return new Set(records.map(({ id }) => id)).size === 1_000 && records.length === 1_000;
  });
  const summary = await tenant.api<{ data: { requests: number }[] }>("GET", "/usage/summary?from=2026-01-01");
  expect(summary.data[0]?.requests).toBe(1_000);
});

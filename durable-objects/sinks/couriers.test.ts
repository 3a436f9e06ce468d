import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { LedgerRecords } from "../../worker/core/ledger-api.ts";
import { seal } from "../../worker/core/sealed.ts";
import type { Sink, SinkSecret, SinkState } from "../../worker/core/sink.ts";
import { migrate } from "../../worker/db/migrate.ts";
import type { Ledger } from "../ledger.ts";
import { usageEvent } from "./test-kit.ts";

const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
const actor = { id: "operator", ip: null };
const SIGNING = `whsec_${btoa("k".repeat(32))}`;
const WITHIN = { timeout: 15_000, interval: 50 };

interface Got {
  url: string;
  headers: Record<string, string>;
  body: string;
}
/** What receivers got, by the host's first label, and what they answer. */
let got: Record<string, Got[]>;
let answers: Record<string, (request: Request) => Promise<Response>>;

beforeAll(() => migrate(env.DB));

beforeEach(() => {
  got = {};
  answers = {};
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const host = new URL(request.url).hostname.split(".")[0] ?? "";
    got[host] ??= [];
    got[host].push({ url: request.url, headers: Object.fromEntries(request.headers), body: await request.text() });
    return (await answers[host]?.(request)) ?? new Response("ok");
  });
});
afterEach(() => void vi.restoreAllMocks());

/** Ends with the caller's own time-out, as a connection that nobody answers. */
const hang = (request: Request) =>
  new Promise<Response>((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));

async function newTenant() {
  const tenant = `t${crypto.randomUUID()}`;
  // Asked for anew each time: an aborted object breaks the stubs that knew it.
  const ledger = () => LEDGER.getByName(tenant) as unknown as LedgerRecords;
  let n = 0;
  return {
    tenant,
    stub: () => LEDGER.getByName(tenant),
    sink: async (type: Sink["type"], host: string | null, over: Partial<Sink> = {}) => {
      const secret: SinkSecret = {
        headers: { authorization: "Bearer of-sink" },
        signing: type === "webhook" ? SIGNING : null,
      };
      const record: Sink = {
        id: `sink_${type}_${host ?? "bucket"}`,
        name: "test",
        type,
        url: host && `https://${host}.example.com/in`,
        sealed: await seal(env.METERR_MASTER_KEY, tenant, JSON.stringify(secret)),
        headerNames: [],
        signals: type === "otlp" ? ["traces", "metrics"] : [],
        enabled: true,
        createdAt: ++n,
        ...over,
      };
      expect(await ledger().create("sink", record, actor)).toEqual({ outcome: "created" });
      return record.id;
    },
    settle: (...ids: string[]) => ledger().importUsage(ids.map((id) => usageEvent(tenant, id))),
    ledger,
    states: (): Promise<Record<string, SinkState>> => ledger().sinkStates(),
    rows: async () => {
      const { results } = await env.DB.prepare("SELECT id FROM usage WHERE tenant = ? ORDER BY id").bind(tenant).all();
      return results.map(({ id }) => id);
    },
    outboxRows: () =>
      runInDurableObject(LEDGER.getByName(tenant), (_, state) =>
        Number(state.storage.sql.exec("SELECT count(*) AS n FROM outbox").one().n),
      ),
  };
}

test("each type of sink gets what settles after it was made, and the outbox is empty when all have it", async () => {
  const { sink, settle, states, outboxRows, rows } = await newTenant();
  await settle("e0");
  await expect.poll(rows, WITHIN).toEqual(["e0"]);
  await sink("webhook", "hook");
  await sink("otlp", "otel");
  await settle("e1", "e2");
  await expect
    .poll(async () => Object.values(await states()).map(({ delivered }) => delivered), WITHIN)
    .toEqual([2, 2]);
  await expect.poll(outboxRows, WITHIN).toBe(0);
  const [hook] = got.hook ?? [];
  expect(new Webhook(SIGNING).verify(hook?.body ?? "", hook?.headers ?? {})).toMatchObject([
    { id: "e1" },
    { id: "e2" },
  ]);
  expect(hook?.headers.authorization).toBe("Bearer of-sink");
  expect((got.otel ?? []).map(({ url }) => new URL(url).pathname)).toEqual(["/in/v1/traces", "/in/v1/metrics"]);
});

test("the bucket gets objects of NDJSON by tenant and hour", async () => {
  const { tenant, sink, settle, stub } = await newTenant();
  await sink("r2", null);
  // A full batch does not wait for company.
  await settle(...Array.from({ length: 1_000 }, (_, i) => `e${i}`));
  const list = async () => (await env.ARCHIVE.list({ prefix: `usage/${tenant}/` })).objects.map(({ key }) => key);
  await expect.poll(async () => (await list()).length, WITHIN).toBe(1);
  const [key = ""] = await list();
  expect(key).toMatch(new RegExp(`^usage/${tenant}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/[0-9A-HJKMNP-TV-Z]{26}\\.ndjson$`));
  const lines = ((await (await env.ARCHIVE.get(key))?.text()) ?? "").trimEnd().split("\n");
  expect(lines).toHaveLength(1_000);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ id: "e0", tenant, cost_usd: "0.000000060" });
  expect((await stub().stats()).outboxPending).toBe(0);
});

test("a sink that hangs, one that fails and one that is slow delay neither D1 nor a sound one", async () => {
  const { sink, settle, rows, states, outboxRows } = await newTenant();
  answers = {
    hangs: hang,
    fails: async () => new Response("no", { status: 500 }),
    slow: async () => {
      await scheduler.wait(3_000);
      return new Response("ok");
    },
  };
  const [hangs, fails, slow, sound] = await Promise.all(
    ["hangs", "fails", "slow", "sound"].map((at) => sink("webhook", at)),
  );
  await settle("e1");
  // All of them are on their way when the next ones settle.
  await expect.poll(() => Object.keys(got).length, WITHIN).toBe(4);
  const from = Date.now();
  await settle("e2");
  await expect.poll(rows, { ...WITHIN, timeout: 2_000 }).toEqual(["e1", "e2"]);
  await expect.poll(async () => (await states())[sound ?? ""]?.delivered, { ...WITHIN, timeout: 3_000 }).toBe(2);
  expect(Date.now() - from).toBeLessThan(3_000);
  await expect.poll(async () => (await states())[slow ?? ""]?.delivered, WITHIN).toBe(2);
  const now = await states();
  expect(now[fails ?? ""]).toMatchObject({ delivered: 0, pending: 2, lastError: "answered 500" });
  expect(now[fails ?? ""]?.failures).toBeGreaterThan(0);
  expect(now[hangs ?? ""]).toMatchObject({ delivered: 0, pending: 2 });
  expect(await outboxRows()).toBe(2);
  answers.fails = async () => new Response("ok");
  await expect.poll(async () => (await states())[fails ?? ""]?.pending, WITHIN).toBe(0);
});

test("many dead sinks leave room for a sound one", async () => {
  const { sink, settle, rows, states } = await newTenant();
  const dead = ["dead1", "dead2", "dead3", "dead4", "dead5"];
  for (const host of dead) {
    answers[host] = hang;
    await sink("webhook", host);
  }
  const sound = await sink("webhook", "sound");
  await settle("e1");
  // At first nobody knows which are dead; then they have failed.
  await expect.poll(async () => (await states())[sound]?.delivered, { timeout: 25_000, interval: 100 }).toBe(1);
  await expect.poll(() => dead.filter((host) => got[host]).length, { timeout: 25_000, interval: 100 }).toBe(5);
  await settle("e2");
  await expect.poll(rows, { ...WITHIN, timeout: 2_000 }).toEqual(["e1", "e2"]);
  await expect.poll(async () => (await states())[sound]?.delivered, { ...WITHIN, timeout: 3_000 }).toBe(2);
}, 60_000);

test("a failed batch is sent again as it was, under its id, though more has settled meanwhile and the object crashed", async () => {
  const { sink, settle, states, rows } = await newTenant();
  let broken = true;
  answers.hook = async () => new Response("", { status: broken ? 503 : 200 });
  const id = await sink("webhook", "hook");
  await settle("e1", "e2");
  await expect.poll(() => got.hook?.length, WITHIN).toBe(1);
  await expect.poll(async () => (await states())[id]?.failures, WITHIN).toBe(1);
  await settle("e3");
  await expect.poll(rows, WITHIN).toEqual(["e1", "e2", "e3"]);
  await abortAllDurableObjects();
  broken = false;
  await expect.poll(async () => (await states())[id]?.delivered, WITHIN).toBe(3);
  const ids = (got.hook ?? []).map(({ headers, body }) => [
    headers["webhook-id"],
    (JSON.parse(body) as { id: string }[]).map((record) => record.id).join(),
  ]);
  expect(new Set(ids.map(String)).size).toBe(2);
  expect(ids[0]).toEqual(ids.at(-2));
  expect(ids.at(-1)?.[1]).toBe("e3");
});

test("what was on its way when the object vanished is sent again, and D1 has each event once", async () => {
  const { sink, settle, states, rows } = await newTenant();
  let arrived = 0;
  answers.hook = async (request) => (arrived++ === 0 ? hang(request) : new Response("ok"));
  const id = await sink("webhook", "hook");
  await settle("e1");
  await expect.poll(() => arrived, WITHIN).toBe(1);
  await abortAllDurableObjects();
  await settle("e2");
  await expect.poll(async () => (await states())[id]?.pending, WITHIN).toBe(0);
  await expect.poll(rows, WITHIN).toEqual(["e1", "e2"]);
  const bodies = (got.hook ?? []).map(({ body }) => (JSON.parse(body) as { id: string }[]).map((record) => record.id));
  expect(bodies[0]).toEqual(["e1"]);
  expect(bodies.slice(1).flat()).toEqual(expect.arrayContaining(["e1", "e2"]));
});

test("a removed or disabled sink holds nothing back, and one enabled again begins with what is new", async () => {
  const { sink, settle, ledger, states, outboxRows, rows } = await newTenant();
  answers.hook = async () => new Response("", { status: 500 });
  const id = await sink("webhook", "hook");
  await settle("e1");
  await expect.poll(rows, WITHIN).toEqual(["e1"]);
  expect(await outboxRows()).toBe(1);
  await ledger().update("sink", id, { enabled: false }, actor);
  await settle("e2");
  await expect.poll(outboxRows, WITHIN).toBe(0);
  expect(await states()).toEqual({});
  answers = {};
  got = {};
  await ledger().update("sink", id, { enabled: true }, actor);
  await settle("e3");
  await expect.poll(async () => (await states())[id], WITHIN).toMatchObject({ delivered: 1, pending: 0, failures: 0 });
  expect(got.hook?.map(({ body }) => JSON.parse(body)[0].id)).toEqual(["e3"]);
});

test("back-pressure and failures are told with the counters", async () => {
  const { tenant, sink, settle } = await newTenant();
  answers.hook = async () => new Response("", { status: 500 });
  await sink("webhook", "hook");
  await settle("e1", "e2");
  const told = async () => {
    const text = await env.DB.prepare("SELECT counters FROM ledger_counters WHERE tenant = ?")
      .bind(tenant)
      .first("counters");
    return JSON.parse(String(text ?? "{}"));
  };
  await expect.poll(told, WITHIN).toMatchObject({
    'meterr_sink_pending{sink="webhook"}': 2,
    'meterr_sink_pending{sink="d1"}': 0,
    'meterr_sink_failures_total{sink="webhook"}': expect.any(Number),
  });
});

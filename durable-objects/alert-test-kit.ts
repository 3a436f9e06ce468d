/** A tenant's ledger with channels, and what they receive. */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { AlertChannel, LedgerAlerts } from "../worker/core/alert.ts";
import type { NumberedEvent, SyncMessage } from "../worker/core/lease.ts";
import type { LedgerRecords } from "../worker/core/ledger-api.ts";
import type { Budget, Unit } from "../worker/core/policy.ts";
import { sampleBudget, sampleEvent, sampleFacts } from "../worker/core/samples.ts";
import type { ScopeFacts } from "../worker/core/scope.ts";
import { seal } from "../worker/core/sealed.ts";
import { NO_TOKENS, type UsageEvent } from "../worker/core/usage.ts";
import type { Ledger } from "./ledger.ts";

export const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
export const actor = { id: "operator", ip: null };
export const SECRET = `whsec_${btoa("x".repeat(32))}`;
export const URL_OF_HOOK = "https://hooks.example.com/T0/secret-token";

interface Got {
  url: string;
  redirect: string;
  headers: Headers;
  body: string;
}
/** What was sent, and what is answered to it. */
export const got: Got[] = [];
export const receiver = { answer: async (): Promise<Response> => new Response("ok") };

/** Every test of the file receives anew. */
export function receiveInEachTest(): void {
  beforeEach(() => {
    got.length = 0;
    receiver.answer = async () => new Response("ok");
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      got.push({ url: request.url, redirect: request.redirect, headers: request.headers, body: await request.text() });
      return receiver.answer();
    });
  });
  afterEach(() => void vi.restoreAllMocks());
}

const budget = (over: Partial<Budget> = {}): Budget =>
  sampleBudget({ name: "Search", limit: 15_000_000_000, alertAt: [80, 100], ...over });

export const usageEvent = (tenant: string, id: string, over: Partial<UsageEvent> = {}): UsageEvent =>
  sampleEvent({ ...FACTS, id, tenant, tokens: NO_TOKENS, costNanos: 0, ...over });

const FACTS = sampleFacts({ model: "m" });

/** A tenant's ledger with one budget, and one wallet that settles. */
export async function newTenant(over: Partial<Budget> = {}) {
  const tenant = `t_${crypto.randomUUID()}`;
  const stub = LEDGER.getByName(tenant);
  const ledger = stub as unknown as LedgerRecords & LedgerAlerts;
  let [seq, n, drawn] = [0, 0, 0];
  const message = (events: UsageEvent[]): SyncMessage => said(events.map((event) => ({ event, spends: [] })));
  const said = (
    events: Pick<NumberedEvent, "event" | "spends">[],
    leases: SyncMessage["leases"] = [],
  ): SyncMessage => ({
    tenant,
    wallet: `wal_${tenant}`,
    opens: seq === 0,
    seq: ++seq,
    sentAt: Date.now(),
    version: 0,
    identify: [],
    events: events.map((one): NumberedEvent => ({ ...one, n: ++n, at: Date.now() })),
    leases,
    needs: [],
  });
  const settle = async (...events: Partial<UsageEvent>[]) => {
    const numbered = events.map((event, i) => usageEvent(tenant, `req_${n}_${i}`, event));
    return await stub.sync(message(numbered));
  };
  const askFor = (unit: Unit, running: number, facts: Partial<ScopeFacts>) => {
    const known: ScopeFacts = { ...FACTS, ...facts };
    return { lease: ++drawn, facts: { known }, unit, returned: 0, running, want: 0, done: running === 0 };
  };
  /** Spends on a lease of its own, as a request does that was over at once. */
  const draw = async (unit: Unit, amount: number, facts: Partial<ScopeFacts> = {}) => {
    const ask = askFor(unit, 0, facts);
    await stub.sync(said([{ event: null, spends: [{ lease: ask.lease, amount }] }], [ask]));
  };
  /** Holds `amount` as a running request does; answers how it ends. */
  const start = async (unit: Unit, amount: number, facts: Partial<ScopeFacts> = {}) => {
    const ask = askFor(unit, amount, facts);
    await stub.sync(said([], [ask]));
    const spends = [{ lease: ask.lease, amount }];
    return () => stub.sync(said([{ event: null, spends }], [{ ...ask, running: 0, done: true }]));
  };
  const channel = async (fields: Partial<AlertChannel> = {}): Promise<AlertChannel> => {
    const url = `${URL_OF_HOOK}/${fields.id ?? ""}`;
    const sealed = await seal(env.METERR_MASTER_KEY, tenant, JSON.stringify({ url, signing: SECRET }));
    const record: AlertChannel = {
      ...{ id: "chan_1", name: "Hook", type: "webhook", sealed, urlHint: "", to: [], events: [] },
      ...{ enabled: true, disabledReason: null, createdAt: 1 },
      ...fields,
    } as AlertChannel;
    await ledger.create("alert", record, actor);
    return record;
  };
  await stub.sync(message([]));
  await ledger.create("budget", budget(over), actor);
  return { tenant, stub, ledger, message, settle, draw, start, channel };
}

export const types = () => got.map(({ body }) => JSON.parse(body).type);
export const percents = () => got.map(({ body }) => JSON.parse(body).data.threshold_percent);
export const arrived = (count: number) => vi.waitFor(() => expect(got.length).toBeGreaterThanOrEqual(count), 2_000);
export const attemptsOf = async (ledger: LedgerAlerts, channel = "chan_1") =>
  (await ledger.alertAttempts(channel, { limit: 50, cursor: null })).items;
/** Ends what waits, as if its time had come. */
export const makeDue = (stub: DurableObjectStub<Ledger>) =>
  runInDurableObject(stub, (_, state) => {
    state.storage.sql.exec("UPDATE alert_deliveries SET next_at = ?", Date.now() - 1);
  });
/** Ends every object where it is, as a crash does, and lets the ledger of `tenant` do what is due. */
export async function crash(tenant: string): Promise<LedgerRecords & LedgerAlerts> {
  await abortAllDurableObjects();
  // A stub of before is of no use any more.
  const stub = LEDGER.getByName(tenant);
  await runDurableObjectAlarm(stub);
  return stub as unknown as LedgerRecords & LedgerAlerts;
}
export const settled = () => new Promise((resolve) => setTimeout(resolve, 150));

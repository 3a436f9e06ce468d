/**
 * The ledger of `bench/ledger.ts`, driven from inside workerd. Its database is one that takes everything at once:
 * what is measured is the ledger.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { Ledger } from "../../durable-objects/ledger.ts";
import type { LeaseAsk, SyncMessage } from "../../worker/core/lease.ts";
import type { LedgerRecords } from "../../worker/core/ledger-api.ts";
import type { Budget, Scope } from "../../worker/core/policy.ts";
import { sampleAsk, sampleBudget, sampleEvent, sampleMessage } from "../../worker/core/samples.ts";
import type { ScopeFacts } from "../../worker/core/scope.ts";
import { NO_TOKENS, type UsageEvent } from "../../worker/core/usage.ts";

const TENANT = "bench";
const TEAMS = 100;
const USERS = 1_000;
const LEASES = 100;
const ACTOR = { id: "operator", ip: null };
const DATABASE = {
  prepare: () => ({ bind: () => ({ all: async () => ({ results: [] }) }) }),
  batch: async (statements: unknown[]) => statements.map(() => ({ meta: { changes: 1 } })),
} as unknown as D1Database;

type LedgerBindings = ConstructorParameters<typeof Ledger>[1];
interface Bindings {
  LEDGER: DurableObjectNamespace<BenchLedger>;
}

export class BenchLedger extends Ledger {
  constructor(ctx: DurableObjectState, env: LedgerBindings) {
    super(ctx, { ...env, DB: DATABASE });
  }

  /** Rows and bytes. */
  sizes(): { bytes: number; rows: Record<string, number> } {
    const { sql } = this.ctx.storage;
    const tables = sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    const rows = tables.toArray().map(({ name }) => [name, sql.exec(`SELECT count(*) AS n FROM "${name}"`).one().n]);
    return { bytes: sql.databaseSize, rows: Object.fromEntries(rows) };
  }

  /** As eviction: nothing of it stays in memory. */
  vanish(): void {
    this.ctx.abort("bench");
  }
}

const factsOf = (n: number): ScopeFacts => ({
  key: `key_${n}`,
  team: `team_${n % TEAMS}`,
  user: `user_${n % USERS}`,
  provider: "openai",
  model: "gpt-5-mini",
  tags: {},
  session: null,
});

/** One budget of the tenant, and those of teams, users and keys. */
function scopeOf(n: number): Scope {
  if (n === 0) return { type: "tenant", id: null };
  if (n <= TEAMS) return { type: "team", id: `team_${n - 1}` };
  if (n <= TEAMS + USERS) return { type: "user", id: `user_${n - TEAMS - 1}` };
  return { type: "key", id: `key_${n - TEAMS - USERS - 1}` };
}

const budgetOf = (n: number): Budget =>
  sampleBudget({
    ...{ id: `bud_${n}`, name: `Budget ${n}`, scope: scopeOf(n), limit: 1e15, createdAt: n },
    period: n % 2 === 0 ? "month" : "total",
  });

const eventOf = (id: string, n: number): UsageEvent =>
  sampleEvent({
    ...factsOf(n),
    ...{ id, tenant: TENANT, modelServed: "gpt-5-mini-2025-08-07", costNanos: 24_000, boundNanos: 900_000 },
    ...{ tokens: { ...NO_TOKENS, input: 24, output: 9 }, priceVersion: "bench" },
    ...{ latencyMs: 700, ttftMs: 200, overheadMs: 1 },
  });

let wallets = 0;
const message = (more: Partial<SyncMessage> = {}): SyncMessage =>
  sampleMessage({ tenant: TENANT, wallet: `wal_${Date.now()}_${++wallets}`, ...more });
const asks = (lease: number, n: number, more: Partial<LeaseAsk>): LeaseAsk =>
  sampleAsk({ lease, facts: { known: factsOf(n) }, ...more });

export default class Driver extends WorkerEntrypoint<Bindings> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const count = Number(searchParams.get("count"));
    const from = Number(searchParams.get("from"));
    return Response.json((await this.#answer(pathname.slice(1), count, from)) ?? null);
  }

  #answer(what: string, count: number, from: number): Promise<unknown> {
    switch (what) {
      case "fill":
        return this.#fill(count, from);
      case "lease":
        return this.#lease(count);
      case "settle":
        return this.#settle(count, from);
      case "wake":
        return this.#wake();
      case "policy":
        return this.#policy();
      case "sizes":
        return this.#ledger.sizes();
      case "pending":
        return this.#ledger.stats().then(({ outboxPending }) => outboxPending);
      default:
        throw new Error(`nobody knows ${what}`);
    }
  }

  get #ledger() {
    return this.env.LEDGER.getByName(TENANT);
  }

  /** Makes budgets `from` to `from + count`. */
  async #fill(count: number, from: number): Promise<void> {
    const ledger = this.#ledger as unknown as LedgerRecords;
    for (let n = from; n < from + count; n++) await ledger.create("budget", budgetOf(n), ACTOR);
  }

  /** What a wallet of now has to know: the version alone, so that leases are measured without the policy. */
  async #version(): Promise<number> {
    const reply = await this.#ledger.sync(message());
    if (reply.outcome !== "heard") throw new Error(reply.outcome);
    return reply.version;
  }

  /** A request of a cold key, `count` times: a lease for it, then its settlement, each one call. */
  async #lease(count: number): Promise<void> {
    const version = await this.#version();
    for (let i = 0; i < count; i++) {
      const n = (i * 7_919) % 8_000;
      const asked = message({ version, leases: [asks(1, n, {})], needs: [[{ lease: 1, amount: 900_000 }]] });
      const reply = await this.#ledger.sync(asked);
      if (reply.outcome !== "heard" || (reply.leases[0]?.granted ?? 0) < 900_000) throw new Error("not granted");
      const event = eventOf(`req_${asked.wallet}`, n);
      const settled = { n: 1, spends: [{ lease: 1, amount: event.costNanos ?? 0 }], event, at: Date.now() };
      const closed = asks(1, n, { done: true });
      await this.#ledger.sync({ ...asked, opens: false, seq: 2, events: [settled], leases: [closed], needs: [] });
    }
  }

  /** Settles `count` thousands of events, as wallets do that are far behind. */
  async #settle(count: number, from: number): Promise<void> {
    const version = await this.#version();
    const base = message({ version });
    const open = Array.from({ length: LEASES }, (_, n) => asks(n + 1, n, {}));
    await this.#ledger.sync({ ...base, leases: open, needs: open.map(({ lease }) => [{ lease, amount: 1e9 }]) });
    let settled = 0;
    for (let i = 0; i < count; i++) {
      const events = Array.from({ length: 1_000 }, () => {
        const n = ++settled;
        const event = eventOf(`req_${from}_${n}`, n % LEASES);
        return { n, spends: [{ lease: (n % LEASES) + 1, amount: event.costNanos ?? 0 }], event, at: Date.now() };
      });
      await this.#ledger.sync({ ...base, opens: false, seq: i + 2, events });
    }
    const done = open.map((lease) => ({ ...lease, done: true }));
    await this.#ledger.sync({ ...base, opens: false, seq: count + 2, leases: done });
  }

  /** Milliseconds that the first call takes after an eviction. */
  async #wake(): Promise<number> {
    const version = await this.#version();
    await this.#ledger.vanish().catch(() => {});
    const before = Date.now();
    await this.#ledger.sync(message({ version, leases: [asks(1, 1, {})], needs: [[{ lease: 1, amount: 900_000 }]] }));
    return Date.now() - before;
  }

  /** What a new isolate's first call brings, in bytes of JSON. */
  async #policy(): Promise<number> {
    return JSON.stringify(await this.#ledger.sync(message({ version: 0 }))).length;
  }
}

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Background, BackgroundUse } from "../worker/core/background.ts";
import { NO_TOKENS, type UsageEvent } from "../worker/core/usage.ts";
import { BACKGROUND_MS, backgroundStart, pruneBackground, settleBackground } from "./background.ts";
import type { Ledger } from "./ledger.ts";
import { emptyState, type LedgerState } from "./rows.ts";

const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;
const BOUND = 1_000;
const NOW = 1_763_000_000_000;

const used: BackgroundUse = {
  modelServed: "m-2026",
  tokens: { ...NO_TOKENS, input: 3, output: 5 },
  units: {},
  costNanos: 40,
  usageSource: "provider",
  priceSource: "catalog",
  priceVersion: "v1",
  flags: [],
};

const eventOf = (id: string, background: Background, more: Partial<UsageEvent> = {}) =>
  ({
    id,
    provider: "openai",
    model: "m",
    costNanos: background.used ? 0 : BOUND,
    boundNanos: background.used ? null : BOUND,
    usageSource: background.used ? "none" : "bound",
    tokens: NO_TOKENS,
    flags: [],
    attempts: [],
    background,
    ...more,
  }) as unknown as UsageEvent;
const started = (id = "req_1", more: Partial<UsageEvent> = {}) => eventOf(id, { id: "resp_1", used: null }, more);
const told = (id: string, use: Partial<BackgroundUse> = {}) => eventOf(id, { id: "resp_1", used: { ...used, ...use } });

const nothing = () => null;

/** A ledger's state with one pot that holds the bound, and what steps of it do to works in the background. */
async function inLedger(
  play: (ledger: {
    sql: SqlStorage;
    settled: () => number;
    /** Takes in events in one step; gives the amendments. */
    step(...events: UsageEvent[]): UsageEvent[];
  }) => void,
): Promise<void> {
  const stub = LEDGER.getByName(crypto.randomUUID());
  await runInDurableObject(stub, (_, { storage }) => {
    const state: LedgerState = emptyState("t1", {
      keyByHash: nothing,
      keyById: nothing,
      potById: nothing,
      walletById: nothing,
    });
    const pot = { id: "bud_1@total/0", budget: "bud_1", subject: null, unit: "nanos" } as const;
    const never = { startsAt: 0, endsAt: Number.POSITIVE_INFINITY, slotMs: 0, slots: [] };
    state.pots.set(pot.id, {
      ...pot,
      ...never,
      settled: BOUND,
      lost: 0,
      held: 0,
      before: BOUND,
      hot: 0,
      shortUntil: 0,
    });
    play({
      sql: storage.sql,
      settled: () => state.pots.get(pot.id)?.settled ?? Number.NaN,
      step: (...events) => {
        state.changes.events = [];
        state.changes.background = events.map((event) => ({
          event,
          pots: event.background?.used ? [] : [{ pot: pot.id, amount: BOUND, at: NOW }],
        }));
        settleBackground(state, storage.sql, NOW);
        return state.changes.events;
      },
    });
  });
}

test("what is told amends the start once, and its pots by the difference", async () => {
  await inLedger(({ sql, settled, step }) => {
    expect(step(started())).toEqual([]);
    expect(backgroundStart(sql, "openai", "resp_1")).toMatchObject({ outcome: "open", event: { id: "req_1" } });
    const [amendment, ...more] = step(told("req_2"), told("req_3"));
    expect(more).toEqual([]);
    expect(amendment).toMatchObject({ id: "req_1", costNanos: 40, boundNanos: BOUND, amends: { costNanos: BOUND } });
    expect(amendment?.background).toBeUndefined();
    expect(step(told("req_4"))).toEqual([]);
    expect(settled()).toBe(40);
    expect(backgroundStart(sql, "openai", "resp_1")).toEqual({ outcome: "settled" });
  });
});

test("what is told before the start is heard of waits for it", async () => {
  await inLedger(({ sql, settled, step }) => {
    expect(step(told("req_2"))).toEqual([]);
    expect(backgroundStart(sql, "openai", "resp_1")).toEqual({ outcome: "unknown" });
    expect(step(started())).toMatchObject([{ id: "req_1", costNanos: 40 }]);
    expect(step(told("req_3"))).toEqual([]);
    expect(settled()).toBe(40);
  });
});

test("a start that told its use itself is amended by nothing", async () => {
  await inLedger(({ settled, step }) => {
    expect(step(started("req_1", { usageSource: "provider" }), told("req_2"))).toEqual([]);
    expect(step(told("req_3"))).toEqual([]);
    expect(settled()).toBe(BOUND);
  });
});

test("an unknown cost takes nothing off a known bound, and a cost above the bound says so", async () => {
  await inLedger(({ settled, step }) => {
    expect(step(started(), told("req_2", { costNanos: null }))).toEqual([]);
    expect(settled()).toBe(BOUND);
  });
  await inLedger(({ settled, step }) => {
    const [amendment] = step(started(), told("req_2", { costNanos: BOUND + 1 }));
    expect(amendment?.flags).toEqual(["bound_exceeded"]);
    expect(settled()).toBe(BOUND + 1);
  });
});

test("ids of another provider are another's, and what nobody asks for is forgotten", async () => {
  await inLedger(({ sql, step }) => {
    step(started());
    expect(backgroundStart(sql, "azure", "resp_1")).toEqual({ outcome: "unknown" });
    pruneBackground(sql, NOW + BACKGROUND_MS);
    expect(backgroundStart(sql, "openai", "resp_1").outcome).toBe("open");
    pruneBackground(sql, NOW + BACKGROUND_MS + 1);
    expect(backgroundStart(sql, "openai", "resp_1")).toEqual({ outcome: "unknown" });
  });
});

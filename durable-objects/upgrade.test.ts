import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Ledger } from "./ledger.ts";
import { SCHEMA } from "./schema.ts";
import { loadState, prepare, readMeta } from "./store.ts";

const LEDGER = env.LEDGER as unknown as DurableObjectNamespace<Ledger>;

test("a ledger from before units has its budgets, counters and leases, and is upgraded once", async () => {
  await runInDurableObject(LEDGER.getByName(crypto.randomUUID()), (_, { storage }) => {
    const { sql } = storage;
    for (const table of ["pots", "leases", "records", "meta"]) sql.exec(`DROP TABLE ${table}`);
    sql.exec(SCHEMA);
    const old = { id: "bud_1", name: "b", scope: { type: "tenant", id: null }, period: "total", limitNanos: 1_000 };
    const json = JSON.stringify({ ...old, timezone: "UTC", enforcement: "hard", createdAt: 1 });
    sql.exec("INSERT INTO records VALUES ('budget', 'bud_1', NULL, 1, ?)", json);
    sql.exec("INSERT INTO pots VALUES ('bud_1@total/0', 'bud_1', 0, NULL, 60, 0, 40)");
    sql.exec("INSERT OR REPLACE INTO wallets VALUES ('w', 1, 0, ?, NULL, 0)", Date.now());
    const facts = JSON.stringify({
      key: "k",
      team: null,
      user: null,
      provider: "p",
      model: "m",
      tags: {},
      session: null,
    });
    sql.exec("INSERT INTO leases VALUES ('w', 1, ?, '[\"bud_1@total/0\"]', 100, 60, 0)", facts);
    for (let i = 0; i < 2; i++) prepare(sql);
    expect(readMeta(sql, "schema")).toBe(1);
    const state = loadState(sql, "t");
    expect(state.budgets.get("bud_1")).toMatchObject({ unit: "nanos", limit: 1_000, rolling: false });
    expect(state.budgets.get("bud_1")).not.toHaveProperty("limitNanos");
    const lease = state.wallets.get("w")?.leases.get(1);
    expect(lease).toMatchObject({
      unit: "nanos",
      granted: 100,
      pots: [{ settled: 60, held: 40, slotMs: 0, slots: [] }],
    });
  });
});

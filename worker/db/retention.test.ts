import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { migrate } from "./migrate.ts";
import { removeExpired } from "./retention.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-24T00:00:00Z");
const databases = { usage: env.DB, accounts: env.DB };

async function seed(tenant: string, ages: number[], retentionDays?: number): Promise<void> {
  if (retentionDays !== undefined) {
    await env.DB.prepare(
      "INSERT INTO organization (id, name, slug, created_at, raw_retention_days) VALUES (?1, ?1, ?1, 0, ?2)",
    )
      .bind(tenant, retentionDays)
      .run();
  }
  const rows = JSON.stringify(ages.map((days, n) => ({ id: `e${n}`, time: NOW - days * DAY_MS })));
  await env.DB.prepare(
    `INSERT INTO usage (id, tenant, time, provider, model, endpoint, status, mode, saved_nanos, tags, event)
     SELECT value ->> 'id', ?1, value ->> 'time', 'p', 'm', 'e', 'ok', 'live', 0, '{}', '{}' FROM json_each(?2)`,
  )
    .bind(tenant, rows)
    .run();
  await env.DB.prepare(
    "INSERT OR IGNORE INTO usage_hourly VALUES (?, 0, '', '', '', 'p', 'm', 'e', 'ok', 'live', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
  )
    .bind(tenant)
    .run();
}

const left = async (tenant: string) =>
  (await env.DB.prepare("SELECT id FROM usage WHERE tenant = ? ORDER BY id").bind(tenant).all()).results.map(
    (row) => row.id,
  );

beforeEach(async () => {
  await migrate(env.DB);
  await env.DB.batch(["usage", "usage_hourly", "organization"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

it("removes what is older than its own tenant keeps it, and 90 days of one that is gone", async () => {
  await seed("a", [1, 29, 31, 400], 30);
  await seed("b", [1, 31, 364, 366], 365);
  await seed("c", [89, 91]);
  expect(await removeExpired(databases, NOW)).toBe(4);
  expect([await left("a"), await left("b"), await left("c")]).toEqual([["e0", "e1"], ["e0", "e1", "e2"], ["e0"]]);
  expect(await removeExpired(databases, NOW)).toBe(0);
});

it("keeps the roll-ups", async () => {
  await seed("a", [400], 30);
  await removeExpired(databases, NOW);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM usage_hourly").first()).toEqual({ n: 1 });
});

it("takes small steps, and leaves the rest for the next run", async () => {
  const many = Array.from({ length: 21_000 }, () => 100);
  for (let at = 0; at < many.length; at += 7_000) await seedMore(at, 7_000);
  const first = await removeExpired(databases, NOW);
  expect(first).toBe(20_000);
  expect(await removeExpired(databases, NOW)).toBe(1_000);
});

async function seedMore(from: number, count: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)
     INSERT INTO usage (id, tenant, time, provider, model, endpoint, status, mode, saved_nanos, tags, event)
     SELECT 'r' || i, 'a', 0, 'p', 'm', 'e', 'ok', 'live', 0, '{}', '{}' FROM n`,
  )
    .bind(from, count)
    .run();
}

import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { type Archive, archiveOf } from "../core/archive.ts";
import { NO_TOKENS, type UsageEvent } from "../core/usage.ts";
import { migrate } from "./migrate.ts";
import { removeExpired } from "./retention.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-24T00:00:00Z");
const bucket = archiveOf(env) as Archive;
const stores = { usage: env.DB, accounts: env.DB, archive: bucket };

async function keep(tenant: string, retentionDays: number): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO organization (id, name, slug, created_at, raw_retention_days) VALUES (?1, ?1, ?1, 0, ?2)",
  )
    .bind(tenant, retentionDays)
    .run();
}

/** Rows `e0`, `e1`, … of these ages in days. */
async function seed(tenant: string, ages: number[], from = 0): Promise<void> {
  const rows = ages.map((days, n): UsageEvent => {
    const [id, time] = [`e${from + n}`, NOW - days * DAY_MS];
    return {
      ...{ id, time, tenant, key: "key_1", team: null, user: null, session: null, tags: {}, mode: "live" },
      ...{ provider: "p", model: "m", modelServed: null, endpoint: "e", dialect: "chat", stream: false, status: "ok" },
      ...{ httpStatus: 200, tokens: NO_TOKENS, units: {}, costNanos: 7, savedNanos: 0, usageSource: "provider" },
      ...{ priceSource: "catalog", priceVersion: null, boundNanos: null, cache: "off", latencyMs: 1, ttftMs: null },
      ...{ overheadMs: null, errorCode: null, flags: [], attempts: [] },
    } as UsageEvent;
  });
  await env.DB.prepare(
    `INSERT INTO usage (id, tenant, time, provider, model, endpoint, status, mode, saved_nanos, tags, event)
     SELECT value ->> 'id', ?1, value ->> 'time', 'p', 'm', 'e', 'ok', 'live', 0, '{}', value FROM json_each(?2)`,
  )
    .bind(tenant, JSON.stringify(rows))
    .run();
}

const left = async (tenant: string) =>
  (await env.DB.prepare("SELECT id FROM usage WHERE tenant = ? ORDER BY id").bind(tenant).all()).results.map(
    (row) => row.id,
  );

/** The records in the archive, by object. */
async function archived(tenant: string): Promise<Record<string, string[]>> {
  const objects: Record<string, string[]> = {};
  for (const key of await bucket.list(`archive/${tenant}/`)) {
    const bytes = (await bucket.get(key)) ?? new Uint8Array();
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    objects[key] = text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: string }).id);
  }
  return objects;
}

beforeEach(async () => {
  await migrate(env.DB);
  await env.DB.batch(
    ["usage", "usage_hourly", "organization", "archive_steps"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  const { objects } = await env.ARCHIVE.list();
  await env.ARCHIVE.delete(objects.map(({ key }) => key));
});

it("archives what is older than its own tenant keeps it, and 90 days of one that is gone", async () => {
  await keep("a", 30);
  await keep("b", 365);
  await seed("a", [1, 29, 31, 400]);
  await seed("b", [1, 31, 364, 366]);
  await seed("c", [89, 91]);
  expect(await removeExpired(stores, NOW)).toBe(4);
  expect([await left("a"), await left("b"), await left("c")]).toEqual([["e0", "e1"], ["e0", "e1", "e2"], ["e0"]]);
  const time = NOW - 400 * DAY_MS;
  expect(await archived("a")).toEqual({ [`archive/a/2025/10/20/${time}-e3.ndjson.gz`]: ["e3", "e2"] });
  expect(Object.values(await archived("b"))).toEqual([["e3"]]);
  expect(await removeExpired(stores, NOW)).toBe(0);
});

it("keeps the roll-ups", async () => {
  await env.DB.prepare(
    `INSERT INTO usage_hourly (tenant, hour, key, team, user, provider, model, endpoint, status, mode, requests, unpriced,
       input_tokens, input_cached_tokens, input_cache_write_tokens, output_tokens, output_reasoning_tokens, cost_nanos,
       saved_nanos, latency_ms)
     VALUES ('a', 0, '', '', '', 'p', 'm', 'e', 'ok', 'live', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
  ).run();
  await seed("a", [400]);
  await removeExpired(stores, NOW);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM usage_hourly").first()).toEqual({ n: 1 });
});

it("makes no second object of a step that a crash cut short, and loses nothing of it", async () => {
  await seed("a", [200, 199, 198]);
  const crash = new Error("crash");
  const crashing: Archive = {
    ...bucket,
    put: async (key, body) => {
      await bucket.put(key, body);
      throw crash;
    },
  };
  await expect(removeExpired({ ...stores, archive: crashing }, NOW)).rejects.toBe(crash);
  expect(await left("a")).toEqual(["e0", "e1", "e2"]);
  // Meanwhile old usage is imported: before, inside and behind the range of the step.
  await seed("a", [201, 198.5, 197], 3);
  expect(await removeExpired(stores, NOW)).toBe(0);
  await env.DB.prepare("UPDATE archive_steps SET busy_until = 0").run();
  expect(await removeExpired(stores, NOW)).toBe(6);
  const objects = Object.values(await archived("a"));
  expect(objects.flat().sort()).toEqual(["e0", "e1", "e2", "e3", "e4", "e5"]);
  expect(objects.some((ids) => ids.join() === "e0,e1,e4,e2")).toBe(true);
  expect(await left("a")).toEqual([]);
});

it("deletes nothing that it could not archive", async () => {
  await seed("a", [200]);
  const full = { ...bucket, put: () => Promise.reject(new Error("full")) };
  await expect(removeExpired({ ...stores, archive: full }, NOW)).rejects.toThrow("full");
  expect(await left("a")).toEqual(["e0"]);
});

it("lets two runs at once archive each row once", async () => {
  await seed(
    "a",
    Array.from({ length: 1_200 }, (_, n) => 200 + n / 100),
  );
  const removed = await Promise.all([removeExpired(stores, NOW), removeExpired(stores, NOW)]);
  expect(removed[0] + removed[1] + (await left("a")).length).toBe(1_200);
  await removeExpired(stores, NOW);
  const ids = Object.values(await archived("a")).flat();
  expect(ids).toHaveLength(1_200);
  expect(new Set(ids).size).toBe(1_200);
});

it("deletes without an archive where the instance has none", async () => {
  await seed("a", [200, 1]);
  expect(await removeExpired({ ...stores, archive: null }, NOW)).toBe(1);
  expect(await left("a")).toEqual(["e1"]);
});

it("takes 100,000 rows in steps of 500 that D1 does in a few milliseconds each, and what is over in the next run", async () => {
  const many = Array.from({ length: 2_000 }, () => 100);
  for (let from = 0; from < 101_000; from += many.length) await seed("a", many.slice(0, 101_000 - from), from);
  const sizes: number[] = [];
  const durations: number[] = [];
  const usage = new Proxy(env.DB, {
    get: (db, name) => {
      if (name !== "batch") return Reflect.get(db, name).bind(db);
      return async (statements: D1PreparedStatement[]) => {
        const results = await db.batch(statements);
        sizes.push(results[0]?.meta.changes ?? 0);
        durations.push(results[0]?.meta.duration ?? 0);
        return results;
      };
    },
  });
  expect(await removeExpired({ ...stores, usage }, NOW)).toBe(100_000);
  expect(new Set(sizes)).toEqual(new Set([500]));
  const median = durations.toSorted((a, b) => a - b)[durations.length / 2] ?? Number.NaN;
  console.info(`a delete of 500 rows: median ${median} ms, longest ${Math.max(...durations)} ms`);
  expect(median).toBeLessThan(50);
  expect(await removeExpired(stores, NOW)).toBe(1_000);
  expect(await left("a")).toEqual([]);
}, 120_000);

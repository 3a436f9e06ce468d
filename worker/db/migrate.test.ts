import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";

const names = MIGRATIONS.map((migration) => migration.name);

it("applies every migration once, however many calls race", async () => {
  const calls = await Promise.all([migrate(env.DB), migrate(env.DB), migrate(env.DB)]);
  expect(calls.flat().sort()).toEqual(names);
  expect(await migrate(env.DB)).toEqual([]);
  const { results } = await env.DB.prepare("SELECT name FROM d1_migrations ORDER BY id").all();
  expect(results.map((row) => row.name)).toEqual(names);
});

it("leaves nothing of a migration that fails, and says so", async () => {
  const broken = { name: "9999_broken.sql", sql: "CREATE TABLE half (a TEXT);\nCREATE TABLE half (a TEXT);\n" };
  await expect(migrate(env.DB, [broken])).rejects.toThrow();
  const rows = await env.DB.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").all();
  expect(rows.results).toEqual([]);
  expect(await env.DB.prepare("SELECT 1 FROM d1_migrations WHERE name = ?").bind(broken.name).first()).toBeNull();
});

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { MIGRATIONS, statements } from "./migrations.ts";

it("bundles every file of migrations/, in order", () => {
  expect(MIGRATIONS.map(({ name }) => name)).toEqual(env.MIGRATION_FILES);
});

it("applies to an empty D1, a migration in one batch", async () => {
  for (const { sql } of MIGRATIONS) {
    await env.DB.batch(statements(sql).map((statement) => env.DB.prepare(statement)));
  }
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  expect(results.map((row) => row.name)).toContain("usage");
});

it("splits at semicolons that end a line, and drops comments", () => {
  expect(statements("-- one; two\nCREATE a (b);\n  -- three\nINSERT 'x;y';\n")).toEqual([
    "CREATE a (b)",
    "INSERT 'x;y'",
  ]);
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { migrate } from "./migrate.ts";

beforeAll(async () => {
  await migrate(env.DB);
});

/** How SQLite would answer `sql`: what it reads, and whether it sorts. */
async function planOf(sql: string, values: (string | number)[]): Promise<string> {
  const plan = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...values);
  return (await plan.all<{ detail: string }>()).results.map((row) => row.detail).join("\n");
}

it("is kept in the order in which lists read it, so that no page sorts or reads what it does not show", async () => {
  const page =
    "SELECT event FROM usage WHERE tenant = ? AND time >= ? AND time < ? ORDER BY time DESC, id DESC LIMIT 51";
  const plan = await planOf(page, ["t", 0, 1]);
  expect(plan).toContain("usage_by_time (tenant=? AND time>? AND time<?)");
  expect(plan).not.toContain("TEMP B-TREE");
});

it("finds a record by its id", async () => {
  expect(await planOf("SELECT event FROM usage WHERE tenant = ? AND id = ?", ["t", "r"])).toContain("usage_by_id");
});

it("finds words newest first without sorting, and a session by its own index", async () => {
  const words = await planOf(
    "SELECT rowid FROM usage_text WHERE usage_text MATCH ? AND rowid < CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT 51",
    ["zt61", 1],
  );
  expect(words).toContain("VIRTUAL TABLE INDEX");
  expect(words).not.toContain("TEMP B-TREE");
  const session =
    "SELECT event FROM usage INDEXED BY usage_by_session WHERE tenant = ? AND time >= ? AND time < ? AND usage.session = ? ORDER BY time DESC, id DESC LIMIT 51";
  expect(await planOf(session, ["t", 0, 1, "run"])).toContain("usage_by_session (tenant=? AND session=?");
});

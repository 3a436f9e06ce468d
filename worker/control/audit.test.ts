import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { newTenant, operator } from "./test-kit.ts";

let tenant = "";
let key = "";
beforeAll(async () => {
  tenant = await newTenant();
  const { body } = await operator("POST", `/api/v1/tenants/${tenant}/keys`, { name: "first" });
  key = body.id;
  await operator("PATCH", `/api/v1/tenants/${tenant}/keys/${key}`, { name: "second" });
  await operator("POST", `/api/v1/tenants/${tenant}/rate-limits`, { scope: { type: "tenant" }, concurrent: 5 });
});

const audit = async (query: string, of = tenant) =>
  (await operator("GET", `/api/v1/tenants/${of}/audit?${query}`)).body;
const kindsIn = async (query: string): Promise<string[]> =>
  (await audit(query)).data.map(({ kind, action }: { kind: string; action: string }) => `${action} ${kind}`);

it("is narrowed by who, what, to which and when", async () => {
  expect(await kindsIn("")).toEqual(["create rateLimit", "update key", "create key", "create tenant"]);
  expect(await kindsIn("kind=key")).toEqual(["update key", "create key"]);
  expect(await kindsIn("kind=key&action=update")).toEqual(["update key"]);
  expect(await kindsIn(`record=${key}`)).toEqual(["update key", "create key"]);
  expect(await kindsIn("actor=operator")).toHaveLength(4);
  expect(await kindsIn("actor=user:nobody")).toEqual([]);
  const { data } = await audit("action=update");
  expect(data[0]).toMatchObject({ before: { name: "first" }, after: { name: "second" } });
  expect(await kindsIn(`to=${data[0].time}`)).not.toContain("create rateLimit");
  expect(await kindsIn(`from=${data[0].time}`)).toContain("update key");
  expect(await kindsIn("from=2999-01-01")).toEqual([]);
});

it("goes on with the same filters where a page ends", async () => {
  const first = await audit("kind=key&limit=1");
  expect(first.data).toMatchObject([{ action: "update" }]);
  const second = await audit(`kind=key&limit=1&cursor=${first.next_cursor}`);
  expect(second).toMatchObject({ data: [{ action: "create" }], next_cursor: null });
});

it("looks through so many entries at a time, and says where to go on", async () => {
  const other = await newTenant();
  await operator("POST", `/api/v1/tenants/${other}/keys`, { name: "old" });
  await runInDurableObject(env.LEDGER.getByName(other), (_, { storage }) => {
    const entry = `json_object('id', printf('aud_z%05d', n), 'time', 1, 'actor', json('{"id":"system","ip":null}'),
      'action', 'update', 'kind', 'budget', 'recordId', 'b', 'before', NULL, 'after', NULL)`;
    storage.sql.exec(
      `WITH RECURSIVE some (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM some WHERE n < 7000)
       INSERT INTO audit SELECT printf('aud_z%05d', n), ${entry} FROM some`,
    );
  });
  const first = await audit("kind=key", other);
  expect(first).toMatchObject({ data: [], next_cursor: "aud_z02001" });
  const second = await audit(`kind=key&cursor=${first.next_cursor}`, other);
  expect(second).toMatchObject({ data: [{ kind: "key" }], next_cursor: null });
});

it("has money, times and names as this API has them everywhere, in all depths", async () => {
  const other = await newTenant();
  const at = `/api/v1/tenants/${other}`;
  const settings = { tags: { Env: "prod" }, cache: { ttl_seconds: 60 }, rate_limits: { concurrent: 3 } };
  const expires_at = "2030-01-01T00:00:00.000Z";
  await operator("POST", `${at}/keys`, { name: "k", expires_at, ...settings });
  const budget = { name: "b", scope: { type: "tenant" }, period: "day", enforcement: "soft", alert_at: [50] };
  const { body: usd } = await operator("POST", `${at}/budgets`, { ...budget, limit_usd: "0.5" });
  const { body: tokens } = await operator("POST", `${at}/budgets`, { ...budget, limit_tokens: 7 });
  await operator("PATCH", `${at}/budgets/${usd.id}`, { limit_usd: "1.25" });
  await operator("PATCH", `${at}/budgets/${tokens.id}`, { limit_tokens: 8 });
  const { data } = await audit("", other);
  const sides = data.map(({ before, after }: { before: unknown; after: unknown }) => ({ before, after }));
  expect(sides).toMatchObject([
    { before: { limit_tokens: 7 }, after: { limit_tokens: 8 } },
    { before: { limit_usd: "0.500000000" }, after: { limit_usd: "1.250000000" } },
    { before: null, after: { limit_tokens: 7, created_at: tokens.created_at, alert_at: [50] } },
    { before: null, after: { limit_usd: "0.500000000", created_at: usd.created_at } },
    { before: null, after: { ...settings, expires_at } },
    { before: null, after: { name: "Acme", raw_retention_days: 90 } },
  ]);
  expect(Object.keys(data[0].after)).toEqual(["limit_tokens"]);
});

it.each(["kind=nothing", "action=look", "from=yesterday", "who=me", "cursor=nothing"])("refuses %s", async (query) => {
  expect((await operator("GET", `/api/v1/tenants/${tenant}/audit?${query}`)).status).toBe(400);
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { ledgerOf } from "../db/ledger.ts";
import { call, newMember, newTenant, operator, signIn, tokenOf } from "./test-kit.ts";

beforeAll(async () => {
  await newTenant();
});

it("is made, listed, read, changed and removed by the operator", async () => {
  const { body: made } = await operator("POST", "/api/v1/tenants", { name: "Initech", raw_retention_days: 30 });
  expect(made).toEqual({
    id: expect.stringMatching(/^[0-9A-Za-z]{12}$/),
    name: "Initech",
    raw_retention_days: 30,
    created_at: expect.any(String),
  });
  const path = `/api/v1/tenants/${made.id}`;
  expect((await operator("GET", path)).body).toEqual(made);
  const renamed = await operator("PATCH", path, { name: "Initrode" });
  expect(renamed.body).toEqual({ ...made, name: "Initrode" });
  expect((await operator("GET", "/api/v1/tenants?limit=500")).body.data).toContainEqual(renamed.body);
  expect((await operator("DELETE", path)).body).toEqual({ id: made.id, deleted: true });
  for (const method of ["GET", "PATCH", "DELETE"]) {
    expect((await operator(method, path, method === "PATCH" ? {} : undefined)).status).toBe(404);
  }
});

it("takes its keys, tokens, credentials, sinks and channels along when it is removed", async () => {
  const tenant = await newTenant("Gone");
  const path = `/api/v1/tenants/${tenant}`;
  const { body: key } = await operator("POST", `${path}/keys`, { name: "k" });
  await operator("PUT", `${path}/credentials/openai`, { api_key: "sk-0123456789" });
  await operator("POST", `${path}/sinks`, { type: "r2" });
  await operator("POST", `${path}/alerts`, { type: "slack", url: "https://hooks.slack.com/services/a" });
  const headers = await tokenOf(tenant, "owner");
  await operator("DELETE", path);
  const ledger = ledgerOf(env, tenant);
  expect((await ledger.get("key", key.id))?.revokedAt).not.toBeNull();
  for (const kind of ["credential", "sink", "alert"] as const) {
    expect((await ledger.list(kind, { limit: 10, cursor: null })).items, kind).toEqual([]);
  }
  expect((await call("GET", `${path}/keys`, { headers })).status).toBe(401);
  expect((await operator("GET", `${path}/keys`)).status).toBe(404);
});

it("is made once for one Idempotency-Key, however often it is sent", async () => {
  const headers = { "idempotency-key": "tenant-1" };
  const post = (name: string) => operator("POST", "/api/v1/tenants", { name }, headers);
  const answers = await Promise.all([post("Once"), post("Once"), post("Once")]);
  for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
  expect(answers[0]?.status).toBe(200);
  expect((await post("Twice")).status).toBe(409);
  const { body } = await operator("GET", "/api/v1/tenants?limit=500");
  expect(body.data.filter((tenant: { name: string }) => tenant.name === "Once")).toHaveLength(1);
});

it("is no management token's to make or to change, whatever its role; it may look at it", async () => {
  const tenant = await newTenant();
  const path = `/api/v1/tenants/${tenant}`;
  const headers = await tokenOf(tenant, "owner");
  expect((await call("GET", path, { headers })).body.id).toBe(tenant);
  for (const [method, url] of [
    ["GET", "/api/v1/tenants"],
    ["POST", "/api/v1/tenants"],
    ["PATCH", path],
    ["DELETE", path],
  ] as const) {
    const answer = await call(method, url, { headers, body: method === "GET" ? undefined : { name: "x" } });
    expect(answer.status, method).toBe(403);
  }
});

it("is renamed by its signed-in owner, who may remove it too; both are in the audit log or gone with it", async () => {
  const { tenant, headers } = await signIn();
  const path = `/api/v1/tenants/${tenant}`;
  const renamed = await call("PATCH", path, { headers, body: { name: "Renamed", raw_retention_days: 30 } });
  expect(renamed.body).toMatchObject({ name: "Renamed", raw_retention_days: 30 });
  const { body } = await call("GET", `${path}/audit?kind=tenant`, { headers });
  expect(body.data[0]).toMatchObject({
    actor: expect.stringMatching(/^user:/),
    action: "update",
    before: { raw_retention_days: 90 },
    after: { name: "Renamed", raw_retention_days: 30 },
  });
  for (const [role, renames, removes] of [
    ["admin", 200, 403],
    ["developer", 403, 403],
    ["billing", 403, 403],
    ["viewer", 403, 403],
  ] as const) {
    const member = await newMember(tenant, role, `${role}@example.com`);
    expect((await call("PATCH", path, { headers: member, body: { name: "By a member" } })).status, role).toBe(renames);
    expect((await call("DELETE", path, { headers: member })).status, role).toBe(removes);
  }
  expect((await call("DELETE", path, { headers })).status).toBe(200);
  expect((await call("GET", path, { headers })).status).toBe(404);
});

it.each([
  { name: "" },
  {},
  { name: "x", raw_retention_days: 0 },
  { name: "x", raw_retention_days: 1.5 },
  { name: "x", id: "y" },
])("refuses %o", async (body) => {
  expect((await operator("POST", "/api/v1/tenants", body)).status).toBe(400);
});

it("comes in pages, each once", async () => {
  for (let n = 0; n < 5; n++) await newTenant(`Page ${n}`);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await operator("GET", `/api/v1/tenants?limit=2${query}`);
    seen.push(...body.data.map((tenant: { id: string }) => tenant.id));
    cursor = body.next_cursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength((await operator("GET", "/api/v1/tenants?limit=500")).body.data.length);
  expect((await operator("GET", "/api/v1/tenants?cursor=bm9uc2Vuc2U=")).status).toBe(400);
});

it("never wakes a ledger for an id that is no tenant's", async () => {
  let asked = 0;
  const LEDGER = { getByName: () => asked++ };
  for (const path of ["keys", "budgets", "usage", "audit", "live", "credentials/openai"]) {
    const answer = await call("GET", `/api/v1/tenants/zzzzzzzzzzzz/${path}`, {
      headers: { authorization: `Bearer ${env.METERR_ADMIN_TOKEN}` },
      bindings: { LEDGER },
    });
    expect(answer.status).toBe(404);
  }
  const forged = { authorization: `Bearer mtm_1zzzzzzzzzzzz_${"a".repeat(32)}_${"b".repeat(22)}` };
  expect((await call("GET", "/api/v1/me", { headers: forged, bindings: { LEDGER } })).status).toBe(401);
  expect(asked).toBe(0);
});

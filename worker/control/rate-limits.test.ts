import { beforeAll, expect, it } from "vitest";
import { newTenant, operator } from "./test-kit.ts";

let tenant = "";
let path = "";
beforeAll(async () => {
  tenant = `/api/v1/tenants/${await newTenant()}`;
  path = `${tenant}/rate-limits`;
});

it("limits a scope, or each of its kind apart, and is changed a figure at a time", async () => {
  const scope = { type: "user", id: null };
  const { status, body } = await operator("POST", path, { scope, requests_per_minute: 60, concurrent: 4 });
  expect(status).toBe(200);
  expect(body).toMatchObject({ scope, requests_per_minute: 60, tokens_per_day: null, concurrent: 4 });
  const idle = { used: 0, held: 0, subject: null, frees_at: null };
  expect(body.used).toMatchObject({ requests_per_minute: idle, concurrent: idle, tokens_per_day: null });
  const changed = await operator("PATCH", `${path}/${body.id}`, { concurrent: null, tokens_per_day: 1_000 });
  expect(changed.body).toMatchObject({ requests_per_minute: 60, tokens_per_day: 1_000, concurrent: null });
  const moved = await operator("PATCH", `${path}/${body.id}`, { scope: { type: "user", id: "ann" } });
  expect(moved.body.error.details).toEqual({ field: "scope" });
  expect((await operator("GET", path)).body.data).toHaveLength(1);
  expect((await operator("DELETE", `${path}/${body.id}`)).status).toBe(200);
});

it.each([
  [{ scope: { type: "tenant" } }, "requests_per_minute"],
  [{ scope: { type: "tenant" }, concurrent: 0 }, "concurrent"],
  [{ scope: { type: "tenant" }, requests_per_hour: 5 }, "requests_per_hour"],
  [{ scope: { type: "key", id: "key_nope" }, concurrent: 1 }, "scope.id"],
  [{ scope: { type: "tag" }, concurrent: 1 }, "scope.id"],
  [{ concurrent: 1 }, "scope"],
])("refuses %o and names the field", async (wrong, field) => {
  const { status, body } = await operator("POST", path, wrong);
  expect(status).toBe(400);
  expect(body.error.details).toEqual({ field });
});

it("users and teams have their own, and audited changes", async () => {
  const made = await operator("POST", `${tenant}/teams`, { id: "search", name: "S", rate_limits: { concurrent: 3 } });
  expect(made.body.rate_limits).toMatchObject({ concurrent: 3, requests_per_minute: null });
  expect(made.body.rate_limits_used).toMatchObject({ concurrent: { used: 0, held: 0 }, requests_per_minute: null });
  const changed = await operator("PATCH", `${tenant}/teams/search`, { rate_limits: { tokens_per_minute: 10 } });
  expect(changed.body.rate_limits).toMatchObject({ concurrent: 3, tokens_per_minute: 10 });
  const { body } = await operator("GET", `${tenant}/audit?limit=1`);
  expect(body.data[0]).toMatchObject({ action: "update", kind: "team", record_id: "search" });
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import manifest from "../../package.json";
import { call, newTenant, OPERATOR, operator, raw } from "./test-kit.ts";

let tenant = "";
beforeAll(async () => {
  tenant = await newTenant();
});

it("says that it is well, and which version it is", async () => {
  const { status, body } = await call("GET", "/healthz");
  expect(status).toBe(200);
  expect(body).toEqual({ status: "ok", version: manifest.version });
});

it.each([
  "/api",
  "/api/",
  "/api/v1",
  "/api/v1/",
  "/api/v1/nope",
  "/api/v2/tenants",
  "/api/v1/tenants/x/y/z/a",
  "/api/auth/nope",
])("answers %s with 404 in JSON, on every method", async (path) => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    const answer = await call(method, path, { headers: OPERATOR });
    expect(answer.status, method).toBe(404);
    expect(answer.body.error.code).toBe("not_found");
  }
});

it("answers a method that a path does not take with 405, and says which it takes", async () => {
  for (const [method, path, allow] of [
    ["DELETE", "/api/v1/tenants", "GET, POST"],
    ["PUT", `/api/v1/tenants/${tenant}/keys/x`, "GET, PATCH, DELETE"],
    ["GET", `/api/v1/tenants/${tenant}/keys/x/rotate`, "POST"],
    ["POST", `/api/v1/tenants/${tenant}/usage/summary`, "GET"],
  ] as const) {
    const answer = await call(method, path, { headers: OPERATOR });
    expect(answer.status, path).toBe(405);
    expect(answer.body.error.code).toBe("method_not_allowed");
    expect(answer.headers.get("allow")).toBe(allow);
  }
});

it("refuses a body above 32 MiB, announced or not", async () => {
  const path = `/api/v1/tenants/${tenant}/teams`;
  const announced = await operator("POST", path, {}, { "content-length": String(33 * 1024 * 1024) });
  expect(announced.status).toBe(413);
  expect(announced.body.error.code).toBe("invalid_request");
  const large = `{"name":"${"x".repeat(32 * 1024 * 1024)}"}`;
  expect((await operator("POST", path, large)).status).toBe(413);
  const below = await operator("POST", path, `{"name":"a"${" ".repeat(1024 * 1024)}}`);
  expect(below.status).toBe(200);
});

it("says that nobody knows who is asking, in JSON, and how to tell", async () => {
  const answer = await call("GET", "/api/v1/me");
  expect(answer.status).toBe(401);
  expect(answer.body.error.code).toBe("unauthenticated");
  expect(answer.headers.get("www-authenticate")).toBe("Bearer");
});

it("keeps answers out of every cache", async () => {
  for (const path of ["/api/v1/me", `/api/v1/tenants/${tenant}/keys`, "/api/v1/nope"]) {
    expect((await raw("GET", path, { headers: OPERATOR })).headers.get("cache-control"), path).toBe("no-store");
  }
});

it("tells a ledger out of reach from a fault, and neither says why to the outside", async () => {
  const failing = (error: Error) => ({ LEDGER: { getByName: () => ({ list: () => Promise.reject(error) }) } });
  const path = `/api/v1/tenants/${tenant}/keys`;
  const away = Object.assign(new Error("secret detail"), { retryable: true });
  const unreachable = await call("GET", path, { headers: OPERATOR, bindings: failing(away) });
  expect(unreachable.status).toBe(503);
  expect(unreachable.headers.get("retry-after")).toBe("1");
  const broken = await call("GET", path, { headers: OPERATOR, bindings: failing(new Error("secret detail")) });
  expect(broken.status).toBe(500);
  for (const { body } of [unreachable, broken]) expect(JSON.stringify(body)).not.toContain("secret detail");
});

it("notes who changed what, without secrets", async () => {
  const path = `/api/v1/tenants/${tenant}`;
  const { body: key } = await operator(
    "POST",
    `${path}/keys`,
    { name: "audited" },
    { "cf-connecting-ip": "192.0.2.7" },
  );
  await operator("PATCH", `${path}/keys/${key.id}`, { rate_limits: { concurrent: 2 } });
  const { body } = await operator("GET", `${path}/audit?limit=2`);
  expect(body.data).toMatchObject([
    { actor: "operator", action: "update", kind: "key", record_id: key.id, after: { rate_limits: { concurrent: 2 } } },
    { actor: "operator", ip: "192.0.2.7", action: "create", kind: "key", record_id: key.id },
  ]);
  expect(JSON.stringify(body)).not.toContain(key.key);
  expect(body.next_cursor).not.toBeUndefined();
  expect((await operator("POST", `${path}/audit`)).status).toBe(405);
  expect(JSON.stringify(body)).not.toContain(env.METERR_ADMIN_TOKEN);
});

// Loaded before the tests: under a test runner it takes seconds.
import "../auth/better.ts";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { readKey } from "../auth/secrets.ts";
import { MIGRATIONS } from "../db/migrations.ts";
import { call, ORIGIN, operator, raw } from "./test-kit.ts";

const bootstrap = (body: object = {}) => operator("POST", "/api/v1/operator/bootstrap", body);

it("makes an empty instance usable, however many calls race, and keeps it so", async () => {
  const answers = await Promise.all([bootstrap(), bootstrap(), bootstrap()]);
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  const [first] = answers;
  expect(first?.body.tenant).toEqual({ id: expect.stringMatching(/^[0-9A-Za-z]{12}$/), name: "Default" });
  expect(first?.body.test_key).toBeNull();
  for (const { body } of [...answers, await bootstrap()]) expect(body.tenant).toEqual(first?.body.tenant);
  const { results } = await env.DB.prepare("SELECT name FROM d1_migrations").all();
  expect(results).toHaveLength(MIGRATIONS.length);
  const counts = await env.DB.prepare(
    "SELECT (SELECT count(*) FROM user) AS users, (SELECT count(*) FROM member) AS members, (SELECT count(*) FROM organization) AS tenants",
  ).first();
  expect(counts).toEqual({ users: 1, members: 1, tenants: 1 });
});

it("makes a test key that is the tenant's, when one is needed", async () => {
  const { body } = await bootstrap({ need_key: true });
  expect(await readKey(env.METERR_MASTER_KEY, body.test_key)).toMatchObject({ tenant: body.tenant.id, mode: "test" });
  const keys = await operator("GET", `/api/v1/tenants/${body.tenant.id}/keys`);
  expect(keys.body.data).toMatchObject([{ name: "Sandbox", mode: "test" }]);
});

it("signs its owner in once by the link, and lands on the dashboard", async () => {
  const { body } = await bootstrap();
  expect(new URL(body.sign_in_url).origin).toBe(ORIGIN);
  const landed = await raw("GET", body.sign_in_url);
  expect(landed.status).toBe(302);
  expect(new URL(landed.headers.get("location") ?? "", ORIGIN).pathname).toBe("/app");
  const [cookie = ""] = landed.headers.getSetCookie();
  expect(cookie).toMatch(/^meterr\.session_token=/);
  expect(cookie.toLowerCase()).toContain("httponly");
  expect(cookie.toLowerCase()).toContain("samesite=lax");

  const me = await call("GET", "/api/v1/me", { headers: { cookie: cookie.split(";")[0] ?? "" } });
  expect(me.body).toMatchObject({
    user: { email: "owner@meterr.localhost" },
    tenants: [{ id: body.tenant.id, name: "Default", role: "owner" }],
  });

  const again = await raw("GET", body.sign_in_url);
  expect(again.headers.get("location")).toContain("error=INVALID_TOKEN");
  expect(again.headers.getSetCookie()).toEqual([]);
});

it("marks the cookie as secure behind https", async () => {
  const { body } = await operator("POST", "https://meterr.example/api/v1/operator/bootstrap", {});
  const landed = await raw("GET", body.sign_in_url);
  const [cookie = ""] = landed.headers.getSetCookie();
  expect(cookie).toMatch(/^__Secure-meterr\.session_token=/);
  expect(cookie.toLowerCase()).toContain("; secure");
});

it("is the operator's alone", async () => {
  const { body } = await bootstrap();
  const { body: token } = await operator("POST", `/api/v1/tenants/${body.tenant.id}/tokens`, {
    name: "t",
    role: "owner",
  });
  for (const authorization of ["Bearer wrong", "Bearer ", "Basic bWV0ZXJy", `bearer${env.METERR_ADMIN_TOKEN}`]) {
    const refused = await call("POST", "/api/v1/operator/bootstrap", { headers: { authorization } });
    expect(refused.status, authorization).toBe(401);
    expect(refused.body.error.code).toBe("unauthenticated");
  }
  expect((await call("POST", "/api/v1/operator/bootstrap")).status).toBe(401);
  const tenants = await call("POST", "/api/v1/operator/cron", { headers: { authorization: `Bearer ${token.token}` } });
  expect(tenants.status).toBe(403);
});

it("lets nobody in as the operator where no operator token is set", async () => {
  for (const METERR_ADMIN_TOKEN of ["", undefined]) {
    const headers = { authorization: "Bearer undefined" };
    const answer = await call("POST", "/api/v1/operator/cron", { headers, bindings: { METERR_ADMIN_TOKEN } });
    expect(answer.status).toBe(401);
  }
});

it("runs what the cron would", async () => {
  await bootstrap();
  const fetch = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  expect((await operator("POST", "/api/v1/operator/cron")).body).toEqual({ done: true });
  expect(fetch).toHaveBeenCalledTimes(1);
  await operator("POST", "/api/v1/operator/cron");
  // Prices are due once a day, or an hour after a failure; on demand they are fetched at once.
  expect(fetch).toHaveBeenCalledTimes(1);
  const refreshed = await operator("POST", "/api/v1/operator/prices/refresh");
  expect(refreshed.body).toMatchObject({ outcome: "unreachable", version: expect.stringMatching(/^genai-prices@/) });
  expect(fetch).toHaveBeenCalledTimes(2);
  fetch.mockRestore();
});

it("says when nothing runs any more", async () => {
  expect((await operator("POST", "/api/v1/operator/drain")).body).toEqual({ drained: true });
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { call, newTenant, operator, tokenOf } from "./test-kit.ts";

let path = "";
let tenant = "";
beforeAll(async () => {
  tenant = await newTenant();
  path = `/api/v1/tenants/${tenant}/sinks`;
});

const publicOnly = { METERR_ALLOW_PRIVATE_UPSTREAMS: "0" };
const asOperator = { authorization: `Bearer ${env.METERR_ADMIN_TOKEN}` };

it("makes a webhook with a secret of ours, shown once, and never shows a header's value", async () => {
  const { status, body } = await operator("POST", path, {
    type: "webhook",
    url: "https://hooks.example.com/in/",
    headers: { "x-token": "very-secret" },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: expect.stringMatching(/^sink_/),
    name: "webhook",
    type: "webhook",
    url: "https://hooks.example.com/in",
    header_names: ["x-token"],
    enabled: true,
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    status: { pending: 0, delivered: 0, dropped: 0, failures: 0, retry_at: null, last_error: null },
  });
  const read = await operator("GET", `${path}/${body.id}`);
  expect(read.body).not.toHaveProperty("secret");
  const all = JSON.stringify([read.body, (await operator("GET", path)).body]);
  expect(all).not.toMatch(/very-secret|sealed|whsec_/);
  const audit = await operator("GET", `/api/v1/tenants/${tenant}/audit`);
  expect(JSON.stringify(audit.body)).not.toMatch(/very-secret|whsec_/);
});

it("changes what is named and keeps the rest, secrets included", async () => {
  const { body: made } = await operator("POST", path, {
    type: "otlp",
    url: "https://otlp.example.com",
    headers: { authorization: "Bearer one" },
  });
  expect(made).toMatchObject({ signals: ["traces", "metrics"] });
  expect(made).not.toHaveProperty("secret");
  const renamed = await operator("PATCH", `${path}/${made.id}`, { name: "Traces", signals: ["traces"] });
  expect(renamed.body).toMatchObject({ name: "Traces", url: "https://otlp.example.com", signals: ["traces"] });
  expect(renamed.body.header_names).toEqual(["authorization"]);
  const moved = await operator("PATCH", `${path}/${made.id}`, { url: "https://other.example.com/otlp", headers: {} });
  expect(moved.body).toMatchObject({ url: "https://other.example.com/otlp", header_names: [] });
  const off = await operator("PATCH", `${path}/${made.id}`, { enabled: false });
  expect(off.body).toMatchObject({ enabled: false, status: null });
  expect((await operator("DELETE", `${path}/${made.id}`)).status).toBe(200);
  expect((await operator("GET", `${path}/${made.id}`)).status).toBe(404);
});

it.each([
  ["no address", { type: "otlp" }, "url"],
  ["plain http", { type: "webhook", url: "http://hooks.example.com" }, "url"],
  ["a private address", { type: "webhook", url: "https://169.254.169.254/latest" }, "url"],
  ["a name of the network", { type: "otlp", url: "https://metrics.internal" }, "url"],
  ["an address of the bucket", { type: "r2", url: "https://bucket.example.com" }, "url"],
  ["headers of the bucket", { type: "r2", headers: { a: "b" } }, "headers"],
  [
    "a secret that signs nothing",
    { type: "otlp", url: "https://o.example.com", secret: `whsec_${"A".repeat(32)}` },
    "secret",
  ],
  ["a short secret", { type: "webhook", url: "https://o.example.com", secret: "whsec_AAAA" }, "secret"],
  ["signals of a webhook", { type: "webhook", url: "https://o.example.com", signals: ["traces"] }, "signals"],
  [
    "a header that is ours",
    { type: "webhook", url: "https://o.example.com", headers: { "Webhook-Id": "1" } },
    "headers",
  ],
  ["a line break", { type: "webhook", url: "https://o.example.com", headers: { a: "b\r\nc: d" } }, "headers.a"],
  ["another type", { type: "kafka", url: "https://o.example.com" }, "type"],
])("refuses %s, and names the field", async (_, body, field) => {
  const answer = await call("POST", path, { body, headers: asOperator, bindings: publicOnly });
  expect(answer.status).toBe(400);
  expect(answer.body.error.details.field).toBe(field);
});

it("lets owners and admins change sinks, others only see them", async () => {
  const body = { type: "r2" };
  for (const [role, status] of [
    ["admin", 200],
    ["developer", 403],
    ["billing", 403],
    ["viewer", 403],
  ] as const) {
    const headers = await tokenOf(tenant, role);
    expect((await call("POST", path, { body, headers })).status, role).toBe(status);
    expect((await call("GET", path, { headers })).status, role).toBe(200);
  }
});

it("stops at ten", async () => {
  const other = await newTenant("Many");
  const many = `/api/v1/tenants/${other}/sinks`;
  for (let n = 0; n < 10; n++) expect((await operator("POST", many, { type: "r2" })).status).toBe(200);
  expect((await operator("POST", many, { type: "r2" })).status).toBe(409);
});

import { Webhook } from "standardwebhooks";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { call, newTenant, operator, tokenOf } from "./test-kit.ts";

let tenant = "";
let alerts = "";
let got: { url: string; headers: Headers; body: string }[] = [];
let status = 200;

beforeAll(async () => {
  tenant = await newTenant();
  alerts = `/api/v1/tenants/${tenant}/alerts`;
});
beforeEach(() => {
  got = [];
  status = 200;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    got.push({ url: request.url, headers: request.headers, body: await request.text() });
    return new Response("said", { status });
  });
});
afterEach(() => void vi.restoreAllMocks());

const HOOK = "https://hooks.example.com/services/T00/B00?token=top-secret-token";
const IMPORTED = { events: [{ id: "evt-1", provider: "openai", model: "gpt-5-mini" }] };
const EMAIL = { METERR_EMAIL_URL: "https://mail.example.com/emails", METERR_EMAIL_FROM: "alerts@example.com" };

it("shows a webhook's signing secret once, and of its address enough to recognize it by", async () => {
  const { body: made } = await operator("POST", alerts, { type: "webhook", url: HOOK });
  expect(made).toMatchObject({ type: "webhook", name: "Webhook", url: "https://hooks.example.com/…oken", events: [] });
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const { secret: _, ...shown } = made;
  expect((await operator("GET", `${alerts}/${made.id}`)).body).toEqual(shown);
  expect((await operator("GET", alerts)).body.data).toContainEqual(shown);
  const audit = JSON.stringify((await operator("GET", `/api/v1/tenants/${tenant}/audit`)).body);
  expect(audit).toContain(made.id);
  for (const secret of ["top-secret", made.secret, "sealed"]) expect(audit).not.toContain(secret);
});

it("answers the same secret to a repeat with the same Idempotency-Key", async () => {
  const once = { "idempotency-key": "alert-1" };
  const first = await operator("POST", alerts, { type: "webhook", url: HOOK }, once);
  expect((await operator("POST", alerts, { type: "webhook", url: HOOK }, once)).body).toEqual(first.body);
});

it("sends a test once for one Idempotency-Key, and tells a repeat what came of it", async () => {
  const { body: made } = await operator("POST", alerts, { type: "webhook", url: HOOK });
  const at = `${alerts}/${made.id}/test`;
  const headers = { "idempotency-key": "test-1" };
  const first = await operator("POST", at, undefined, headers);
  expect((await operator("POST", at, undefined, headers)).body).toEqual(first.body);
  expect(got).toHaveLength(1);
  expect((await operator("POST", `${alerts}/other/test`, undefined, headers)).status).toBe(404);
  expect((await operator("POST", `/api/v1/tenants/${tenant}/usage`, IMPORTED, headers)).status).toBe(409);
});

it("delivers a test now, says what came of it, and keeps it in the log; signed with the secret that was shown", async () => {
  const { body: made } = await operator("POST", alerts, { type: "webhook", url: HOOK, name: "Ops" });
  const tested = await operator("POST", `${alerts}/${made.id}/test`);
  expect(tested.body).toMatchObject({ delivered: true, status: "delivered", http_status: 200, error: null });
  expect(got[0]?.url).toBe(HOOK);
  const said = new Webhook(made.secret).verify(got[0]?.body ?? "", Object.fromEntries(got[0]?.headers ?? []));
  expect(said).toMatchObject({ type: "alert.test", data: { tenant, channel: { id: made.id, name: "Ops" } } });

  status = 500;
  expect((await operator("POST", `${alerts}/${made.id}/test`)).body).toMatchObject({
    delivered: false,
    http_status: 500,
    error: "answered 500: said",
    next_attempt_at: null,
  });
  const page = (await operator("GET", `${alerts}/${made.id}/deliveries?limit=1`)).body;
  expect(page.data).toMatchObject([{ event: "alert.test", attempt: 1, http_status: 500 }]);
  const rest = (await operator("GET", `${alerts}/${made.id}/deliveries?cursor=${page.next_cursor}`)).body;
  expect(rest).toMatchObject({ data: [{ http_status: 200 }], next_cursor: null });
});

it("goes on signing with the same secret when the address changes", async () => {
  const { body: made } = await operator("POST", alerts, { type: "webhook", url: HOOK });
  const url = "https://other.example.com/x";
  const changed = await operator("PATCH", `${alerts}/${made.id}`, { url, events: ["budget.exceeded"], enabled: false });
  expect(changed.body).toMatchObject({
    url: "https://other.example.com/…",
    events: ["budget.exceeded"],
    enabled: false,
  });
  await operator("POST", `${alerts}/${made.id}/test`);
  expect(got[0]?.url).toBe(url);
  expect(() =>
    new Webhook(made.secret).verify(got[0]?.body ?? "", Object.fromEntries(got[0]?.headers ?? [])),
  ).not.toThrow();
  expect((await operator("DELETE", `${alerts}/${made.id}`)).body).toEqual({ id: made.id, deleted: true });
  expect((await operator("POST", `${alerts}/${made.id}/test`)).status).toBe(404);
  expect((await operator("GET", `${alerts}/${made.id}/deliveries`)).status).toBe(404);
});

it("writes to Slack and Discord as they read", async () => {
  for (const [type, field] of [
    ["slack", "blocks"],
    ["discord", "embeds"],
  ] as const) {
    const { body: made } = await operator("POST", alerts, { type, url: HOOK });
    expect(made).not.toHaveProperty("secret");
    await operator("POST", `${alerts}/${made.id}/test`);
    expect(JSON.parse(got.at(-1)?.body ?? "")).toHaveProperty(field);
    expect(got.at(-1)?.headers.has("webhook-signature")).toBe(false);
  }
});

it("sends no email where nobody set how, and says so when it is asked to", async () => {
  const refused = await operator("POST", alerts, { type: "email", to: "ops@example.com" });
  expect(refused.status).toBe(400);
  expect(refused.body.error.message).toContain("METERR_EMAIL_URL");
  const headers = { authorization: "Bearer mta_test" };
  const made = await call("POST", alerts, { body: { type: "email", to: "ops@example.com" }, headers, bindings: EMAIL });
  expect(made.body).toMatchObject({ type: "email", to: ["ops@example.com"], url: null });
  expect((await operator("POST", `${alerts}/${made.body.id}/test`)).status).toBe(400);
});

it.each([
  [{ type: "webhook" }, "url"],
  [{ type: "webhook", url: HOOK, to: "a@example.com" }, "to"],
  [{ type: "webhook", url: HOOK, events: ["budget.nope"] }, "events.0"],
  [{ type: "pager", url: HOOK }, "type"],
  [{ type: "slack", url: "not a url" }, "url"],
  [{ type: "slack", url: "https://u:p@hooks.example.com/" }, "url"],
  [{ type: "email", url: HOOK }, "url"],
  [{ type: "email", to: "nobody" }, "to"],
  [{ type: "email", to: [] }, "to"],
])("refuses %o", async (body, field) => {
  const answer = await call("POST", alerts, { body, headers: { authorization: "Bearer mta_test" }, bindings: EMAIL });
  expect(answer.status).toBe(400);
  expect(answer.body.error.details.field).toBe(field);
});

it("calls no private address unless the operator lets it", async () => {
  const bindings = { METERR_ALLOW_PRIVATE_UPSTREAMS: "0" };
  for (const url of ["http://hooks.example.com/", "https://169.254.169.254/latest", "https://localhost/x"]) {
    const body = { type: "webhook", url };
    expect((await call("POST", alerts, { body, headers: { authorization: "Bearer mta_test" }, bindings })).status).toBe(
      400,
    );
  }
});

it("is for those who answer for money, and for the tenant alone", async () => {
  const body = { type: "webhook", url: HOOK };
  for (const [role, expected] of [
    ["billing", 200],
    ["developer", 403],
    ["viewer", 403],
  ] as const) {
    expect((await call("POST", alerts, { body, headers: await tokenOf(tenant, role) })).status).toBe(expected);
  }
  const other = await newTenant("Other");
  expect((await call("GET", alerts, { headers: await tokenOf(other, "owner") })).status).toBe(404);
});

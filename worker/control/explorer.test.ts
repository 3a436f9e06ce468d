import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { newTenant, operator, call as request, tokenOf } from "./test-kit.ts";

let tenant = "";
const path = (rest: string): string => `/api/v1/tenants/${tenant}${rest}`;

async function book(events: object[]): Promise<void> {
  const { status, body } = await operator("POST", path("/usage"), { events });
  expect(status, JSON.stringify(body)).toBe(200);
  await runDurableObjectAlarm(env.LEDGER.getByName(tenant));
}

const event = (id: string, time: string, more: object = {}) => ({
  id,
  time,
  provider: "openai",
  model: "gpt-5-mini",
  tokens: { input: 100, output: 10 },
  cost_usd: "0.001",
  latency_ms: 1_000,
  ...more,
});

beforeAll(async () => {
  tenant = await newTenant();
  await book([
    event("a1", "2026-11-01T10:00:00Z", { session: "run/1", user: "ada" }),
    event("b1", "2026-11-01T10:01:00Z", { session: "run-2" }),
    event("a2", "2026-11-01T10:02:00Z", { session: "run/1", user: "bob", status: "error" }),
    event("x", "2026-11-01T10:03:00Z"),
  ]);
  // In another batch, as a run's later requests are.
  await book([event("a3", "2026-11-01T10:04:00Z", { session: "run/1", user: "ada", cost_usd: null })]);
});

describe("sessions", () => {
  it("are listed with their sums, those that ended last first", async () => {
    const { body } = await operator("GET", path("/sessions"));
    expect(body.next_cursor).toBeNull();
    expect(body.data).toMatchObject([
      {
        id: "run/1",
        user: "ada",
        started_at: "2026-11-01T10:00:00.000Z",
        ended_at: "2026-11-01T10:04:01.000Z",
        requests: 3,
        errors: 1,
        unpriced: 1,
        tokens: { input: 300, output: 30 },
        cost_usd: "0.002000000",
      },
      { id: "run-2", requests: 1, errors: 0 },
    ]);
  });

  it.each([
    ["user=ada", "run/1"],
    ["q=run", "run/1 run-2"],
    ["q=run-", "run-2"],
    ["to=2026-11-01T10:00:30Z", "run/1"],
    ["from=2026-11-01T10:03:00Z", "run/1"],
    ["q=%25", ""],
  ])("narrowed by %s are %s", async (query, ids) => {
    const { body } = await operator("GET", path(`/sessions?${query}`));
    expect(body.data.map(({ id }: { id: string }) => id).join(" ")).toBe(ids);
  });

  it("come in pages", async () => {
    const { body: first } = await operator("GET", path("/sessions?limit=1"));
    const { body: second } = await operator("GET", path(`/sessions?limit=1&cursor=${first.next_cursor}`));
    expect([first, second].map(({ data }) => data[0].id)).toEqual(["run/1", "run-2"]);
    expect(second.next_cursor).toBeNull();
  });

  it("are shown one by one, with their requests in the list of usage", async () => {
    const { body } = await operator("GET", path(`/sessions/${encodeURIComponent("run/1")}`));
    expect(body).toMatchObject({ id: "run/1", requests: 3 });
    const { body: requests } = await operator("GET", path("/usage?session=run%2F1"));
    expect(requests.data.map(({ id }: { id: string }) => id)).toEqual(["a3", "a2", "a1"]);
    expect((await operator("GET", path("/sessions/none"))).status).toBe(404);
  });

  it("are a tenant's own", async () => {
    const other = await newTenant("Other");
    expect((await operator("GET", `/api/v1/tenants/${other}/sessions`)).body.data).toEqual([]);
    expect((await operator("GET", `/api/v1/tenants/${other}/sessions/run-2`)).status).toBe(404);
  });
});

describe("saved views", () => {
  const view = { page: "requests", name: "failures", filters: { status: "error", q: "timeout" } };

  it("are made, listed, changed and removed by whoever may read", async () => {
    const headers = await tokenOf(tenant, "viewer");
    const { status, body } = await request("POST", path("/views"), { body: view, headers });
    expect([status, body]).toMatchObject([200, view]);
    const { body: changed } = await request("PATCH", path(`/views/${body.id}`), { body: { name: "F" }, headers });
    expect(changed).toEqual({ ...body, name: "F" });
    expect((await request("GET", path("/views"), { headers })).body.data).toEqual([changed]);
    expect((await request("GET", path(`/views/${body.id}`), { headers })).body).toEqual(changed);
    expect((await request("DELETE", path(`/views/${body.id}`), { headers })).body).toMatchObject({ deleted: true });
    expect((await request("DELETE", path(`/views/${body.id}`), { headers })).status).toBe(404);
  });

  it("are seen by nobody else", async () => {
    const { body } = await request("POST", path("/views"), { body: view, headers: await tokenOf(tenant, "viewer") });
    expect((await operator("GET", path("/views"))).body.data).toEqual([]);
    expect((await operator("GET", path(`/views/${body.id}`))).status).toBe(404);
    expect((await operator("PATCH", path(`/views/${body.id}`), { name: "mine" })).status).toBe(404);
  });

  it("end at a hundred", async () => {
    const headers = await tokenOf(tenant, "viewer");
    const make = () => request("POST", path("/views"), { body: view, headers });
    const answers = await Promise.all(Array.from({ length: 101 }, make));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(100).fill(200), 409]);
  });

  it.each([
    { ...view, page: "keys" },
    { ...view, filters: { "a b": "x" } },
    { ...view, name: "" },
    { ...view, x: 1 },
  ])("refuse %o", async (body) => {
    expect((await operator("POST", path("/views"), body)).status).toBe(400);
  });
});

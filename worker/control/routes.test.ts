import { beforeAll, describe, expect, test } from "vitest";
import { call, newTenant, OPERATOR, operator, tokenOf } from "./test-kit.ts";

let tenant: string;
const at = (path = "") => `/api/v1/tenants/${tenant}/routes${path}`;
const TARGETS = [
  { model: "openai/gpt-5-mini", weight: 2, when: { "tags.env": "prod" } },
  { strategy: "cheapest", targets: [{ model: "anthropic/claude-haiku-4-5" }, { model: "openai/gpt-4o-mini" }] },
];

beforeAll(async () => {
  tenant = await newTenant();
});

describe("routes", () => {
  test("are put under a name, counted by their changes, listed, and deleted", async () => {
    const made = await operator("PUT", at("/smart"), { targets: TARGETS, timeouts: { first_byte_ms: 500 } });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ name: "smart", version: 1, strategy: "fallback", after_first_byte: "error" });
    expect(made.body.timeouts).toEqual({ first_byte_ms: 500 });
    expect(made.body.targets[0]).toEqual({ model: "openai/gpt-5-mini", weight: 2, when: { "tags.env": ["prod"] } });
    const again = await operator("PUT", at("/smart"), { strategy: "weighted", targets: TARGETS });
    expect(again.body).toMatchObject({ version: 2, strategy: "weighted", created_at: made.body.created_at });
    const patched = await operator("PATCH", at("/smart"), { retries: { attempts: 3 } });
    expect(patched.body).toMatchObject({ version: 3, retries: { attempts: 3, max_delay_ms: 5_000 } });
    expect((await operator("GET", at())).body.data).toHaveLength(1);
    const { body: audit } = await operator("GET", `/api/v1/tenants/${tenant}/audit`);
    expect(audit.data[0]).toMatchObject({ kind: "route", action: "update", after: { version: 3 } });
    expect((await operator("DELETE", at("/smart"))).status).toBe(200);
    expect((await operator("GET", at("/smart"))).status).toBe(404);
  });

  test("are refused with the field that is wrong", async () => {
    const wrong = async (targets: unknown) => (await operator("PUT", at("/x"), { targets })).body.error;
    expect(await wrong([{ model: "gpt-5" }])).toMatchObject({ details: { field: "targets.0.model" } });
    expect(await wrong([{ weight: 1 }])).toMatchObject({ details: { field: "targets.0" } });
    expect(await wrong([{ model: "openai/a", targets: [{ model: "openai/b" }] }])).toMatchObject({
      details: { field: "targets.0" },
    });
    expect(await wrong([{ model: "openai/a", when: { colour: "red" } }])).toMatchObject({
      details: { field: "targets.0.when.colour" },
    });
    expect(await wrong([{ model: "openai/a", when: { hour: "nine" } }])).toMatchObject({
      details: { field: "targets.0.when.hour" },
    });
    const nested = (depth: number): object => (depth === 0 ? { model: "openai/a" } : { targets: [nested(depth - 1)] });
    expect(await wrong([nested(4)])).toMatchObject({ code: "invalid_request" });
    expect((await operator("PUT", at("/x"), { targets: [nested(3)] })).status).toBe(200);
    expect((await operator("PUT", at("/a%2Fb"), { targets: TARGETS })).status).toBe(400);
  });

  test("are changed by who may change routes, and by nobody else", async () => {
    const developer = await tokenOf(tenant, "developer");
    const asked = { headers: { ...developer }, body: { targets: TARGETS } };
    expect((await call("PUT", at("/y"), asked)).status).toBe(403);
    expect((await call("PUT", at("/y"), { ...asked, headers: OPERATOR })).status).toBe(200);
    expect((await call("GET", at("/y"), { headers: developer })).status).toBe(200);
  });

  test("explain which target a request would take, and why", async () => {
    await operator("PUT", at("/why"), { targets: TARGETS });
    const explain = async (request: unknown) => (await operator("POST", at("/why/explain"), { request })).body;
    const prod = await explain({ tags: { env: "prod" } });
    expect(prod.targets.map(({ model }: { model: string }) => model)).toEqual([
      "openai/gpt-5-mini",
      "openai/gpt-4o-mini",
      "anthropic/claude-haiku-4-5",
    ]);
    expect(prod.targets[1].reason).toMatch(/number 2 of fallback: number 1 of cheapest, about \$0\.000\d+/);
    const other = await explain({});
    expect(other.targets[0].model).toBe("openai/gpt-4o-mini");
    expect(other.skipped).toEqual([
      { model: "openai/gpt-5-mini", reason: "the request does not meet its condition on tags.env" },
    ]);
  });
});

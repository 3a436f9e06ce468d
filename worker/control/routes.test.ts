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

  test("carry what makes them cheaper, and lose it again", async () => {
    const targets = [{ model: "openai/gpt-5-nano", service_tier: "flex" }, { model: "openai/gpt-5" }];
    const saving = {
      strategy: "auto",
      targets,
      threshold: 0.6,
      shadow: { model: "openai/gpt-4o" },
      allow_latency: true,
    };
    const made = await operator("PUT", at("/thrifty"), saving);
    expect(made.body).toMatchObject({ ...saving, targets: [{ ...targets[0], weight: 1 }, targets[1]] });
    const less = await operator("PATCH", at("/thrifty"), { threshold: null, shadow: null, allow_latency: false });
    expect(less.body).toMatchObject({ strategy: "auto", shadow: null, allow_latency: false });
    expect(less.body.threshold).toBeUndefined();
    const wrong = async (more: object) => (await operator("PUT", at("/thrifty"), { ...saving, ...more })).body.error;
    const third = { model: "openai/gpt-4o" };
    expect(await wrong({ targets: [...targets, third] })).toMatchObject({ details: { field: "targets" } });
    expect(await wrong({ targets: [{ strategy: "auto", targets: [third] }, third] })).toMatchObject({
      details: { field: "targets.0" },
    });
    expect(await wrong({ threshold: 2 })).toMatchObject({ details: { field: "threshold" } });
    const patched = await operator("PATCH", at("/thrifty"), { targets: [third] });
    expect(patched.status).toBe(400);
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

  test("explain that a key may not use a target", async () => {
    await operator("PUT", at("/mine"), {
      targets: [{ model: "openai/gpt-5" }, { model: "anthropic/claude-haiku-4-5" }],
    });
    const path = at("").replace(/routes$/, "keys");
    const made = await operator("POST", path, { name: "narrow", allow: { providers: ["anthropic"] } });
    const { body } = await operator("POST", at("/mine/explain"), { request: { key: made.body.id } });
    expect(body.targets.map(({ model }: { model: string }) => model)).toEqual(["anthropic/claude-haiku-4-5"]);
    expect(body.skipped).toEqual([{ model: "openai/gpt-5", reason: "the key may not use it" }]);
  });

  test("are what a PUT or an earlier version says, and nothing that was set between", async () => {
    const bare = { strategy: "auto", targets: [{ model: "openai/small" }, { model: "openai/large" }] };
    const set = { threshold: 0.9, allow_latency: true, shadow: { model: "openai/other" } };
    const { body: first } = await operator("PUT", at("/bare"), bare);
    await operator("PUT", at("/bare"), { ...bare, ...set });
    const settings = ({ version: _, changed_at: __, ...rest }: Record<string, unknown>) => rest;
    expect(settings((await operator("PUT", at("/bare"), bare)).body)).toEqual(settings(first));
    await operator("PATCH", at("/bare"), set);
    const headers = { "idempotency-key": "back" };
    const restored = await operator("POST", at("/bare/restore"), { version: 1 }, headers);
    expect(settings(restored.body)).toEqual(settings(first));
    expect((await operator("POST", at("/bare/restore"), { version: 1 }, headers)).body).toEqual(restored.body);
    expect((await operator("GET", at("/bare"))).body.version).toBe(5);
  });

  test("have a version for each of several changes at once", async () => {
    await operator("PUT", at("/busy"), { targets: [{ model: "openai/0" }] });
    const models = ["openai/1", "openai/2", "openai/3", "openai/4", "openai/5"];
    const put = (model: string) => operator("PUT", at("/busy"), { targets: [{ model }] });
    const answers = await Promise.all(models.map(put));
    expect(answers.map(({ body }) => body.version).toSorted()).toEqual([2, 3, 4, 5, 6]);
    const { body } = await operator("GET", at("/busy/versions"));
    const kept = body.data.map((each: { targets: { model: string }[] }) => each.targets[0]?.model);
    expect(kept.toSorted()).toEqual(["openai/0", ...models]);
  });

  test("keep their versions, and go back to one, which is a new version", async () => {
    const target = (model: string) => ({ targets: [{ model }] });
    await operator("PUT", at("/old"), target("openai/one"));
    await operator("PUT", at("/old"), target("openai/two"));
    await operator("PATCH", at("/old"), target("openai/three"));
    const models = async () =>
      (await operator("GET", at("/old/versions"))).body.data.map(
        (each: { version: number; targets: { model: string }[] }) => [each.version, each.targets[0]?.model],
      );
    expect(await models()).toEqual([
      [3, "openai/three"],
      [2, "openai/two"],
      [1, "openai/one"],
    ]);
    const restored = await operator("POST", at("/old/restore"), { version: 1 });
    expect(restored.body).toMatchObject({ version: 4, targets: [{ model: "openai/one" }] });
    expect((await operator("GET", at("/old"))).body).toMatchObject({ version: 4, targets: [{ model: "openai/one" }] });
    const { body } = await operator("GET", at("/old/versions"));
    expect(body.data[0]).toMatchObject({ version: 4, changed_by: "operator" });
    expect((await operator("POST", at("/old/restore"), { version: 9 })).status).toBe(404);
    expect((await operator("GET", at("/none/versions"))).status).toBe(404);
    const viewer = { headers: await tokenOf(tenant, "viewer"), body: { version: 2 } };
    expect((await call("POST", at("/old/restore"), viewer)).status).toBe(403);
    await operator("DELETE", at("/old"));
    await operator("PUT", at("/old"), target("openai/anew"));
    expect(await models()).toEqual([[1, "openai/anew"]]);
  });

  test("choose by what a budget has spent, by the model that is named, and explain it", async () => {
    await operator("POST", `/api/v1/tenants/${tenant}/budgets`, {
      ...{ name: "Team A", scope: { type: "tenant" }, period: "month", limit_usd: "10", enforcement: "soft" },
    });
    const when = { "budget.Team A.used": { at_least: 80 } };
    const targets = [{ model: "openai/gpt-5-nano", when }, { model: "openai/gpt-5" }];
    expect((await operator("PUT", at("/thrifty"), { targets })).body.targets[0].when).toEqual(when);
    const first = async () => (await operator("POST", at("/thrifty/explain"), { request: {} })).body.targets[0].model;
    expect(await first()).toBe("openai/gpt-5");
    const event = {
      id: "spent_1",
      provider: "openai",
      model: "gpt-5",
      cost_usd: "9",
      time: new Date().toISOString(),
    };
    const imported = await operator("POST", `/api/v1/tenants/${tenant}/usage`, { events: [event] });
    expect(imported.body).toMatchObject({ imported: 1 });
    expect(await first()).toBe("openai/gpt-5-nano");
    const wrong = [{ model: "openai/a", when: { "budget.x.used": "much" } }];
    expect((await operator("PUT", at("/x"), { targets: wrong })).body.error.details.field).toBe(
      "targets.0.when.budget.x.used",
    );
    const named = [{ model: "openai/a", when: { model: "gpt-*" } }, { model: "openai/b" }];
    await operator("PUT", at("/named"), { targets: named });
    const explain = async (request: object) =>
      (await operator("POST", at("/named/explain"), { request })).body.targets[0].model;
    expect([await explain({ model: "gpt-5" }), await explain({})]).toEqual(["openai/a", "openai/b"]);
  });

  test("are a section of the configuration document", async () => {
    const own = await newTenant();
    const config = `/api/v1/tenants/${own}/config`;
    const routes = [{ name: "fast", targets: TARGETS, retries: { attempts: 2 } }];
    const planned = await operator("PUT", `${config}?dry_run=1`, { routes });
    expect(planned.body.changes).toMatchObject([{ action: "create", section: "routes", name: "fast" }]);
    await operator("PUT", config, { routes });
    const { body } = await operator("GET", config);
    expect(body.routes).toMatchObject([{ name: "fast", strategy: "fallback", retries: { attempts: 2 } }]);
    // As it was read, and as it was written: neither changes anything.
    expect((await operator("PUT", config, { routes: body.routes })).body.changes).toEqual([]);
    expect((await operator("PUT", config, { routes })).body.changes).toEqual([]);
    const changed = [{ ...body.routes[0], strategy: "weighted" }];
    const applied = await operator("PUT", config, { routes: changed });
    expect(applied.body.changes).toMatchObject([
      { action: "update", id: "fast", fields: { strategy: { from: "fallback", to: "weighted" } } },
    ]);
    const shown = await operator("GET", `/api/v1/tenants/${own}/routes/fast`);
    expect(shown.body).toMatchObject({ version: 2, strategy: "weighted" });
    await operator("PUT", config, { routes: [] });
    expect((await operator("GET", `/api/v1/tenants/${own}/routes/fast`)).status).toBe(404);
  });
});

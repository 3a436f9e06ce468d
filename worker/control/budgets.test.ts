import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { ledgerOf } from "../db/ledger.ts";
import { newTenant, operator } from "./test-kit.ts";

let tenant = "";
let budgets = "";
const monthly = { name: "b", scope: { type: "tenant" }, period: "month", limit_usd: "10", enforcement: "hard" };

beforeAll(async () => {
  tenant = await newTenant();
  budgets = `/api/v1/tenants/${tenant}/budgets`;
});

it("shows its counters as the ledger has them", async () => {
  const { body } = await operator("POST", budgets, monthly);
  expect(body).toMatchObject({
    scope: { type: "tenant", id: null },
    timezone: "UTC",
    limit_usd: "10.000000000",
    spent_usd: "0.000000000",
    held_usd: "0.000000000",
    remaining_usd: "10.000000000",
    on_unbounded: "block",
    on_unpriced: "block",
  });
  expect(new Date(body.resets_at).getUTCDate()).toBe(1);
  const event = { id: "evt-1", provider: "openai", model: "gpt-5-mini", cost_usd: "2.5" };
  await operator("POST", `/api/v1/tenants/${tenant}/usage`, { events: [event] });
  expect((await operator("GET", `${budgets}/${body.id}`)).body).toMatchObject({
    spent_usd: "2.500000000",
    remaining_usd: "7.500000000",
  });
});

it.each([
  ["0", "0.000000000"],
  ["12", "12.000000000"],
  ["0.000000001", "0.000000001"],
  [12.5, "12.500000000"],
  [0.1, "0.100000000"],
])("takes the limit %s as %s", async (limit_usd, shown) => {
  const { body } = await operator("POST", budgets, { ...monthly, limit_usd });
  expect(body.limit_usd).toBe(shown);
});

it.each(["-1", "1e3", "0.0000000001", "1,5", "$5", "", " 1", "99999999999", 1e-7, 1e21, null, true, "NaN"])(
  "refuses the limit %s",
  async (limit_usd) => {
    const { status, body } = await operator("POST", budgets, { ...monthly, limit_usd });
    expect(status).toBe(400);
    expect(body.error.details.field).toBe("limit_usd");
  },
);

it.each([
  { scope: { type: "tag" } },
  { limit_tokens: 5 },
  { limit_usd: undefined },
  { limit_usd: undefined, limit_tokens: 1.5 },
  { limit_usd: undefined, limit_requests: -1 },
  { period: "total", rolling: true },
  { scope: { type: "key", id: "key_nope" } },
  { scope: { type: "planet", id: "earth" } },
  { scope: { type: "tenant", id: "other" } },
  { scope: "tenant" },
  { period: "fortnight" },
  { timezone: "Mars/Olympus" },
  { timezone: "" },
  { enforcement: "firm" },
  { on_unpriced: "guess" },
  { alert_at: [-5] },
  { alert_to: ["chan_nope"] },
])("refuses %o", async (wrong) => {
  expect((await operator("POST", budgets, { ...monthly, ...wrong })).status).toBe(400);
});

it("covers a team, a user, a key, a model and a tag", async () => {
  const { body: key } = await operator("POST", `/api/v1/tenants/${tenant}/keys`, { name: "k" });
  for (const scope of [
    { type: "team", id: "search" },
    { type: "user", id: "ada@example.com" },
    { type: "key", id: key.id },
    { type: "model", id: "openai/gpt-5-mini" },
    { type: "tag", id: "env=prod" },
  ]) {
    const { status, body } = await operator("POST", budgets, { ...monthly, scope, timezone: "Europe/Berlin" });
    expect(status).toBe(200);
    expect(body.scope).toEqual(scope);
  }
});

it("only counts where it is soft, unless told otherwise", async () => {
  const { body } = await operator("POST", budgets, { ...monthly, enforcement: "soft", on_unpriced: "block" });
  expect(body).toMatchObject({ on_unbounded: "allow", on_unpriced: "block" });
});

it("fails closed once a soft one is made hard, unless told otherwise", async () => {
  const { body } = await operator("POST", budgets, { ...monthly, enforcement: "soft" });
  expect(body).toMatchObject({ on_unbounded: "allow", on_unpriced: "allow" });
  const patched = async (change: object) => (await operator("PATCH", `${budgets}/${body.id}`, change)).body;
  expect(await patched({ enforcement: "hard" })).toMatchObject({ on_unbounded: "block", on_unpriced: "block" });
  expect(await patched({ on_unpriced: "allow" })).toMatchObject({ on_unbounded: "block", on_unpriced: "allow" });
  expect(await patched({ enforcement: "hard", limit_usd: "3" })).toMatchObject({ on_unpriced: "allow" });
  await patched({ enforcement: "soft" });
  const told = { enforcement: "hard", on_unbounded: "allow" };
  expect(await patched(told)).toMatchObject({ on_unbounded: "allow", on_unpriced: "block" });
});

it("takes a whole budget as a change, but for another scope", async () => {
  const { body } = await operator("POST", budgets, monthly);
  const whole = { ...monthly, scope: { type: "tenant", id: null }, timezone: "Asia/Tokyo", limit_usd: "3" };
  expect((await operator("PATCH", `${budgets}/${body.id}`, whole)).body).toMatchObject({ limit_usd: "3.000000000" });
  expect((await ledgerOf(env, tenant).get("budget", body.id))?.limit).toBe(3_000_000_000);
  const moved = await operator("PATCH", `${budgets}/${body.id}`, { scope: { type: "team", id: "a" } });
  expect(moved.body.error.details).toEqual({ field: "scope" });
});

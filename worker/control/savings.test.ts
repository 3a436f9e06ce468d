import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { newTenant, operator } from "./test-kit.ts";

let tenant = "";
const base = () => `/api/v1/tenants/${tenant}/usage`;

const event = (id: string, time: string, savings: object, more: object = {}) => ({
  ...{ id, time, provider: "openai", model: "gpt-5-mini", cost_usd: "0.001", savings, ...more },
});

beforeAll(async () => {
  tenant = await newTenant();
  const events = [
    event("s1", "2026-11-01T09:50:00Z", { cache: "0.5" }),
    event("s2", "2026-11-01T10:10:00Z", { cache: "0.25", flex: "0.125" }),
    event("s3", "2026-11-01T11:10:00Z", { auto: "1" }, { model: "gpt-5-nano" }),
    event("s4", "2026-11-02T10:10:00Z", { auto: "2" }, { mode: "test" }),
    { id: "s5", time: "2026-11-02T10:20:00Z", provider: "openai", model: "gpt-5-mini", cost_usd: "3" },
  ];
  for (const _ of [1, 2]) await operator("POST", base(), { events });
  await runDurableObjectAlarm(env.LEDGER.getByName(tenant));
});

const savings = async (query = "") => (await operator("GET", `${base()}/savings?${query}`)).body.data;

it("tells of each record by what it saved, and the sum", async () => {
  const { body } = await operator("GET", `${base()}/s2`);
  expect(body).toMatchObject({ saved_usd: "0.375000000", savings: { cache: "0.250000000", flex: "0.125000000" } });
  expect((await operator("GET", `${base()}/s5`)).body).toMatchObject({ saved_usd: "0.000000000", savings: {} });
});

it("sums by reason, the largest first, with what these requests cost all the same", async () => {
  expect(await savings()).toEqual([
    { reason: "auto", requests: 2, cost_usd: "0.002000000", saved_usd: "3.000000000" },
    { reason: "cache", requests: 2, cost_usd: "0.002000000", saved_usd: "0.750000000" },
    { reason: "flex", requests: 1, cost_usd: "0.001000000", saved_usd: "0.125000000" },
  ]);
});

it("cuts spans to the millisecond, and groups and filters by what the records are of", async () => {
  expect(await savings("from=2026-11-01T10:00:00Z&to=2026-11-01T10:10:00.001Z&group_by=")).toEqual([
    { requests: 2, cost_usd: "0.002000000", saved_usd: "0.375000000" },
  ]);
  expect(await savings("group_by=day,reason&mode=live")).toMatchObject([
    { day: "2026-11-01", reason: "auto", saved_usd: "1.000000000" },
    { day: "2026-11-01", reason: "cache", saved_usd: "0.750000000" },
    { day: "2026-11-01", reason: "flex", saved_usd: "0.125000000" },
  ]);
  expect(await savings("model=gpt-5-nano")).toMatchObject([{ reason: "auto", saved_usd: "1.000000000" }]);
  expect((await operator("GET", `${base()}/savings?group_by=colour`)).status).toBe(400);
});

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ledgerOf } from "../db/ledger.ts";
import { call, newTenant, operator, tokenOf } from "./test-kit.ts";

let tenant = "";
let url = "";
const made: Record<string, { id: string; [field: string]: unknown }> = {};
const make = async (path: string, body: object) => {
  const answer = await operator("POST", `${url}/${path}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const read = async () => (await operator("GET", `${url}/config`)).body;
const put = (document: object, query = "", headers: Record<string, string> = {}) =>
  operator("PUT", `${url}/config${query}`, document, headers);

const SECRET_URL = "https://hooks.slack.com/services/T000/B000/verysecret";

beforeEach(async () => {
  tenant = await newTenant();
  url = `/api/v1/tenants/${tenant}`;
  made.team = await make("teams", { id: "search", name: "Search", rate_limits: { tokens_per_day: 9 } });
  made.user = await make("users", { name: "Ada" });
  made.key = await make("keys", { name: "prod", team: "search", tags: { env: "prod" }, cache: { ttl_seconds: 60 } });
  made.revoked = await make("keys", { name: "gone" });
  await operator("DELETE", `${url}/keys/${made.revoked?.id}`);
  made.channel = await make("alerts", { type: "slack", url: SECRET_URL });
  made.budget = await make("budgets", {
    name: "all",
    scope: { type: "key", id: made.key?.id },
    period: "month",
    limit_usd: "12.5",
    enforcement: "hard",
    alert_to: [made.channel?.id],
  });
  made.counted = await make("budgets", {
    name: "tokens",
    scope: { type: "user" },
    period: "day",
    rolling: true,
    limit_tokens: 1_000,
    enforcement: "soft",
  });
  made.rate = await make("rate-limits", { name: "minute", scope: { type: "tenant" }, requests_per_minute: 60 });
  made.price = await make("prices", {
    provider: "openai",
    model: "gpt-5-mini",
    per_million_tokens: { input: "0.2", output: "1.6" },
    tiers: [{ above_input_tokens: 200_000, per_million_tokens: { input: "0.4" } }],
  });
  made.otlp = await make("sinks", {
    type: "otlp",
    url: "https://otlp.example.com",
    headers: { "x-key": "sinksecret" },
  });
  made.bucket = await make("sinks", { type: "r2" });
  made.webhook = await make("sinks", { type: "webhook", url: "https://hooks.example.com/a" });
  made.credential = await make("credentials", { provider: "openai", name: "a", api_key: "sk-verysecretkey" });
});

it("finds nothing to change in a document that it was just given, the tenant's scope by its id included", async () => {
  const scope = { type: "tenant", id: tenant };
  const document = {
    budgets: [{ name: "b", scope, period: "day", limit_usd: "3", enforcement: "soft" }],
    rate_limits: [{ name: "r", scope, concurrent: 3 }],
  };
  expect((await put(document)).status).toBe(200);
  const again = await put(document);
  expect(again.status, JSON.stringify(again.body)).toBe(200);
  expect(again.body.changes).toEqual([]);
});

describe("the document", () => {
  it("has all that is set, and nothing that is secret", async () => {
    const document = await read();
    expect(Object.keys(document).sort()).toEqual(
      ["version", "teams", "users", "keys", "budgets", "rate_limits", "routes", "alerts", "prices", "sinks"].sort(),
    );
    expect(document.keys).toMatchObject([{ id: made.key?.id, name: "prod", team: "search", tags: { env: "prod" } }]);
    expect(document.budgets.map((each: { name: string }) => each.name)).toEqual(["all", "tokens"]);
    expect(document.sinks).toHaveLength(3);
    const text = JSON.stringify(document);
    for (const secret of [made.key?.key, "verysecret", "sinksecret", made.webhook?.secret, "hash", "sealed", "spent"]) {
      expect(text).not.toContain(secret);
    }
  });

  it("changes nothing where it is applied as it was read", async () => {
    const document = await read();
    const etag = (await operator("GET", `${url}/config`)).headers.get("etag");
    const { body: before } = await operator("GET", `${url}/audit`);
    const answer = await put(document);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body).toEqual({ dry_run: false, changes: [], kept: [] });
    expect(answer.headers.get("etag")).toBe(etag);
    expect(await read()).toEqual(document);
    expect((await operator("GET", `${url}/audit`)).body).toEqual(before);
  });

  it("changes nothing either where amounts and the order of fields are written otherwise", async () => {
    const document = await read();
    const [budget] = document.budgets;
    const reordered = Object.fromEntries(Object.entries(budget).reverse());
    document.budgets[0] = { ...reordered, limit_usd: "12.50" };
    expect((await put(document)).body.changes).toEqual([]);
  });

  it("makes of another tenant what this one is, as far as it needs no secret", async () => {
    const document = await read();
    const elsewhere = await newTenant("Other");
    const { teams, users, rate_limits, prices } = document;
    const answer = await operator("PUT", `/api/v1/tenants/${elsewhere}/config`, { teams, users, rate_limits, prices });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body.changes.map((each: { action: string }) => each.action)).toEqual(Array(4).fill("create"));
    const { body: copy } = await operator("GET", `/api/v1/tenants/${elsewhere}/config`);
    const nameless = (all: object[]) => all.map((each) => ({ ...each, id: null }));
    for (const section of ["teams", "rate_limits", "prices"]) {
      expect(nameless(copy[section])).toEqual(nameless(document[section]));
    }
    // Ids of the first are found by name in the second.
    const again = await operator("PUT", `/api/v1/tenants/${elsewhere}/config`, { rate_limits, prices });
    expect(again.body.changes).toEqual([]);
  });
});

describe("what is applied", () => {
  const changed = async () => {
    const document = await read();
    document.budgets[0].limit_usd = "20";
    document.budgets.splice(1, 1);
    document.keys[0].rate_limits = { requests_per_minute: 5 };
    document.rate_limits.push({ name: "day", scope: { type: "user" }, requests_per_day: 7 });
    return document;
  };

  it("is told first by a dry run, which changes nothing", async () => {
    const before = await read();
    const { body } = await put(await changed(), "?dry_run=1");
    expect(body.dry_run).toBe(true);
    expect(body.changes).toEqual([
      {
        action: "update",
        section: "keys",
        id: made.key?.id,
        name: "prod",
        fields: {
          rate_limits: {
            from: expect.objectContaining({ requests_per_minute: null }),
            to: expect.objectContaining({ requests_per_minute: 5 }),
          },
        },
      },
      {
        action: "update",
        section: "budgets",
        id: made.budget?.id,
        name: "all",
        fields: { limit_usd: { from: "12.500000000", to: "20.000000000" } },
      },
      { action: "delete", section: "budgets", id: made.counted?.id, name: "tokens", fields: null },
      { action: "create", section: "rate_limits", id: null, name: "day", fields: null },
    ]);
    expect(await read()).toEqual(before);
  });

  it("is in force and in the audit log, and applied again changes nothing", async () => {
    const document = await changed();
    expect((await put(document)).body.changes).toHaveLength(4);
    const after = await read();
    expect(after.budgets).toMatchObject([{ name: "all", limit_usd: "20.000000000" }]);
    expect(after.rate_limits.map((each: { name: string }) => each.name)).toEqual(["minute", "day"]);
    expect((await put(document)).body.changes).toEqual([]);
    const { body: log } = await operator("GET", `${url}/audit?limit=4`);
    expect(log.data.map((each: { action: string; kind: string }) => `${each.action} ${each.kind}`).sort()).toEqual([
      "create rateLimit",
      "delete budget",
      "update budget",
      "update key",
    ]);
    const states = await ledgerOf(env, tenant).budgetStates();
    expect(Object.keys(states)).toEqual([made.budget?.id]);
  });

  it("is all or nothing: one wrong entry, and nothing is changed", async () => {
    const before = await read();
    const document = await changed();
    document.rate_limits[1].requests_per_day = -1;
    const answer = await put(document);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.field).toBe("rate_limits.1.requests_per_day");
    expect(await read()).toEqual(before);
  });

  it("is nothing where the ledger finds a record changed meanwhile", async () => {
    const ledger = ledgerOf(env, tenant);
    const id = made.budget?.id ?? "";
    const budget = await ledger.get("budget", id);
    const rate = await ledger.get("rateLimit", made.rate?.id ?? "");
    if (!budget || !rate) throw new Error("not there");
    await operator("PATCH", `${url}/rate-limits/${rate.id}`, { requests_per_minute: 61 });
    const result = await ledger.apply(
      [
        { action: "update", kind: "budget", expected: budget, fields: { limit: 1 } },
        { action: "delete", kind: "rateLimit", expected: rate },
      ],
      { id: "operator", ip: null },
    );
    expect(result).toEqual({ outcome: "stale", kind: "rateLimit", id: rate.id });
    expect(await ledger.get("budget", id)).toEqual(budget);
  });

  it("is refused with 412 where If-Match names another state", async () => {
    const document = await changed();
    const etag = (await operator("GET", `${url}/config`)).headers.get("etag") ?? "";
    await operator("PATCH", `${url}/rate-limits/${made.rate?.id}`, { requests_per_minute: 61 });
    expect((await put(document, "", { "if-match": etag })).status).toBe(412);
    const now = (await operator("GET", `${url}/config`)).headers.get("etag") ?? "";
    expect((await put(document, "", { "if-match": now })).status).toBe(200);
  });

  it("leaves sections that are left out, and what carries a secret", async () => {
    const before = await read();
    expect((await put({})).body).toEqual({ dry_run: false, changes: [], kept: [] });
    const { body } = await put({ keys: [], alerts: [], sinks: [], rate_limits: [] });
    expect(body.changes).toMatchObject([{ action: "delete", section: "rate_limits" }]);
    expect(body.kept).toHaveLength(5);
    expect(await read()).toEqual({ ...before, rate_limits: [] });
    expect((await operator("GET", `${url}/credentials`)).body.data).toHaveLength(1);
  });

  it("makes no key: nobody would see its secret", async () => {
    const answer = await put({ keys: [{ name: "prod" }, { name: "new" }] });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain("POST …/keys");
  });
});

describe("an entry", () => {
  it.each([
    ["without id or name", { rate_limits: [{ scope: { type: "tenant" }, concurrent: 1 }] }, "rate_limits.0.name"],
    ["that is there twice", { budgets: [{ name: "x" }, { name: "x" }] }, "budgets.1.name"],
    ["with an unknown field", { prices: [{ name: "openai/gpt-5-mini", colour: 1 }] }, "prices.0.colour"],
    ["that turns into another model's", { prices: [{ name: "openai/gpt-5-mini", model: "o3" }] }, "prices.0.model"],
    ["of an unknown section", { tokens: [] }, "tokens"],
  ])("%s is refused, and named", async (_, document, field) => {
    const answer = await put(document);
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(answer.body.error.details.field).toBe(field);
  });

  it("is found by its id though its name is another", async () => {
    const { body } = await put({ rate_limits: [{ id: made.rate?.id, name: "renamed" }] });
    expect(body.changes).toMatchObject([{ action: "update", fields: { name: { from: "minute", to: "renamed" } } }]);
  });

  it("whose name several have has to say its id", async () => {
    await make("rate-limits", { name: "minute", scope: { type: "user" }, requests_per_minute: 6 });
    expect((await put({ rate_limits: [{ name: "minute" }] })).status).toBe(409);
  });
});

it("asks of a role what each change asks", async () => {
  const [billing, viewer] = [await tokenOf(tenant, "billing"), await tokenOf(tenant, "viewer")];
  const at = `${url}/config`;
  const document = await read();
  const unchanged = await call("PUT", at, { headers: viewer, body: document });
  expect(unchanged.status).toBe(200);
  document.budgets[0].limit_usd = "1";
  expect((await call("PUT", at, { headers: viewer, body: document })).status).toBe(403);
  expect((await call("PUT", `${at}?dry_run=1`, { headers: viewer, body: document })).status).toBe(403);
  expect((await call("PUT", at, { headers: billing, body: document })).status).toBe(200);
  document.keys[0].name = "theirs";
  document.budgets[0].limit_usd = "2";
  expect((await call("PUT", at, { headers: billing, body: document })).status).toBe(403);
  expect((await read()).budgets[0].limit_usd).toBe("1.000000000");
});

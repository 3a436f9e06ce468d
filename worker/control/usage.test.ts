import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { LedgerRecords } from "../core/ledger-api.ts";
import { lostEvent } from "../core/lost.ts";
import { sampleFacts } from "../core/samples.ts";
import { call, newTenant, OPERATOR, operator, raw } from "./test-kit.ts";

let tenant = "";
let usage = "";

/** Sends events in, and sees them through to D1. */
async function book(of: string, events: object[]): Promise<{ imported: number; ignored: number }> {
  const { status, body } = await operator("POST", `/api/v1/tenants/${of}/usage`, { events });
  expect(status, JSON.stringify(body)).toBe(200);
  await runDurableObjectAlarm(env.LEDGER.getByName(of));
  return body;
}

const priced = (id: string, time: string, more: object = {}) => ({
  id,
  time,
  provider: "openai",
  model: "gpt-5-mini",
  tokens: { input: 1_000, input_cached: 400, output: 100, output_reasoning: 60 },
  cost_usd: "0.001",
  latency_ms: 200,
  ...more,
});

const EVENTS = [
  priced("e1", "2026-11-01T09:59:59.999Z"),
  priced("e2", "2026-11-01T10:00:00Z", { user: "ada", tags: { env: "prod", feature: "search" } }),
  priced("e3", "2026-11-01T10:30:00Z", { model: "claude-haiku-4-5", provider: "anthropic", tags: { env: "dev" } }),
  priced("e4", "2026-11-01T23:30:00Z", { status: "error", cost_usd: "0", latency_ms: 800 }),
  priced("e5", "2026-11-02T00:00:00Z", { cost_usd: null }),
  priced("e6", "2026-11-02T10:00:00Z", { team: "search", mode: "test" }),
];

beforeAll(async () => {
  tenant = await newTenant();
  usage = `/api/v1/tenants/${tenant}/usage`;
  await book(tenant, EVENTS);
  // Another tenant's usage, under the same ids.
  const other = await newTenant("Other");
  expect(await book(other, EVENTS)).toEqual({ imported: EVENTS.length, ignored: 0 });
});

const idsOf = async (query: string): Promise<string> => {
  const { status, body } = await operator("GET", `${usage}?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data.map((record: { id: string }) => record.id).join(" ");
};

describe("the list", () => {
  it("has records in the contract's shape, newest first", async () => {
    const { body } = await operator("GET", usage);
    expect(body.next_cursor).toBeNull();
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(["e6", "e5", "e4", "e3", "e2", "e1"]);
    expect(body.data[4]).toMatchObject({
      id: "e2",
      time: "2026-11-01T10:00:00.000Z",
      tenant,
      user: "ada",
      tags: { env: "prod", feature: "search" },
      tokens: { input: 1_000, input_cached: 400, output: 100, output_reasoning: 60, input_audio: 0 },
      cost_usd: "0.001000000",
      price_source: "provider",
    });
    expect((await operator("GET", `${usage}/e2`)).body).toEqual(body.data[4]);
    expect((await operator("GET", `${usage}/nope`)).status).toBe(404);
  });

  it.each([
    ["from=2026-11-01T10:00:00Z&to=2026-11-02T00:00:00Z", "e4 e3 e2"],
    ["from=2026-11-02", "e6 e5"],
    ["from=2026-11-01T11:00:00%2B01:00&to=2026-11-01T11:30:00%2B01:00", "e2"],
    ["model=claude-haiku-4-5", "e3"],
    ["provider=openai&status=ok&user=ada", "e2"],
    ["team=search", "e6"],
    ["mode=test", "e6"],
    ["status=error", "e4"],
    ["tag=env", "e3 e2"],
    ["tag=env%3Dprod", "e2"],
    ["tag=env%3D", ""],
    ["q=haiku", "e3"],
    ["q=gpt%20prod", "e2"],
    ["q=GPT-5%20mi", "e6 e5 e4 e2 e1"],
    ["q=e4", "e4"],
    ["q=mini&status=error", "e4"],
    ["q=%22%20OR%20*%20NEAR(", ""],
    ["q=%25", "e6 e5 e4 e3 e2 e1"],
    ["error_code=no_such_code", ""],
    ["refused_by=bud_nope", ""],
    ["user=%27%20OR%201%3D1--", ""],
    ["tag=%27%22%5D)%20OR%201%3D1--", ""],
  ])("narrowed by %s is %s", async (query, ids) => {
    expect(await idsOf(query)).toBe(ids);
  });

  it("comes in pages that a new record does not shift", async () => {
    const { body: first } = await operator("GET", `${usage}?limit=2`);
    expect(first.data).toHaveLength(2);
    const { body: second } = await operator("GET", `${usage}?limit=2&cursor=${encodeURIComponent(first.next_cursor)}`);
    expect(second.data.map(({ id }: { id: string }) => id)).toEqual(["e4", "e3"]);
    const last = await operator("GET", `${usage}?limit=2&cursor=${encodeURIComponent(second.next_cursor)}`);
    expect(last.body).toMatchObject({ data: [{ id: "e2" }, { id: "e1" }], next_cursor: null });
  });

  it.each(["from=yesterday", "cursor=abc", "modle=x", "limit=1000", "to=1764000000"])("refuses ?%s", async (query) => {
    expect((await operator("GET", `${usage}?${query}`)).status).toBe(400);
  });
});

describe("the summary", () => {
  const summary = async (query: string) => {
    const { status, body } = await operator("GET", `${usage}/summary?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.data;
  };

  it("sums everything into one row", async () => {
    expect(await summary("percentiles=true")).toEqual([
      {
        requests: 6,
        tokens: { input: 6_000, input_cached: 2_400, input_cache_write: 0, output: 600, output_reasoning: 360 },
        cost_usd: "0.004000000",
        saved_usd: "0.000000000",
        unpriced: 1,
        errors: 1,
        latency_ms: 300,
        latency_p50_ms: expect.any(Number),
        latency_p95_ms: expect.any(Number),
      },
    ]);
  });

  it("groups by day and model, earliest first", async () => {
    const rows = await summary("group_by=day,model");
    expect(rows.map((row: Record<string, unknown>) => [row.day, row.model, row.requests, row.cost_usd])).toEqual([
      ["2026-11-01", "gpt-5-mini", 3, "0.002000000"],
      ["2026-11-01", "claude-haiku-4-5", 1, "0.001000000"],
      ["2026-11-02", "gpt-5-mini", 2, "0.001000000"],
    ]);
  });

  it("keeps the largest of a group, and makes one of all others", async () => {
    const rows = await summary("group_by=model&top=1&top_by=requests");
    expect(rows.map((row: Record<string, unknown>) => [row.model, row.others, row.requests])).toEqual([
      ["gpt-5-mini", undefined, 5],
      [null, true, 1],
    ]);
    const users = await summary("group_by=day,user&top=1&top_by=requests");
    expect(users.map((row: Record<string, unknown>) => [row.day, row.user, row.others, row.requests])).toEqual([
      ["2026-11-01", null, undefined, 3],
      ["2026-11-01", null, true, 1],
      ["2026-11-02", null, undefined, 2],
    ]);
    const [all] = await summary("group_by=model&top=5");
    expect(all).not.toHaveProperty("latency_p95_ms");
  });

  it("goes compressed where it is long and asked for, and nothing does that may have a secret in it", async () => {
    const headers = { ...OPERATOR, "accept-encoding": "gzip" };
    const encodingOf = async (...request: Parameters<typeof raw>) => {
      const response = await raw(...request);
      expect(response.status).toBeLessThan(300);
      return response.headers.get("content-encoding");
    };
    const long = `${usage}/summary?group_by=hour,model,user,status`;
    expect(await encodingOf("GET", long, { headers })).toBe("gzip");
    expect(await encodingOf("GET", long, { headers: OPERATOR })).toBeNull();
    expect(await encodingOf("GET", `${usage}/summary?user=nobody`, { headers })).toBeNull();
    const tags = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`name${n}`, "v".repeat(120)]));
    const body = { name: "long", mode: "test", tags };
    expect(await encodingOf("POST", usage.replace("/usage", "/keys"), { headers, body })).toBeNull();
  });

  it.each([
    "all=",
    "user=ada",
    "tag=env",
    "model=gpt-5-mini&team=search",
    "to=2026-11-02T10:30:00Z",
    "percentiles=true",
  ])("is the same by day as by hour for %s", async (filter) => {
    const sums = async (group: string) => {
      const rows = await summary(`${filter.replace("all=", "")}&group_by=${group},provider,model,status,mode`);
      const all = new Map<string, number[]>();
      for (const { provider, model, status, mode, requests, errors, tokens, latency_ms } of rows) {
        const name = [provider, model, status, mode].join(" ");
        const amounts = [requests, errors, tokens.input, Math.round(latency_ms * requests)];
        all.set(
          name,
          amounts.map((amount, n) => amount + (all.get(name)?.[n] ?? 0)),
        );
      }
      return Object.fromEntries(all);
    };
    const byHour = await sums("hour");
    expect(Object.keys(byHour).length).toBeGreaterThan(0);
    expect(await sums("day")).toEqual(byHour);
  });

  it("groups by hour, with null where a request has no user", async () => {
    const rows = await summary("group_by=hour,user&to=2026-11-01T11:00:00Z");
    expect(rows.map((row: Record<string, unknown>) => [row.hour, row.user, row.requests])).toEqual(
      expect.arrayContaining([
        ["2026-11-01T09:00:00.000Z", null, 1],
        ["2026-11-01T10:00:00.000Z", "ada", 1],
        ["2026-11-01T10:00:00.000Z", null, 1],
      ]),
    );
  });

  it("groups by tag, a request counting once for each of its tags", async () => {
    const rows = await summary("group_by=tag");
    expect(Object.fromEntries(rows.map((row: Record<string, unknown>) => [row.tag, row.requests]))).toEqual({
      "env=prod": 1,
      "env=dev": 1,
      "feature=search": 1,
    });
    expect(await summary("group_by=tag&key=nobody")).toEqual([]);
  });

  it("knows the tags of whole hours by their sums, and those of its edges by their rows", async () => {
    const mine = await newTenant("Tagged");
    await book(mine, [
      priced("whole", "2026-11-01T10:10:00Z", { tags: { env: "prod", app: "a" }, latency_ms: 60 }),
      priced("edge", "2026-11-01T11:10:00Z", { tags: { env: "prod" }, latency_ms: 60 }),
      priced("other", "2026-11-01T10:20:00Z", { tags: { env: "dev" }, model: "gpt-5" }),
    ]);
    const tagged = async (query: string) => {
      const { status, body } = await operator("GET", `/api/v1/tenants/${mine}/usage/summary?${query}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return body.data;
    };
    const span = "from=2026-11-01T10:00:00Z&to=2026-11-01T11:30:00Z";
    const counts = async () =>
      Object.fromEntries(
        (await tagged(`${span}&group_by=hour,tag`)).map((row: Record<string, unknown>) => [
          `${String(row.hour).slice(11, 13)} ${row.tag}`,
          row.requests,
        ]),
      );
    expect(await counts()).toEqual({ "10 env=prod": 1, "10 app=a": 1, "10 env=dev": 1, "11 env=prod": 1 });
    expect(await tagged(`${span}&tag=env%3Dprod&percentiles=true`)).toMatchObject([
      { requests: 2, latency_p50_ms: expect.any(Number) },
    ]);
    expect(await tagged(`${span}&tag=env&group_by=hour,model`)).toMatchObject([
      { model: "gpt-5", requests: 1 },
      { model: "gpt-5-mini", requests: 1 },
      { model: "gpt-5-mini", requests: 1 },
    ]);
    // A key's tags are in the rows alone, and these are gone: what is left shows where each was read.
    expect(await tagged(`${span}&tag=env&endpoint=import`)).toMatchObject([{ requests: 3 }]);
    await env.DB.prepare("DELETE FROM usage WHERE tenant = ?").bind(mine).run();
    expect(await counts()).toEqual({ "10 env=prod": 1, "10 app=a": 1, "10 env=dev": 1 });
    expect(await tagged(`${span}&tag=env&endpoint=import`)).toEqual([]);
  });

  it.each([
    ["from=2026-11-01T10:00:00Z&to=2026-11-01T10:30:00Z", 1],
    ["from=2026-11-01T10:15:00Z&to=2026-11-02T00:00:00.001Z", 3],
    ["from=2026-11-01T09:59:59.999Z", 6],
    ["from=2026-11-01T10:00:00.001Z", 4],
    ["to=2026-11-01T10:30:00Z", 2],
    ["from=2026-11-01T10:30:00Z&to=2026-11-01T10:30:00Z", 0],
    ["tag=env&from=2026-11-01T10:15:00Z", 1],
  ])("counts exactly what is in %s", async (query, requests) => {
    const rows = await summary(query);
    expect(rows[0]?.requests ?? 0).toBe(requests);
  });

  it("still knows the sums of hours whose raw rows are gone", async () => {
    const aged = await newTenant("Aged");
    await book(aged, [priced("old", "2026-01-01T00:00:00Z")]);
    await env.DB.prepare("DELETE FROM usage WHERE tenant = ?").bind(aged).run();
    const { body } = await operator("GET", `/api/v1/tenants/${aged}/usage/summary?group_by=day`);
    expect(body.data).toMatchObject([{ day: "2026-01-01", requests: 1, cost_usd: "0.001000000" }]);
  });

  it("leaves out no row where there are more than a page has", async () => {
    const many = await newTenant("Many");
    await book(many, [priced("one", "2026-01-01T00:00:00Z", { user: "u" })]);
    const columns = (
      await env.DB.prepare("SELECT name FROM pragma_table_info('usage_daily')").all<{ name: string }>()
    ).results.map(({ name }) => name);
    // The same day's sums once more for each of so many users.
    await env.DB.prepare(
      `WITH RECURSIVE some (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM some WHERE n < 10400)
       INSERT INTO usage_daily (${columns})
       SELECT ${columns.map((name) => (name === "value" ? "printf('u%d', n)" : `d.${name}`))}
       FROM usage_daily AS d, some WHERE d.tenant = ? AND d.facet = 'user' AND d.value = 'u'`,
    )
      .bind(many)
      .run();
    const at = `/api/v1/tenants/${many}/usage/summary?group_by=day,user&from=2026-01-01&to=2026-01-02`;
    const { body: first } = await operator("GET", at);
    const { body: second } = await operator("GET", `${at}&cursor=${first.next_cursor}`);
    expect([first.data.length, second.data.length, second.next_cursor]).toEqual([10_000, 401, null]);
    const users = [...first.data, ...second.data].map(({ user }: { user: string }) => user);
    expect(new Set(users).size).toBe(10_401);
  });

  it.each(["group_by=colour", "group_by=day,hour;drop", "from=x", "colour=red", "cursor=abc"])(
    "refuses ?%s",
    async (query) => {
      expect((await operator("GET", `${usage}/summary?${query}`)).status).toBe(400);
    },
  );
});

describe("importing", () => {
  it("of millions leaves all sums readable, and a time that no request takes is refused", async () => {
    const rich = await newTenant("Rich");
    const at = `/api/v1/tenants/${rich}`;
    const all = { name: "all", scope: { type: "tenant" }, period: "total", limit_usd: "1", enforcement: "soft" };
    await operator("POST", `${at}/budgets`, all);
    const day = "2026-11-02T00:00:00Z";
    await book(rich, [priced("a", day, { cost_usd: "9007199" }), priced("b", day, { cost_usd: "9007199" })]);
    for (const path of ["usage/summary?", "forecast?", "cost-report?", "budgets?", "usage/savings?"]) {
      expect((await operator("GET", `${at}/${path}`)).status, path).toBe(200);
    }
    const { body } = await operator("GET", `${at}/usage/summary`);
    expect(body.data[0].cost_usd).toBe("18014398.000000000");
    const slow = { events: [priced("c", day, { latency_ms: 1e300 })] };
    expect((await operator("POST", `${at}/usage`, slow)).status).toBe(400);
  });

  it("answers a repeat with the same Idempotency-Key as the first time", async () => {
    const mine = await newTenant();
    const path = `/api/v1/tenants/${mine}/usage`;
    const body = { events: [{ id: "evt:once", provider: "openai", model: "gpt-5-mini" }] };
    const headers = { "idempotency-key": "import-1" };
    expect((await operator("POST", path, body, headers)).body).toEqual({ imported: 1, ignored: 0 });
    expect((await operator("POST", path, body, headers)).body).toEqual({ imported: 1, ignored: 0 });
    expect((await operator("POST", path, body)).body).toEqual({ imported: 0, ignored: 1 });
    const other = { events: [{ ...body.events[0], id: "evt:other" }] };
    expect((await operator("POST", path, other, headers)).status).toBe(409);
  });

  it("counts an event once, however often it comes", async () => {
    const mine = await newTenant("Importer");
    const event = priced("evt:1", "2026-11-20T10:00:00Z");
    const answers = await Promise.all([book(mine, [event]), book(mine, [event, event])]);
    expect(answers.reduce((sum, { imported }) => sum + imported, 0)).toBe(1);
    expect(await book(mine, [event, priced("evt:2", "2026-11-20T10:00:00Z")])).toEqual({ imported: 1, ignored: 1 });
    const { body } = await operator("GET", `/api/v1/tenants/${mine}/usage/summary`);
    expect(body.data).toMatchObject([{ requests: 2 }]);
  });

  it("prices what names no cost, and leaves unknown what nobody has a price for", async () => {
    const mine = await newTenant("Priced");
    const { cost_usd: _, ...unpriced } = priced("known", "2026-11-20T10:00:00Z");
    await book(mine, [unpriced, { ...unpriced, id: "unknown", model: "no-such-model-9" }]);
    const { body: known } = await operator("GET", `/api/v1/tenants/${mine}/usage/known`);
    expect(known.price_source).toBe("catalog");
    expect(Number(known.cost_usd)).toBeGreaterThan(0);
    const { body: unknown } = await operator("GET", `/api/v1/tenants/${mine}/usage/unknown`);
    expect(unknown).toMatchObject({ cost_usd: null, price_source: "none" });
  });

  it.each([
    [{ events: [] }, "events"],
    [{ events: [priced("req_x", "2026-11-20T10:00:00Z")] }, "events.0.id"],
    [{ events: [priced("lost_x", "2026-11-20T10:00:00Z")] }, "events.0.id"],
    [{ events: [priced("a", "2026-11-20T10:00:00Z", { tokens: { input: -1 } })] }, "events.0.tokens.input"],
    [{ events: [priced("a", "2026-11-20T10:00:00Z", { tenant: "x" })] }, "events.0.tenant"],
    [{ events: [priced("a", "2026-11-20T10:00:00Z", { cost_usd: "-1" })] }, "events.0.cost_usd"],
    [{ events: "all" }, "events"],
  ])("refuses %o and names %s", async (body, field) => {
    const answer = await operator("POST", usage, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.field).toBe(field);
  });
});

describe("the export", () => {
  it("streams every record once, in pages of its own, as NDJSON", async () => {
    const many = await newTenant("Many");
    const events = Array.from({ length: 1_201 }, (_, n) => priced(`m${n}`, "2026-11-20T10:00:00Z"));
    await book(many, events);
    const { body: page } = await operator("GET", `/api/v1/tenants/${many}/usage?limit=1`);
    const response = await raw("GET", `/api/v1/tenants/${many}/usage/export?format=ndjson`, { headers: OPERATOR });
    expect(response.headers.get("content-type")).toContain("ndjson");
    const lines = (await response.text()).trimEnd().split("\n");
    const ids = lines.map((line) => JSON.parse(line).id);
    expect(new Set(ids).size).toBe(1_201);
    expect(ids).toHaveLength(1_201);
    expect(JSON.parse(lines[0] ?? "")).toEqual(page.data[0]);
  });

  it("is a CSV that no spreadsheet runs", async () => {
    const mine = await newTenant("Csv");
    const user = '=HYPERLINK("https://evil.example","x")';
    await book(mine, [
      priced("c1", "2026-11-20T10:00:00Z", { user, team: "a, b", session: "-1+1", tags: { env: "prod" } }),
    ]);
    const response = await raw("GET", `/api/v1/tenants/${mine}/usage/export`, { headers: OPERATOR });
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="usage.csv"');
    const [head = "", line = "", rest] = (await response.text()).split("\r\n");
    expect(head.startsWith("id,time,key,team,user,session,tags,")).toBe(true);
    expect(line).toContain(`,"a, b","'=HYPERLINK(""https://evil.example"",""x"")",'-1+1,"{""env"":""prod""}",`);
    expect(line).toContain(",0.001000000,");
    expect(rest).toBe("");
  });

  it("takes the list's filters, and no other format", async () => {
    const response = await raw("GET", `${usage}/export?format=ndjson&tag=env%3Dprod`, { headers: OPERATOR });
    expect((await response.text()).trim().split("\n")).toHaveLength(1);
    expect((await operator("GET", `${usage}/export?format=xlsx`)).status).toBe(400);
  });
});

describe("a charge of a process that vanished", () => {
  it("is taken back by the operator alone, once; no other charge is", async () => {
    const mine = await newTenant("Vanished");
    const budgets = `/api/v1/tenants/${mine}/budgets`;
    const monthly = { name: "b", scope: { type: "tenant" }, period: "total", limit_usd: "1", enforcement: "hard" };
    const { body: budget } = await operator("POST", budgets, monthly);
    // As its ledger books it; one that an isolate sweeps has its request's id.
    const now = Date.now();
    const facts = sampleFacts({ key: "key_1" });
    const lost = lostEvent({ id: "req_lost", tenant: mine, time: now, facts, mode: "live", nanos: 400_000_000 });
    const ledger = env.LEDGER.getByName(mine) as unknown as LedgerRecords;
    await ledger.importUsage([lost, { ...lost, id: "req_fine", status: "ok" }]);
    await runDurableObjectAlarm(env.LEDGER.getByName(mine));
    const reverse = (id: string, headers = {}) =>
      operator("POST", `/api/v1/tenants/${mine}/usage/${id}/reverse`, {}, headers);
    const once = { "idempotency-key": "back" };
    const reversed = await reverse("req_lost", once);
    expect(reversed.body).toMatchObject({ id: "back_req_lost", cost_usd: "-0.400000000" });
    expect((await reverse("req_lost", once)).body).toEqual(reversed.body);
    await runDurableObjectAlarm(env.LEDGER.getByName(mine));
    expect((await operator("GET", `${budgets}/${budget.id}`)).body.spent_usd).toBe("0.400000000");
    const sums = (await operator("GET", `/api/v1/tenants/${mine}/usage/summary`)).body.data;
    expect(sums).toMatchObject([{ requests: 1, cost_usd: "0.400000000" }]);
    expect((await reverse("req_lost")).status).toBe(409);
    expect((await reverse("req_fine")).status).toBe(409);
    expect((await reverse("back_req_lost")).status).toBe(409);
    expect((await reverse("req_none")).status).toBe(404);
    const { token } = (await operator("POST", `/api/v1/tenants/${mine}/tokens`, { name: "t", role: "owner" })).body;
    const headers = { authorization: `Bearer ${token}` };
    expect((await call("POST", `/api/v1/tenants/${mine}/usage/req_lost/reverse`, { headers })).status).toBe(403);
  });
});
